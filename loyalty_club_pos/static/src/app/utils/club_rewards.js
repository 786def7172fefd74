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

/**
 * Whether a reward takes an amount off the prices of the goods, as they are shown, so
 * that less tax is due; other amounts pay the price with its taxes.
 *
 * @param {Object} reward loyalty.reward
 * @returns {boolean}
 */
export function reducesPrice(reward) {
    const program = reward?.program_id;
    return (
        paysAnyAmount(reward) &&
        program.club_account === "credit" &&
        program.club_use === "reduction"
    );
}
