import { Component } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { MemberFace } from "@loyalty_club_pos/app/components/member_face/member_face";
import { CardDialog } from "@loyalty_club_pos/app/components/popups/card_dialog/card_dialog";
import { SetPinDialog } from "@loyalty_club_pos/app/components/popups/set_pin_dialog/set_pin_dialog";
import {
    ACCOUNT_ICONS,
    formatAccount,
    formatAgo,
    formatDay,
    formatDaysAgo,
    formatPoints,
    shownDigits,
} from "@loyalty_club_pos/app/utils/club_format";
import { problemOf } from "@loyalty_club_pos/app/utils/club_refusal";

/** Everything that a cashier may tell a member about themselves. */
export class MemberDialog extends Component {
    static template = "loyalty_club_pos.MemberDialog";
    static components = { Dialog, MemberFace };
    static props = { partner: Object, close: Function };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
    }

    get club() {
        return this.pos.club;
    }
    get member() {
        return this.club.memberOf(this.props.partner);
    }
    get seenAgo() {
        const since = this.club.rememberedSince(this.props.partner);
        return since ? formatAgo(since) : "";
    }

    // ------------------------------------------------------------------ what they have

    get accounts() {
        const names = { points: _t("Points"), wallet: _t("Wallet"), credit: _t("Credit") };
        const theirs = Object.keys(ACCOUNT_ICONS).filter((one) => this.club.policy.programs[one]);
        return theirs.map((account) => {
            const balance = this.member.balances[account];
            const told = (amount) => this.amount(account, amount);
            return {
                account,
                name: names[account],
                icon: ACCOUNT_ICONS[account],
                available: told(balance.available),
                pending: balance.pending ? told(balance.pending) : "",
                held: balance.held ? told(balance.held) : "",
                owed: balance.owed ? told(balance.owed) : "",
                expiring: balance.expiring
                    ? _t("%(amount)s to use by %(day)s", {
                          amount: told(balance.expiring.amount),
                          day: this.day(balance.expiring.on, "other"),
                      })
                    : "",
            };
        });
    }
    amount(account, amount) {
        return formatAccount(account, amount, this.pos.currency.id);
    }
    day(day, year = true) {
        return formatDay(day, { calendar: this.club.policy.calendar, year });
    }
    get nextTier() {
        const next = this.member.next_tier;
        return next && { ...next, words: shownDigits(next.words) };
    }
    get birthday() {
        const birthday = this.member.birthday;
        if (!birthday) {
            return "";
        }
        const day = this.day(birthday.on, false);
        if (birthday.days === 0) {
            return _t("Birthday today");
        }
        return birthday.days > 0 ? _t("Birthday on %s", day) : _t("Had a birthday on %s", day);
    }
    get lastVisit() {
        const visit = this.member.last_visit;
        return visit ? _t("Last visit: %s", formatDaysAgo(visit.on)) : _t("First visit");
    }
    get memberSince() {
        return _t("Member since %s", this.day(this.member.joined_on));
    }
    get offers() {
        return this.member.offers.map(({ text }) => shownDigits(text));
    }
    get estimate() {
        const points = this.club.estimate;
        return points ? formatPoints(points) : "";
    }

    // ------------------------------------------------------------------ cards and PIN

    get cards() {
        return this.member.cards;
    }
    addCard() {
        this.waitForCard(_t("Another card"), "attach_card");
    }
    replaceCard(card) {
        this.waitForCard(_t("Replace %s", card.display), "replace_card", {
            identifier_id: card.id,
        });
    }
    blockCard(card) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Block this card?"),
            body: _t("Nobody will be recognised by %s any more.", card.display),
            confirmLabel: _t("Block"),
            confirmClass: "btn-danger",
            confirm: () => this.change("block_card", { identifier_id: card.id }),
            cancel: () => {},
        });
    }
    waitForCard(title, method, kwargs = {}) {
        this.dialog.add(CardDialog, {
            club: this.club,
            title,
            save: async (value) => {
                const partner_id = this.props.partner.id;
                const answer = await this.club.call(method, { partner_id, value, ...kwargs });
                this.club.learn(answer, [value]);
            },
        });
    }
    async change(method, kwargs) {
        try {
            const partner_id = this.props.partner.id;
            const answer = await this.club.call(method, { partner_id, ...kwargs });
            // What opened a card before must not open it offline.
            this.club.memory.forget(partner_id);
            this.club.learn(answer);
        } catch (error) {
            this.club.tell(problemOf(error), "danger");
        }
    }
    setPin() {
        this.dialog.add(SetPinDialog, { club: this.club, member: this.member });
    }

    // ------------------------------------------------------------------ the wallet

    get canTopUp() {
        const order = this.pos.getOrder();
        const theirs = order?.getPartner()?.id === this.props.partner.id;
        return theirs && !order.finalized && !order.isRefund && this.club.spending.hasWallet(order);
    }
    /** Money into the wallet, with or without goods; an empty basket is paid at once. */
    async topUp() {
        const order = this.pos.getOrder();
        const wasEmpty = !order.lines.length;
        if (!(await this.club.spending.askTopUp(order))) {
            return;
        }
        this.props.close();
        if (wasEmpty) {
            this.pos.navigate("PaymentScreen", { orderUuid: order.uuid });
        }
    }

    // ------------------------------------------------------------------ the order

    other() {
        this.props.close();
        this.club.identify();
    }
    leave() {
        this.pos.setPartnerToCurrentOrder(false);
        this.pos.updateRewards();
        this.props.close();
    }
    get mayLeave() {
        const order = this.pos.getOrder();
        const theirs = order?.getPartner()?.id === this.props.partner.id;
        return theirs && !order.finalized && !order.getHasRefundLines();
    }
}
