import { Component } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { initials, shownDigits, shownMobile } from "@loyalty_club_pos/app/utils/club_format";

/** Who a member is, at one glance: letters, name, tier, and what tells them apart. */
export class MemberFace extends Component {
    static template = "loyalty_club_pos.MemberFace";
    static props = {
        member: Object,
        slots: { type: Object, optional: true },
    };

    setup() {
        this.pos = usePos();
    }
    get mobile() {
        return shownMobile(this.props.member.mobile, this.pos.club.policy.mobile_prefix);
    }
    get initials() {
        return initials(this.props.member.name);
    }
    get name() {
        const { name, number } = this.props.member;
        return name || this.mobile || shownDigits(number);
    }
    get details() {
        const { name, number } = this.props.member;
        // Not a dot between numbers: in Persian it passes for a zero.
        return shownDigits([name && this.mobile, number].filter(Boolean).join("  |  "));
    }
}
