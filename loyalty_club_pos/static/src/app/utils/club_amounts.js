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
 * Share whole units in proportion; the parts sum up to them. As the engine does: whole
 * parts first, then the largest remainders.
 *
 * @param {number} units
 * @param {Object} weights key to a number; only positive ones get a part
 * @returns {Object} key to units
 */
export function shareOut(units, weights) {
    const entries = Object.entries(weights).filter(([, weight]) => weight > 0);
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    const shares = entries.map(([key, weight]) => {
        const exact = (units * weight) / total;
        const whole = Math.floor(exact + NOISE);
        return { key, whole, rest: exact - whole };
    });
    const left = units - shares.reduce((sum, { whole }) => sum + whole, 0);
    const byRest = [...shares].sort((a, b) => b.rest - a.rest);
    byRest.slice(0, left).forEach((share) => share.whole++);
    return Object.fromEntries(shares.map(({ key, whole }) => [key, whole]));
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

/**
 * @param {number} amount
 * @param {number} step amounts are multiples of it
 * @param {number} digits of the account
 * @returns {number} the amount, cut to whole steps
 */
export function wholeSteps(amount, step, digits) {
    const stepUnits = unitsDown(step, digits) || 1;
    return fromUnits(Math.floor(unitsDown(amount, digits) / stepUnits) * stepUnits, digits);
}
