import { Component, useState } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import {
    BACKSPACE,
    EMPTY,
    Numpad,
    ZERO,
    getButtons,
} from "@point_of_sale/app/components/numpad/numpad";
import { shownButtons } from "@loyalty_club_pos/app/utils/club_format";
import { useKeypadKeys } from "@loyalty_club_pos/app/utils/keypad_keys";

const LONGEST = 12;

/** The member agrees to spend: by their PIN, or by a code that was sent to them. */
export class PinDialog extends Component {
    static template = "loyalty_club_pos.PinDialog";
    static components = { Dialog, Numpad };
    static props = {
        methods: { type: Array, element: String },
        message: { type: String, optional: true },
        wrong: { type: Boolean, optional: true },
        sendCode: Function,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.buttons = shownButtons(getButtons([EMPTY, ZERO, BACKSPACE]));
        this.state = useState({
            text: "",
            method: this.props.methods[0],
            sending: false,
            sent: "",
        });
        useHotkey("enter", () => this.confirm());
        useKeypadKeys((key) => this.press(key));
    }
    get title() {
        return this.state.method === "pin" ? _t("Member's PIN") : _t("One-time code");
    }
    get other() {
        return this.props.methods.find((method) => method !== this.state.method);
    }
    get otherLabel() {
        return this.other === "code" ? _t("Send a code instead") : _t("Use the PIN instead");
    }
    get dots() {
        return "●".repeat(this.state.text.length);
    }
    press(key) {
        if (key === "Backspace") {
            this.state.text = this.state.text.slice(0, -1);
        } else if (/^\d$/.test(key) && this.state.text.length < LONGEST) {
            this.state.text += key;
        }
    }
    async switchMethod() {
        this.state.method = this.other;
        this.state.text = "";
        if (this.state.method === "code") {
            await this.sendCode();
        }
    }
    async sendCode() {
        this.state.sending = true;
        try {
            const sent = await this.props.sendCode();
            this.state.sent = sent ? _t("The code is on its way.") : _t("No code could be sent.");
        } finally {
            this.state.sending = false;
        }
    }
    confirm() {
        if (this.state.text) {
            this.props.getPayload({ [this.state.method]: this.state.text });
            this.props.close();
        }
    }
}
