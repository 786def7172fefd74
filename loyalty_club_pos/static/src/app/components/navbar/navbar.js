import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Navbar.prototype, {
    /** What the icon of the card reader says; nothing when the till has no box. */
    get clubReaderTitle() {
        switch (this.pos.clubReader?.state) {
            case "connected":
                return _t("Card reader: ready");
            case "waiting":
                return _t("Card reader: its box does not answer. Trying again.");
            default:
                return "";
        }
    },
});
