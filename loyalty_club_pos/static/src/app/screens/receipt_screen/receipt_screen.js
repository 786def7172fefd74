import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { patch } from "@web/core/utils/patch";
import { earnedWords } from "@loyalty_club_pos/app/utils/club_earned";

patch(ReceiptScreen.prototype, {
    get clubEarned() {
        return earnedWords(this.currentOrder);
    },
    /** What is given back in cash, where a cashier looks for it. */
    get clubChange() {
        const { change } = this.currentOrder;
        return change ? this.env.utils.formatCurrency(change) : "";
    },
});
