import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";
import { problemOf } from "@loyalty_club_pos/app/utils/club_refusal";

const PIN = /^\d{4,8}$/;

/** The member types a PIN, with which they agree to spend. */
export class SetPinDialog extends Component {
    static template = "loyalty_club_pos.SetPinDialog";
    static components = { Dialog };
    static props = { club: Object, member: Object, close: Function };

    setup() {
        this.state = useState({
            old: "",
            pin: "",
            again: "",
            busy: false,
            problem: "",
        });
        useAutofocus({ refName: this.asksOld ? "old" : "pin", mobile: true });
    }
    /** Staff may set a new one for somebody who forgot theirs. */
    get asksOld() {
        return this.props.member.pin && !this.props.club.policy.can_set_pin;
    }
    get pin() {
        return asciiDigits(this.state.pin);
    }
    get complete() {
        const repeated = this.pin === asciiDigits(this.state.again);
        return PIN.test(this.pin) && repeated && Boolean(this.state.old || !this.asksOld);
    }
    get differs() {
        const again = asciiDigits(this.state.again);
        return again.length >= this.pin.length && again !== this.pin;
    }
    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.save();
        }
    }
    async save() {
        if (!this.complete || this.state.busy) {
            return;
        }
        const { club, member } = this.props;
        Object.assign(this.state, { busy: true, problem: "" });
        try {
            const answer = await club.call("set_pin", {
                partner_id: member.partner_id,
                pin: this.pin,
                old_pin: asciiDigits(this.state.old) || null,
            });
            // Refused: only a manager of the club may do it here.
            if (["wrong", "refused"].includes(answer.status)) {
                Object.assign(this.state, { problem: answer.message, old: "" });
                return;
            }
            member.pin = true;
            club.tell(_t("The PIN is set."), "success");
            this.props.close();
        } catch (error) {
            this.state.problem = problemOf(error);
        } finally {
            this.state.busy = false;
        }
    }
}
