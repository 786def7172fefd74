import { fromUnits, unitsDown } from "@loyalty_club_pos/app/utils/club_amounts";

/**
 * The rules of spending that a till needs before it asks the server, which has the last
 * word. They say what `engine/spending.py` says: both run the cases of
 * `engine/cases/spending.json`. Amounts are in an account's smallest unit but where they
 * are called money.
 */

/**
 * What of a basket an account may pay, in money.
 *
 * @param {Object} terms
 * @param {string} terms.account "points" | "wallet" | "credit"
 * @param {number} terms.left what nothing else pays of it, without what the account can't
 * @param {number} terms.basket all of it but what no account pays, before any was used
 * @param {number} [terms.others] what other points and credit pay: 0 or less
 * @param {number} terms.share of the club, in percent
 * @param {number} [terms.most] what the reward gives at most
 * @param {number} [terms.goods] the worth of the goods that the reward is about
 * @returns {{reason: string, money: number}[]}
 */
export function basketBounds({ account, left, basket, others = 0, share, most, goods }) {
    const bounds = [{ reason: "basket", money: left }];
    if (account !== "wallet") {
        bounds.push({ reason: "share", money: (basket * share) / 100 + others });
    }
    for (const money of [most, goods]) {
        if (money !== undefined && money !== null) {
            bounds.push({ reason: "reward", money });
        }
    }
    return bounds;
}

/**
 * Whether an account may pay for a line. A wallet buys no wallet; and what came as a gift
 * can't be turned into a balance that can be paid out, or into a tip.
 *
 * @param {Object} terms
 * @param {string} terms.account "points" | "wallet" | "credit"
 * @param {boolean} [terms.loads] the line loads a wallet
 * @param {boolean} [terms.earns] its goods may earn at all
 * @returns {boolean}
 */
export function canPay({ account, loads = false, earns = true }) {
    return account === "wallet" ? !loads : earns;
}

/** Units that are used of those a member wishes: as far as it goes, in whole steps. */
export function chosenOf({ wish, most, step = 1, least = 0 }) {
    const units = Math.max(Math.min(wish, most), 0);
    const stepped = Math.floor(units / step) * step;
    return stepped < least ? 0 : stepped;
}

/**
 * The same, of amounts as people read them.
 *
 * @param {number} wish
 * @param {{amount: number, step: number, least: number}} most as `maxFor` says it
 * @param {number} digits of the account
 * @returns {number}
 */
export function chosenAmount(wish, { amount, step, least = 0 }, digits) {
    const units = chosenOf({
        wish: unitsDown(wish, digits),
        most: unitsDown(amount, digits),
        step: unitsDown(step, digits) || 1,
        least: unitsDown(least, digits),
    });
    return fromUnits(units, digits);
}

/** How many times a reward of one price can be claimed. */
export function affordable(available, price) {
    return Math.max(0, Math.floor(available / price + 1e-6));
}

/** What pieces cost, at a price for each so many of them: a part costs a whole price. */
export function costOfGoods({ pieces, each, price }) {
    return Math.ceil(pieces / each - 1e-6) * price;
}

/**
 * What is kept of claims on one account that has no more than `most`: a whole reward
 * before an amount, which can be made smaller.
 *
 * @param {{key: string, cost: number, times?: number, adjustable?: boolean}[]} claims
 * @param {number} most
 * @returns {Object} key to what is kept
 */
export function reduced(claims, most) {
    const kept = {};
    let left = most;
    for (const { key, cost, times = 1, adjustable = false } of claims.toSorted(
        (a, b) => Boolean(a.adjustable) - Boolean(b.adjustable)
    )) {
        const each = cost / times;
        kept[key] = adjustable
            ? Math.min(left, cost)
            : Math.min(times, each ? affordable(left, each) : 0) * each;
        left -= kept[key];
    }
    return kept;
}

/**
 * Units of an account that can be spent without anybody agreeing.
 *
 * @param {Object} terms
 * @param {number} terms.available
 * @param {number|null} terms.limit what a card alone may still spend; null: no limit
 * @param {number} [terms.used] what the basket claims of the same limit already
 * @param {number} [terms.step] only whole steps are spent
 * @returns {number}
 */
export function withoutAgreement({ available, limit, used = 0, step = 1 }) {
    const units = limit === null ? available : Math.min(available, limit);
    return chosenOf({ wish: units - used, most: units, step });
}

/**
 * What a till without a network may use now of what it was granted.
 *
 * @param {number} granted
 * @param {number} available the balance that it knew last
 * @param {number} [waiting] what its orders that the server hasn't heard of have used
 * @returns {number}
 */
export function usableOffline(granted, available, waiting = 0) {
    return Math.max(0, Math.min(granted, available) - waiting);
}

/**
 * Units that a return gives back: a total so far.
 *
 * @param {number} soFar units, with their fractions, whose goods are back by now
 * @param {number} before what was given back before
 * @returns {number}
 */
export function unitsBack(soFar, before) {
    return Math.max(0, unitsDown(soFar, 0) - before);
}

/**
 * The part of a reward that goes back with some of the goods that it paid, 0 to 1.
 *
 * @param {[number, number, number][]} goods of each the value of all pieces, their number,
 *     and how many are back
 * @returns {number}
 */
export function partDue(goods) {
    const sum = (part) => goods.reduce((total, item) => total + part(item), 0);
    const total = sum(([value]) => Math.abs(value));
    const back = sum(([value, quantity, returned]) => (Math.abs(value) * returned) / quantity);
    return total ? Math.min(1, back / total) : 0;
}

/**
 * Money that goes back of a line that had paid `worth`: a total so far.
 *
 * @param {Object} terms
 * @param {number} terms.worth
 * @param {number} terms.part of it that is back by now, 0 to 1
 * @param {number} terms.before what went back before
 * @param {function(number): number} terms.round to the currency's smallest unit
 * @returns {number}
 */
export function amountBack({ worth, part, before, round }) {
    const soFar = part < 1 ? round(worth * part) : worth;
    return Math.max(0, Number((soFar - before).toFixed(6)));
}
