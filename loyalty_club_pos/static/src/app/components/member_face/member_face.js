import { Component } from "@odoo/owl";
import { initials, shownDigits } from "@loyalty_club_pos/app/utils/club_format";

/** Who a member is, at one glance: letters, name, tier, and what tells him apart. */
export class MemberFace extends Component {
    static template = "loyalty_club_pos.MemberFace";
    static props = {
        member: Object,
        slots: { type: Object, optional: true },
    };

    get initials() {
        return initials(this.props.member.name);
    }
    get name() {
        const { name, mobile, number } = this.props.member;
        return name || shownDigits(mobile || number);
    }
    get details() {
        const { name, mobile, number } = this.props.member;
        // Not a dot between numbers: in Persian it passes for a zero.
        return shownDigits([name && mobile, number].filter(Boolean).join("  |  "));
    }
}
