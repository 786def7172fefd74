import { Orderline } from "@point_of_sale/app/components/orderline/orderline";
import { patch } from "@web/core/utils/patch";

patch(Orderline.prototype, {
    /** What pays an amount has no price for each piece, and no unit. */
    get lineScreenValues() {
        const values = super.lineScreenValues;
        const { line } = this;
        const pays = line.isClubPayment || line.refunded_orderline_id?.isClubPayment;
        return pays ? { ...values, displayPriceUnit: false } : values;
    },
});
