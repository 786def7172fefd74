import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";
import { paysAnyAmount } from "@loyalty_club_pos/app/utils/club_rewards";

patch(PosOrderline.prototype, {
    /** The account of the club that a reward line costs, or false. */
    get clubAccount() {
        return (this.is_reward_line && this.reward_id?.program_id?.club_account) || false;
    },
    /** Whether this line pays a part of the basket from an account. */
    get isClubPayment() {
        return Boolean(this.is_reward_line && paysAnyAmount(this.reward_id));
    },
    delete() {
        // What is only renewed stays the line that it is.
        if (this.clubAccount && this.order_id?.clubKeep(this)) {
            return;
        }
        return super.delete(...arguments);
    },
    getGiftCardOrEWalletBalance() {
        // Of a member's account the panel shows what he has; the card's face is older.
        return this.clubAccount ? "" : super.getGiftCardOrEWalletBalance();
    },
    isGiftCardOrEWalletReward() {
        return !this.clubAccount && super.isGiftCardOrEWalletReward();
    },
});
