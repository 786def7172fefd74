import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/screens/ticket_screen/ticket_screen";
import { patch } from "@web/core/utils/patch";
import {
    givenBack,
    quantityDigits,
    rewardsToReturn,
} from "@loyalty_club_pos/app/utils/club_refund";

patch(TicketScreen.prototype, {
    /** What paid from an account or a gift card goes back there: the server sees to it. */
    _isEWalletGiftCard(orderline) {
        const isReward = orderline?.is_reward_line;
        const ofCard = orderline?.reward_id?.program_id?.program_type === "gift_card";
        if (isReward && this.pos.club?.enabled && (orderline.clubAccount || ofCard)) {
            return false;
        }
        return Boolean(orderline) && super._isEWalletGiftCard(...arguments);
    },
    _onUpdateSelectedOrderline() {
        super._onUpdateSelectedOrderline(...arguments);
        const order = this.getSelectedOrder();
        const selected = order?.lines.find((line) => line.id == this.getSelectedOrderlineId());
        if (order?.finalized && selected && !selected.clubAccount) {
            this._clubReturn(order, false);
        }
    },
    async onDoRefund() {
        const order = this.getSelectedOrder();
        if (order) {
            this._clubReturn(order, true);
        }
        return super.onDoRefund(...arguments);
    },
    /**
     * Let the rewards go back with the goods.
     *
     * @param {boolean} keepMore whether the cashier may have chosen more of a reward
     */
    _clubReturn(order, keepMore) {
        const lines = order.lines.filter((line) => line.clubAccount);
        if (!lines.length) {
            return;
        }
        const chosen = {};
        for (const line of order.lines.filter((line) => !line.is_reward_line)) {
            const detail = order.uiState.lineToRefund[line.uuid];
            chosen[line.uuid] = detail && !detail.destination_order_uuid ? detail.qty : 0;
        }
        const back = rewardsToReturn(order, chosen, quantityDigits(order));
        for (const line of lines) {
            const detail = this.getToRefundDetail(line);
            if (!detail.destination_order_uuid) {
                const before = keepMore ? detail.qty : 0;
                detail.qty = Math.max(before, back[line.uuid]);
            }
        }
    },
    /** In words: what the chosen goods give back to the member. */
    get clubGivenBack() {
        const order = this.getSelectedOrder();
        if (!order?.finalized || !this.pos.club?.enabled) {
            return [];
        }
        const amounts = givenBack(order, (line) => {
            const detail = order.uiState.lineToRefund[line.uuid];
            return detail && !detail.destination_order_uuid ? detail.qty : 0;
        });
        const { spending } = this.pos.club;
        return Object.entries(amounts)
            .filter(([, amount]) => amount > 0)
            .map(([account, amount]) => ({
                account,
                name: spending.accountName(account),
                words: spending.formatAmount(
                    account,
                    account === "points" ? Math.round(amount) : amount
                ),
            }));
    },
});
