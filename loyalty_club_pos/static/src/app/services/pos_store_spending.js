import { ConnectionLostError } from "@web/core/network/rpc";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { loyaltyIdsGenerator } from "@pos_loyalty/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import { SpendDialog } from "@loyalty_club_pos/app/components/popups/spend_dialog/spend_dialog";

/** Where the store's own ways meet what members spend. */
patch(PosStore.prototype, {
    /** Let the member choose what they use on an order. */
    openSpending(order = this.getOrder(), account = undefined) {
        return this.dialog.add(SpendDialog, { order, account });
    },
    /**
     * A member's account is known from their summary. Without a network nobody can be asked
     * for other cards either; the rewards of an order mustn't stand still for that.
     */
    async fetchLoyaltyCard(programId, partnerId) {
        const program = this.models["loyalty.program"].get(programId);
        const partner = this.models["res.partner"].get(partnerId);
        const known = program?.club_account && this.club?.spending?.cardOf(program, partner);
        if (known) {
            return known;
        }
        try {
            return await super.fetchLoyaltyCard(...arguments);
        } catch (error) {
            if (!(error instanceof ConnectionLostError && this.club?.enabled)) {
                throw error;
            }
            // As native code does for who has none: the server knows whose it is.
            return this.models["loyalty.card"].create({
                id: loyaltyIdsGenerator(),
                program_id: program,
                partner_id: partner,
                points: 0,
            });
        }
    },
    /** A free product is the member's choice; it isn't claimed because it was scanned. */
    getPotentialFreeProductRewards() {
        return super
            .getPotentialFreeProductRewards(...arguments)
            .filter(({ reward }) => !reward.program_id.club_account);
    },
    setOrder() {
        super.setOrder(...arguments);
        this.getOrder()?.clubAdopt();
        this.club?.spending?.releaseOthers();
    },
    addNewOrder() {
        const order = super.addNewOrder(...arguments);
        this.club?.spending?.releaseOthers();
        return order;
    },
    navigate() {
        super.navigate(...arguments);
        this.club?.spending?.releaseOthers();
    },
    async postSyncAllOrders(orders) {
        const result = await super.postSyncAllOrders(...arguments);
        orders
            .filter((order) => order.finalized)
            .forEach((order) => this.club?.spending?.learnFrom(order));
        return result;
    },
    /**
     * Odoo's second call about an order confirms what the browser computed. The saved order
     * has told already what a club's programs did, so it is for the other programs only.
     */
    async postProcessLoyalty(order) {
        const programs = [
            ...Object.values(order.uiState.couponPointChanges).map(({ program_id }) =>
                this.models["loyalty.program"].get(program_id)
            ),
            ...order._get_reward_lines().map((line) => line.reward_id?.program_id),
        ];
        if (order.club_receipt && programs.every((program) => program?.club_account)) {
            return;
        }
        return super.postProcessLoyalty(...arguments);
    },
    removeOrder(order) {
        this.club?.spending?.releaseFor(order);
        return super.removeOrder(...arguments);
    },
});
