import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/screens/ticket_screen/ticket_screen";
import { patch } from "@web/core/utils/patch";
import {
    balanceRefund,
    givenBackWith,
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
    /** The return is made, and not shown yet. */
    async addAdditionalRefundInfo(order, destinationOrder) {
        await super.addAdditionalRefundInfo(...arguments);
        if (this.pos.club?.enabled) {
            balanceRefund(destinationOrder);
        }
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
        const back = rewardsToReturn(order, this._clubChosen(order), quantityDigits(order));
        for (const line of lines) {
            const detail = this.getToRefundDetail(line);
            if (!detail.destination_order_uuid) {
                const before = keepMore ? detail.qty : 0;
                detail.qty = Math.max(before, back[line.uuid]);
            }
        }
    },
    /** Quantities of goods that are chosen to be returned: uuid to quantity. */
    _clubChosen(order) {
        const goods = order.lines.filter((line) => !line.is_reward_line);
        return Object.fromEntries(
            goods.map((line) => [line.uuid, this._clubQuantity(order, line)])
        );
    },
    _clubQuantity(order, line) {
        const detail = order.uiState.lineToRefund[line.uuid];
        return detail && !detail.destination_order_uuid ? detail.qty : 0;
    },
    /** In words: what the chosen goods give back to the member. */
    get clubGivenBack() {
        const order = this.getSelectedOrder();
        if (!order?.finalized || !this.pos.club?.enabled) {
            return [];
        }
        const amounts = givenBackWith(
            order,
            this._clubChosen(order),
            (line) => this._clubQuantity(order, line),
            quantityDigits(order)
        );
        const { spending } = this.pos.club;
        return Object.entries(amounts)
            .filter(([, amount]) => amount > 0)
            .map(([account, amount]) => ({
                account,
                name: spending.accountName(account),
                words: spending.formatAmount(account, amount),
            }));
    },
});
