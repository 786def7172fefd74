import DevicesSynchronisation from "@point_of_sale/app/utils/devices_synchronisation";
import { patch } from "@web/core/utils/patch";

patch(DevicesSynchronisation.prototype, {
    /**
     * Orders as other tills left them.
     *
     * An order of a till that is trusted comes with that till's configuration, which isn't
     * known here. Odoo makes it this till's a moment later; what draws orders in between
     * (the customer's display) fails without one.
     */
    processDynamicRecords(records) {
        const orders = this.models["pos.order"];
        const chosenHere = new Set(
            orders
                .filter((order) => order.clubRewardLines().some((line) => line.isDirty()))
                .map((order) => order.uuid)
        );
        const result = super.processDynamicRecords(...arguments);
        const session = this.models["pos.session"].get(odoo.pos_session_id);
        for (const order of orders.filter(({ config_id }) => !config_id)) {
            order.config_id = this.pos.config;
            order.session_id = session;
        }
        for (const { uuid } of records["pos.order"] || []) {
            // What the member has just chosen here counts more than what was chosen before.
            if (!chosenHere.has(uuid)) {
                orders.getBy("uuid", uuid)?.clubAdopt();
            }
        }
        return result;
    },
});
