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

/** The strip above the order: whose it is, what they have, and what the basket earns. */
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
            () => [this.partner?.id, this.pos.getOrder()?.uuid, this.pos.data.network.offline]
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
        const balances = (this.member || this.club.guestOf(this.partner))?.balances;
        if (!balances) {
            return [];
        }
        return Object.keys(this.club.policy.programs)
            .filter(
                (account) => (account === "points" && this.member) || balances[account]?.available
            )
            .map((account) => ({
                account,
                icon: ACCOUNT_ICONS[account],
                text: formatAccount(account, balances[account]?.available, this.pos.currency.id),
            }));
    }
    /** What more of each account this basket could use: it is one tap away. */
    get usable() {
        const order = this.pos.getOrder();
        if (!order?.lines.length || order.isRefund) {
            return [];
        }
        const { spending } = this.club;
        return Object.keys(this.club.policy.programs)
            .map((account) => ({ account, amount: spending.allOf(order, account) }))
            .filter(({ amount }) => amount)
            .map(({ account, amount }) => ({
                account,
                icon: ACCOUNT_ICONS[account],
                text: spending.formatAmount(account, amount),
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
    async useAll(account) {
        const result = await this.club.spending.useAll(this.pos.getOrder(), account);
        if (typeof result === "string") {
            this.club.tell(result, "warning");
        }
    }
    open() {
        this.dialog.add(MemberDialog, { partner: this.partner });
    }
    join() {
        const partner = this.partner;
        this.club.join({ partner, mobile: partner.phone || "", name: partner.name });
    }
}
