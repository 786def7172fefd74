import { Chrome } from "@point_of_sale/app/pos_app";
import { patch } from "@web/core/utils/patch";

patch(Chrome.prototype, {
    /**
     * An order that another till parked comes with that till's configuration, which isn't
     * known here. Odoo makes it this till's a moment later, and draws it again.
     */
    sendOrderToCustomerDisplay(order) {
        if (order.config_id) {
            super.sendOrderToCustomerDisplay(...arguments);
        }
    },
});
