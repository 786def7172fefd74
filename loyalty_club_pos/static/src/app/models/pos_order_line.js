import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";
import { _t } from "@web/core/l10n/translation";
import { clubSpending } from "@loyalty_club_pos/app/services/club_spending";
import { formatAccount } from "@loyalty_club_pos/app/utils/club_format";
import { isByAmount, partReturned } from "@loyalty_club_pos/app/utils/club_refund";
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
    /** Of what paid an amount, parts are amounts: a line of one piece may be a part. */
    get refundedQty() {
        return isByAmount(this) ? this.qty * partReturned(this) : super.refundedQty;
    },
    /** What a line of the club's is, in the till's language. */
    setFullProductName() {
        super.setFullProductName(...arguments);
        this.full_product_name = this.clubName || this.full_product_name;
    },
    get orderDisplayProductName() {
        const name = this.clubName;
        return name ? { name, attributeString: "" } : super.orderDisplayProductName;
    },
    get clubName() {
        const sold = this.refunded_orderline_id;
        const account = sold ? sold.clubAccount : this.clubAccount;
        if (!account) {
            return clubSpending()?.isTopUp(this) ? _t("Wallet top-up") : "";
        }
        const reward = (sold || this).reward_id;
        if (!paysAnyAmount(reward)) {
            return reward.description;
        }
        if (account !== "points") {
            return account === "wallet" ? _t("Wallet") : _t("Promotional credit");
        }
        if (sold) {
            return _t("Points given back");
        }
        // The cost stands on the first of the lines that split it by taxes.
        const code = this.reward_identifier_code;
        const claim = (this.order_id?.lines || []).filter(
            (line) => line !== this && line.reward_identifier_code === code
        );
        const cost = [this, ...claim].reduce((sum, line) => sum + (line.points_cost || 0), 0);
        return _t("%s points used", formatAccount("points", cost));
    },
    delete() {
        // What is only renewed stays the line that it is.
        if (this.clubAccount && this.order_id?.clubKeep(this)) {
            return;
        }
        return super.delete(...arguments);
    },
    getGiftCardOrEWalletBalance() {
        // Of a member's account the panel shows what they have; the card's face is older.
        return this.clubAccount ? "" : super.getGiftCardOrEWalletBalance();
    },
    isGiftCardOrEWalletReward() {
        return !this.clubAccount && super.isGiftCardOrEWalletReward();
    },
});
