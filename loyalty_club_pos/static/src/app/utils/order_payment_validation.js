import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";
import { balanceRefund } from "@loyalty_club_pos/app/utils/club_refund";

patch(OrderPaymentValidation.prototype, {
    async validateOrder(isForceValidate) {
        const spending = this.pos.club?.spending;
        if (!spending || this.order.finalized) {
            return super.validateOrder(...arguments);
        }
        balanceRefund(this.order);
        const wasPaid = this.order.isPaid();
        if (!(await spending.holdFor(this.order))) {
            return false;
        }
        if (wasPaid && !this.order.isPaid()) {
            // Something was taken off: what was enough a moment ago isn't any more.
            spending.holds.tellRest(this.order);
            return false;
        }
        return super.validateOrder(...arguments);
    },
});
