import { useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { quoteRefund } from "@loyalty_club_pos/app/utils/club_refund";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";

patch(PaymentScreen.prototype, {
    setup() {
        super.setup(...arguments);
        // What a refund takes back, as the server says; false until it has said it.
        this.clubState = useState({ quote: false });
        // A customer may come with the order (a refund, a reload) or be chosen here.
        useEffect(
            () => {
                this._clubKnow();
            },
            () => [this.currentOrder?.getPartner()?.id]
        );
    },
    /** Whose order it is, and what they have: also where this till hasn't seen them yet. */
    async _clubKnow() {
        const spending = this.clubSpending;
        const order = this.currentOrder;
        if (!spending || !order || order.finalized) {
            return;
        }
        await Promise.all([
            this.pos.club.ensure(order.getPartner() || null),
            quoteRefund(this.pos.club, order).then((quote) => (this.clubState.quote = quote)),
        ]);
    },
    onMounted() {
        super.onMounted(...arguments);
        this._clubHold();
    },
    /** Of two tills that spend the same points, the second one learns it before it is paid. */
    async _clubHold() {
        const spending = this.clubSpending;
        if (spending && !this.currentOrder.finalized) {
            await spending.keepExact(this.currentOrder, () => spending.holdFor(this.currentOrder));
        }
    },
    /** What a terminal took from a bank card is taken: so the rest must stand before. */
    async sendPaymentRequest(line) {
        const spending = this.clubSpending;
        if (spending && !(await spending.holdFor(line.pos_order_id))) {
            return;
        }
        return super.sendPaymentRequest(...arguments);
    },

    // -------------------------------------------------------------- what is shown

    get clubSpending() {
        return this.pos.club?.enabled ? this.pos.club.spending : null;
    },
    get clubMember() {
        return this.clubSpending?.memberOf(this.currentOrder.getPartner()) || null;
    },
    get clubBalances() {
        return ["points", "wallet", "credit"]
            .map((account) => ({
                account,
                amount: this.clubMember.balances?.[account]?.available || 0,
            }))
            .filter(({ amount }) => amount)
            .map(({ account, amount }) => ({
                account,
                ...this._clubAll(account),
                name: this.clubSpending.accountName(account),
                icon: this.clubSpending.accountIcon(account),
                words: this.clubSpending.formatAmount(account, amount),
            }));
    },
    /** What the club's accounts pay of this order, in words. */
    get clubPays() {
        const spending = this.clubSpending;
        if (!spending) {
            return [];
        }
        const amounts = {};
        for (const { account, cost } of spending.claims(this.currentOrder)) {
            amounts[account] = (amounts[account] || 0) + cost;
        }
        return Object.entries(amounts).map(([account, amount]) => ({
            account,
            icon: spending.accountIcon(account),
            name: account === "points" ? "" : spending.accountName(account),
            words: spending.formatAmount(account, amount),
        }));
    },
    /** What the member will owe when this refund is paid; said before it is. */
    get clubWillOwe() {
        const quote = this.clubState.quote;
        if (!quote?.taken) {
            return "";
        }
        const words = (points) => this.clubSpending.formatAmount("points", points);
        const taken = _t("%s are taken back.", words(quote.taken));
        if (!quote.owed) {
            return taken;
        }
        const spent = _t(
            "Some were spent already: the member will owe %s, which the next points pay.",
            words(quote.owed)
        );
        return `${taken} ${spent}`;
    },
    get clubOwed() {
        const owed = this.clubMember?.balances.points?.owed;
        return owed ? this.clubSpending.formatAmount("points", owed) : "";
    },
    get clubCanSpend() {
        return Boolean(this.clubSpending?.canSpend(this.currentOrder));
    },
    get clubChange() {
        const order = this.currentOrder;
        const over = this.pos.currency.round(order.amountPaid - order.priceIncl);
        return !this.isRefundOrder && this.clubCanTopUp && over > 0 ? over : 0;
    },
    get clubCanTopUp() {
        return Boolean(this.clubSpending?.hasWallet(this.currentOrder));
    },
    get clubTopUpLines() {
        const spending = this.clubSpending;
        return spending ? this.currentOrder.lines.filter((line) => spending.isTopUp(line)) : [];
    },

    /** Whether all of an account that can be used is one tap away. */
    _clubAll(account) {
        const order = this.currentOrder;
        const all = this.isRefundOrder ? 0 : this.clubSpending.allOf(order, account);
        return { all: all ? this.clubSpending.formatAmount(account, all) : "" };
    },

    // -------------------------------------------------------------- what can be done

    async clubUseAll(account) {
        const result = await this.clubSpending.useAll(this.currentOrder, account);
        if (typeof result === "string") {
            this.notification.add(result, { type: "warning" });
        }
        await this._clubHold();
    },
    clubUsePoints(account) {
        this.pos.openSpending(this.currentOrder, account);
    },
    /** What is given as change is loaded instead; the drawer stays shut. */
    async clubChangeToWallet() {
        await this.clubSpending.topUp(this.currentOrder, this.clubChange);
        this.numberBuffer.reset();
    },
    clubTopUp() {
        return this.clubSpending.askTopUp(this.currentOrder);
    },
    /** What is paid back goes into the wallet; nothing leaves the drawer. */
    async clubRefundToWallet() {
        const order = this.currentOrder;
        this._clubDropPayments();
        await this.clubSpending.topUp(order, -order.priceIncl);
    },
    clubUndoTopUp() {
        for (const line of this.clubTopUpLines) {
            this.currentOrder.removeOrderline(line);
        }
        this._clubDropPayments();
        this.pos.updateRewards();
    },
    _clubDropPayments() {
        for (const payment of [...this.currentOrder.payment_ids]) {
            if (!(payment.isElectronic?.() && payment.getPaymentStatus() === "done")) {
                this.currentOrder.removePaymentline(payment);
            }
        }
        this.numberBuffer.reset();
    },
});
