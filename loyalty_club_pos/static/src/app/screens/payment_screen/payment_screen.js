import { _t } from "@web/core/l10n/translation";
import { parseFloat } from "@web/views/fields/parsers";
import { patch } from "@web/core/utils/patch";
import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";

patch(PaymentScreen.prototype, {
    onMounted() {
        super.onMounted(...arguments);
        this._clubHold();
    },
    /** Of two tills that spend the same points, the second one learns it before it is paid. */
    async _clubHold() {
        const spending = this.clubSpending;
        if (spending && !this.currentOrder.finalized) {
            await spending.keepExact(this.currentOrder, () =>
                spending.holdFor(this.currentOrder)
            );
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
                name: this.clubSpending.accountName(account),
                icon: this.clubSpending.accountIcon(account),
                words: this.clubSpending.formatAmount(account, amount),
            }));
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

    // -------------------------------------------------------------- what can be done

    clubUsePoints(account) {
        this.pos.openSpending(this.currentOrder, account);
    },
    /** What is given as change is loaded instead; the drawer stays shut. */
    async clubChangeToWallet() {
        await this.clubSpending.topUp(this.currentOrder, this.clubChange);
        this.numberBuffer.reset();
    },
    async clubTopUp() {
        const typed = await makeAwaitable(this.dialog, NumberPopup, {
            title: _t("Top up the wallet"),
            formatDisplayedValue: (text) => `${this.pos.currency.symbol} ${text}`,
            isValid: (text) => Boolean(text) && parseFloat(text) > 0,
            confirmButtonLabel: _t("Top up"),
        });
        const money = typed ? this.pos.currency.round(parseFloat(typed)) : 0;
        if (money > 0) {
            await this.clubSpending.keepExact(this.currentOrder, () =>
                this.clubSpending.topUp(this.currentOrder, money)
            );
        }
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
