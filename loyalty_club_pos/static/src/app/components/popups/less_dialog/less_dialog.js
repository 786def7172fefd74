import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/**
 * What was chosen can't be used as it is: less of it, a PIN, or nothing.
 *
 * Its payload is "less", "pin" or "none"; closing it leaves the order as it is.
 */
export class LessDialog extends Component {
    static template = "loyalty_club_pos.LessDialog";
    static components = { Dialog };
    static props = {
        message: String,
        // How the button for less is called; empty where nothing can be used.
        useLabel: { type: String, optional: true },
        maySetPin: { type: Boolean, optional: true },
        getPayload: Function,
        close: Function,
    };

    pick(choice) {
        this.props.getPayload(choice);
        this.props.close();
    }
}
