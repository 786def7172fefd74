import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { problemOf } from "@loyalty_club_pos/app/utils/club_refusal";

/** Waits for a card, tapped or typed, and gives it to somebody. */
export class CardDialog extends Component {
    static template = "loyalty_club_pos.CardDialog";
    static components = { Dialog };
    static props = {
        club: Object,
        title: String,
        save: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ text: "", busy: false, problem: "" });
        useAutofocus({ refName: "field", mobile: true });
        let release;
        onMounted(() => (release = this.props.club.takeCards((value) => this.take(value))));
        onWillUnmount(() => release());
    }
    async take(value) {
        if (!value.trim() || this.state.busy) {
            return;
        }
        Object.assign(this.state, { busy: true, problem: "" });
        try {
            await this.props.save(value.trim());
            this.props.close();
        } catch (error) {
            this.state.problem = problemOf(error);
        } finally {
            this.state.busy = false;
        }
    }
}
