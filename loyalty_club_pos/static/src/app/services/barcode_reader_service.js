import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";
import { fromPersianLayout } from "@loyalty_club_pos/app/utils/card_numbers";
import {
    clubListens,
    isBankCard,
    reading,
    refuseBankCard,
} from "@loyalty_club_pos/app/utils/club_reading";

/** What makes a scanned text, which no product has, a member's and not just alike. */
const OF_A_MEMBER = ["number", "barcode", "card", "mobile"];

/** Digits that somebody types quickly into the keypad of a dialog are no barcode. */
function isOfKeypad(code) {
    return /^[\d۰-۹٠-٩]+$/.test(code || "") && document.querySelector(".modal .numpad") !== null;
}

patch(BarcodeReader.prototype, {
    setup() {
        super.setup(...arguments);
        /** The till; set when it is there, as this service starts before it. */
        this.pos = null;
    },
    /** Everything that is scanned comes through here: keyboard, camera, box. */
    scan(code) {
        if (clubListens(this.pos) && isOfKeypad(code)) {
            return Promise.resolve();
        }
        if (code && isBankCard(this.pos, code)) {
            refuseBankCard(this.notification);
            return Promise.resolve();
        }
        return super.scan(...arguments);
    },
    async _scan(code) {
        const { kind, value } = code ? reading(this.pos, code) : {};
        if (kind === "club") {
            // Not waited for: what it asks the cashier must not hold up the next scan.
            this.pos.club.show(value, { source: "scanner" });
            return;
        }
        // A Persian layout spells barcodes in letters and digits that no product has.
        return super._scan(code && /[۰-۹٠-٩]/.test(code) ? fromPersianLayout(code) : code);
    },
    showNotFoundNotification(code) {
        if (!clubListens(this.pos)) {
            return super.showNotFoundNotification(...arguments);
        }
        this._showMemberOfBarcode(code).then(
            (shown) => shown || super.showNotFoundNotification(code)
        );
    },
    /** Members may have barcodes of any form, and numbers that may be a product's. */
    async _showMemberOfBarcode({ code }) {
        try {
            const { status, shown } = await this.pos.club.call("recognise", { text: code });
            if (!["found", "blocked"].includes(status) || !OF_A_MEMBER.includes(shown?.scheme)) {
                return false;
            }
        } catch {
            return false; // the notice that it is unknown is right without a network, too
        }
        this.pos.club.show(code, { source: "scanner" });
        return true;
    },
});
