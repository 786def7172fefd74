import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { IdentifyDialog } from "@loyalty_club_pos/app/components/popups/identify_dialog/identify_dialog";
import { MemberFace } from "@loyalty_club_pos/app/components/member_face/member_face";
import { problemOf } from "@loyalty_club_pos/app/utils/club_refusal";

/**
 * A card that nobody has: a new member's, or one's who forgot the old one at home.
 *
 * Its payload is {join: true} or {member: SUMMARY}.
 */
export class AttachCardDialog extends Component {
    static template = "loyalty_club_pos.AttachCardDialog";
    static components = { Dialog, MemberFace };
    static props = {
        club: Object,
        card: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ busy: false, problem: "" });
    }
    get current() {
        return this.props.club.current;
    }
    join() {
        this.props.getPayload({ join: true });
        this.props.close();
    }
    async attachToOther() {
        const { club } = this.props;
        const picked = await makeAwaitable(club.pos.dialog, IdentifyDialog, {
            club,
            title: _t("Whose card is it?"),
            mayJoin: false,
        });
        if (picked) {
            await this.attach(picked.answer.member);
        }
    }
    async attach(member) {
        const { club, card } = this.props;
        Object.assign(this.state, { busy: true, problem: "" });
        try {
            const values = { partner_id: member.partner_id, value: card.value };
            const answer = await club.call("attach_card", values);
            club.learn(answer, [card.value]);
            this.props.getPayload({ member: answer.member });
            this.props.close();
        } catch (error) {
            this.state.problem = problemOf(error);
        } finally {
            this.state.busy = false;
        }
    }
}
