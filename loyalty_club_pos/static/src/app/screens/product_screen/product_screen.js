import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { ClubPanel } from "@loyalty_club_pos/app/components/club_panel/club_panel";

patch(ProductScreen, { components: { ...ProductScreen.components, ClubPanel } });

patch(ProductScreen.prototype, {
    /** A customer's barcode may be a member's card, or become one. */
    async _barcodePartnerAction(code) {
        const { club } = this.pos;
        if (!club.enabled) {
            return super._barcodePartnerAction(...arguments);
        }
        const answer = await club.look(code.code);
        const nobody = ["unknown", "offline", "refused"].includes(answer.status);
        if (nobody && (await this._isCustomersBarcode(code))) {
            return super._barcodePartnerAction(...arguments);
        }
        await club.settle(answer, code.code, { source: "scanner" });
    },
    /** Whether a customer who is no member has it. */
    async _isCustomersBarcode(code) {
        try {
            return Boolean(await this._getPartnerByBarcode(code));
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return false;
        }
    },
});
