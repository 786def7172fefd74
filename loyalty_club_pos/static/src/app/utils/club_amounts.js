/**
 * Amounts of accounts: points are whole, money has the club's digits.
 *
 * JavaScript has binary floats only; so that 0.3 is three tenths here too, amounts are
 * counted in their smallest unit and only written as numbers.
 */

/** Something below the smallest unit that a chain of float operations may lose. */
const NOISE = 1e-6;

/**
 * @param {number} amount
 * @param {number} digits after the point: 0 for points
 * @returns {number} whole units, cut off towards zero
 */
export function unitsDown(amount, digits) {
    return Math.floor((amount || 0) * 10 ** digits + NOISE);
}

/**
 * @param {number} units
 * @param {number} digits
 * @returns {number}
 */
export function fromUnits(units, digits) {
    return Number((units / 10 ** digits).toFixed(digits));
}

function greatestCommonDivisor(a, b) {
    return b ? greatestCommonDivisor(b, a % b) : a;
}

/**
 * The smallest step that both a reward and the club's policy allow.
 *
 * @param {number} a whole
 * @param {number} b whole
 * @returns {number}
 */
export function commonStep(a, b) {
    const [first, second] = [Math.max(1, Math.round(a || 1)), Math.max(1, Math.round(b || 1))];
    return (first / greatestCommonDivisor(first, second)) * second;
}

/**
 * @typedef {Object} Bound
 * @property {string} reason "balance" | "offline" | "basket" | "share" | "reward"
 * @property {number} amount in the account's own unit
 */

/**
 * How much can be spent at most, and what bounds it.
 *
 * @param {Object} terms
 * @param {Bound[]} terms.bounds the tightest one wins, the first of equals
 * @param {number} terms.digits of the account
 * @param {number} terms.step amounts are multiples of it; in units
 * @param {number} terms.least the fewest units at once
 * @returns {{amount: number, reason: string}} amount 0 when less than the least is left,
 *     with the reason "least" if it is that
 */
export function mostOf({ bounds, digits, step, least }) {
    const tightest = bounds.reduce((a, b) => (b.amount < a.amount ? b : a));
    const units = Math.max(0, unitsDown(tightest.amount, digits));
    const stepped = Math.floor(units / step) * step;
    if (stepped && stepped < least) {
        return { amount: 0, reason: "least" };
    }
    return { amount: fromUnits(stepped, digits), reason: tightest.reason };
}
