import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";
import { MemberFace } from "@loyalty_club_pos/app/components/member_face/member_face";
import { bankCardBegun, isCutBankCard } from "@loyalty_club_pos/app/utils/card_numbers";
import {
    formatAgo,
    formatPoints,
    shownDigits,
    shownMobile,
} from "@loyalty_club_pos/app/utils/club_format";
import { missingDigits } from "@loyalty_club_pos/app/utils/club_mobile";

const SHORTEST = 4;
const PAUSE = 350;

/**
 * One field for whatever a member says or shows, and whom it finds under it.
 *
 * Its payload is {answer, text, source}: what `ClubTill.settle` takes.
 */
export class IdentifyDialog extends Component {
    static template = "loyalty_club_pos.IdentifyDialog";
    static components = { Dialog, MemberFace };
    static props = {
        club: Object,
        title: { type: String, optional: true },
        // Whether who isn't found may join.
        mayJoin: { type: Boolean, optional: true },
        getPayload: Function,
        close: Function,
    };
    static defaultProps = { mayJoin: true };

    setup() {
        this.state = useState({
            text: "",
            answer: null,
            asked: "",
            asking: false,
            insisted: false,
        });
        this.last = new KeepLast();
        this.lookSoon = useDebounced(() => this.onPause(), PAUSE);
        this.field = useAutofocus({ refName: "field", mobile: true });
        let release;
        onMounted(() => (release = this.props.club.takeCards((value) => this.onCard(value))));
        onWillUnmount(() => release());
    }

    get title() {
        return this.props.title || _t("Who is it?");
    }
    get text() {
        return this.state.text.trim();
    }
    /** The answer, if it is about what stands in the field. */
    get answer() {
        return this.state.asked === this.text ? this.state.answer : null;
    }
    get found() {
        return this.answer?.status === "found" ? this.answer.member : null;
    }
    get choices() {
        return this.answer?.status === "ambiguous" ? this.answer.choices : [];
    }
    /** Digits that a mobile still wants; half a one isn't asked about. */
    get missing() {
        return missingDigits(this.text, this.props.club.policy.mobile_prefix);
    }
    get missingWords() {
        return this.missing === 1
            ? _t("1 digit is missing.")
            : _t("%s digits are missing.", formatPoints(this.missing));
    }
    /** A complete mobile that nobody has. */
    get isNewMobile() {
        return this.answer?.status === "unknown" && this.answer.shown?.scheme === "mobile";
    }
    /** Half a number is unknown too; it is said to whoever asks, or types no further. */
    get unknown() {
        return this.answer?.status === "unknown" && (this.state.insisted || this.isNewMobile);
    }
    /** A mobile is enough to join, and a card to join with; half a number or a name isn't. */
    get mayJoin() {
        const scheme = this.answer?.shown?.scheme;
        return this.unknown && this.props.mayJoin && ["mobile", "card", "email"].includes(scheme);
    }
    get refusal() {
        const status = this.answer?.status;
        const known = [undefined, "found", "ambiguous", "unknown"];
        return known.includes(status) ? "" : this.answer.message;
    }
    get refusalClass() {
        return this.answer?.status === "offline" ? "alert-warning" : "alert-danger";
    }
    get seenAgo() {
        return this.answer?.remembered ? formatAgo(this.answer.remembered) : "";
    }
    get shown() {
        const { scheme, display } = this.answer?.shown || {};
        return scheme === "mobile"
            ? shownMobile(display, this.props.club.policy.mobile_prefix)
            : shownDigits(display || this.text);
    }
    detailsOf(choice) {
        const mobile = shownMobile(choice.mobile, this.props.club.policy.mobile_prefix);
        return shownDigits([mobile, choice.number].filter(Boolean).join("  |  "));
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.state.insisted = false;
        // Whoever types a bank card's number doesn't get it sent digit by digit.
        if (this.text.length >= SHORTEST && !bankCardBegun(this.text)) {
            this.lookSoon();
        } else {
            this.lookSoon.cancel();
        }
    }
    onPause() {
        // What begins like a bank card's number isn't told of; it stands in the field.
        if (!bankCardBegun(this.field.el?.value || "")) {
            this.look();
        }
    }
    async look() {
        const text = this.text;
        if (isCutBankCard(text)) {
            const message = _t("This looks like part of a bank card's number: it is not read.");
            const answer = { status: "refused", member: false, choices: [], message };
            Object.assign(this.state, { answer, asked: text });
            return answer;
        }
        // A network that was away a moment ago may be back.
        if (!text || this.missing || (this.answer && this.answer.status !== "offline")) {
            return this.answer;
        }
        this.state.asking = true;
        try {
            const answer = await this.last.add(this.props.club.look(text));
            Object.assign(this.state, { answer, asked: text });
        } finally {
            this.state.asking = false;
        }
        return this.answer;
    }
    async confirm() {
        this.lookSoon.cancel();
        if (this.missing) {
            return;
        }
        if (this.unknown && this.mayJoin) {
            return this.join();
        }
        const answer = await this.look();
        this.state.insisted = true;
        if (answer?.status === "found") {
            this.pick(answer, this.text);
        }
    }
    /** A card says all there is to say: no key has to be pressed after it. */
    async onCard(value) {
        const answer = await this.last.add(this.props.club.look(value));
        if (answer.status === "found" || (answer.status === "unknown" && this.props.mayJoin)) {
            return this.pick(answer, value, "reader");
        }
        const text = answer.shown?.display || _t("Card");
        Object.assign(this.state, { text, asked: text.trim(), answer, insisted: true });
    }
    async pickChoice(choice) {
        const answer = await this.props.club.look(choice.number);
        this.pick(answer, choice.number);
    }
    join() {
        if (this.mayJoin) {
            this.pick(this.answer, this.text);
        }
    }
    pick(answer, text, source = "typed") {
        this.props.getPayload({ answer, text, source });
        this.props.close();
    }
}
