import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/screens/product_screen/control_buttons/control_buttons";
import { patch } from "@web/core/utils/patch";

/** The club's programs have their own button; the native ones keep to native programs. */
patch(ControlButtons.prototype, {
    get clubCanSpend() {
        return Boolean(this.pos.club?.spending?.canSpend(this.pos.getOrder()));
    },
    clickClubMember() {
        this.props.close?.();
        return this.pos.club.identify();
    },
    clickClubSpend() {
        this.props.close?.();
        return this.pos.openSpending();
    },
    _getEWalletPrograms() {
        return super._getEWalletPrograms().filter((program) => !program.club_account);
    },
    _getEWalletRewards(order) {
        return super
            ._getEWalletRewards(order)
            .filter(({ reward }) => !reward.program_id.club_account);
    },
    getPotentialRewards() {
        return super.getPotentialRewards().filter(({ reward }) => !reward.program_id.club_account);
    },
});
