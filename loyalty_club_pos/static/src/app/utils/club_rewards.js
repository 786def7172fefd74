/**
 * Whether a reward of a club turns any number of points, or any part of a wallet, into
 * money; other rewards have one price.
 *
 * @param {Object} reward loyalty.reward
 * @returns {boolean}
 */
export function paysAnyAmount(reward) {
    return Boolean(
        reward?.program_id?.club_account &&
            reward.reward_type === "discount" &&
            reward.discount_mode === "per_point" &&
            !reward.clear_wallet
    );
}
