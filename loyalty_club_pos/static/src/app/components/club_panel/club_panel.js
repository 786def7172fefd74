import { Component, useEffect } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { MemberFace } from "@loyalty_club_pos/app/components/member_face/member_face";
import { MemberDialog } from "@loyalty_club_pos/app/components/popups/member_dialog/member_dialog";
import {
    ACCOUNT_ICONS,
    formatAccount,
    formatAgo,
    formatPoints,
} from "@loyalty_club_pos/app/utils/club_format";

/** The strip above the order: whose it is, what he has, and what the basket earns. */
export class ClubPanel extends Component {
    static template = "loyalty_club_pos.ClubPanel";
    static components = { MemberFace };
    static props = {};

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        // Orders come back with their customer after a reload, and are switched; and what
        // was remembered is asked anew when the network is back.
        useEffect(
            () => {
                this.pos.club.ensure(this.partner || null);
            },
            () => [this.partner?.id, this.pos.data.network.offline]
        );
    }

    get club() {
        return this.pos.club;
    }
    get partner() {
        return this.pos.getOrder()?.getPartner();
    }
    get member() {
        return this.club.current;
    }
    /** A customer whom the server doesn't know as a member. */
    get stranger() {
        const seen = this.club.seen[this.partner?.id];
        return seen && !seen.member && !this.club.asking.has(this.partner.id);
    }
    get seenAgo() {
        const since = this.club.rememberedSince(this.partner);
        return since ? formatAgo(since) : "";
    }
    /** Points always, money where there is some. */
    get accounts() {
        // What stands inside the face may be drawn once more when the member has left.
        const balances = this.member?.balances;
        if (!balances) {
            return [];
        }
        return Object.keys(this.club.policy.programs)
            .filter((account) => account === "points" || balances[account]?.available)
            .map((account) => ({
                account,
                icon: ACCOUNT_ICONS[account],
                text: formatAccount(account, balances[account]?.available, this.pos.currency.id),
            }));
    }
    /** Points that the member owes: the next ones are taken for them. */
    get owed() {
        const owed = this.member?.balances.points?.owed;
        return owed ? formatPoints(owed) : "";
    }
    get estimate() {
        const points = this.club.estimate;
        return points ? formatPoints(points) : "";
    }
    open() {
        this.dialog.add(MemberDialog, { partner: this.partner });
    }
    join() {
        const partner = this.partner;
        this.club.join({ partner, mobile: partner.phone || "", name: partner.name });
    }
}
