import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { BirthdayField } from "@loyalty_club_pos/app/components/birthday_field/birthday_field";
import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";
import { shownMobile } from "@loyalty_club_pos/app/utils/club_format";
import { problemOf } from "@loyalty_club_pos/app/utils/club_refusal";

/** Somebody joins: a mobile is enough. Its payload is the answer of `join`. */
export class JoinDialog extends Component {
    static template = "loyalty_club_pos.JoinDialog";
    static components = { BirthdayField, Dialog };
    static props = {
        club: Object,
        mobile: { type: String, optional: true },
        email: { type: String, optional: true },
        name: { type: String, optional: true },
        card: { type: Object, optional: true },
        partner: { type: Object, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        const { name = "", email = "", card = null, club } = this.props;
        // As people write it; the server reads it so, in any digits.
        const mobile = shownMobile(this.props.mobile, club.policy.mobile_prefix);
        this.state = useState({
            values: { mobile, name, email, pin: "", referral_code: "", birthdate: "" },
            consent: {},
            card,
            joining: false,
            problem: "",
            // A customer with this mobile and another name; see `onAsked`.
            asked: null,
        });
        useAutofocus({ refName: mobile || email ? "name" : "mobile", mobile: true });
        let release;
        onMounted(() => (release = club.takeCards((value) => this.onCard(value))));
        onWillUnmount(() => release());
    }

    get policy() {
        return this.props.club.policy;
    }
    get gift() {
        return this.props.club.giftText(this.props.club.welcomeGift);
    }
    get consents() {
        return this.policy.consents || [];
    }
    /** Without one of them nobody would ever find the member again. */
    get complete() {
        const { mobile, email, birthdate } = this.state.values;
        return Boolean((mobile.trim() || email.trim() || this.state.card) && birthdate !== null);
    }
    async onCard(value) {
        const answer = await this.props.club.look(value);
        if (answer.status === "unknown") {
            this.state.card = { value, display: answer.shown?.display || "" };
            this.state.problem = "";
        } else {
            this.state.problem = answer.message || _t("This card is a member's already.");
        }
    }
    onBirthday(day) {
        this.state.values.birthdate = day;
    }
    onConsent(channel, ev) {
        this.state.consent[channel] = ev.target.checked;
    }
    /** What was asked was about other words. */
    onInput() {
        this.state.asked = null;
    }
    onKeydown(ev) {
        if (ev.key === "Enter" && ev.target.tagName === "INPUT") {
            ev.preventDefault();
            this.join();
        }
    }
    /** What the cashier knows: whether they are the customer who has this mobile. */
    onAsked(same) {
        const { partner_id } = this.state.asked;
        this.state.asked = null;
        return this.join(same ? { partner_id } : { apart: true });
    }
    async join(decided = {}) {
        if (!this.complete || this.state.joining || this.state.asked) {
            return;
        }
        Object.assign(this.state, { joining: true, problem: "" });
        try {
            const values = { ...this.values(), ...decided };
            const answer = await this.props.club.call("join", { values });
            if (answer.status === "ask") {
                this.state.asked = { ...answer.choices[0], message: answer.message };
                return;
            }
            this.props.club.learn(answer, [this.state.card?.value].filter(Boolean));
            this.props.getPayload(answer);
            this.props.close();
        } catch (error) {
            this.state.problem = problemOf(
                error,
                _t("Joining needs the network. The sale can go on, and they can join later.")
            );
        } finally {
            this.state.joining = false;
        }
    }
    values() {
        const { values, consent, card } = this.state;
        const filled = Object.entries(values).filter(([, value]) => value?.trim());
        const wanted = Object.fromEntries(filled.map(([key, value]) => [key, value.trim()]));
        if (wanted.pin) {
            wanted.pin = asciiDigits(wanted.pin);
        }
        if (card) {
            wanted.card = card.value;
        }
        if (this.props.partner) {
            wanted.partner_id = this.props.partner.id;
        }
        return { ...wanted, consent: { ...consent } };
    }
}
