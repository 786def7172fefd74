/**
 * What a basket will probably earn. Only an estimate: the server counts when the order
 * is saved, and it alone knows daily limits and what changed since the till opened.
 */

const ROUNDING = {
    down: (exact) => Math.floor(exact + TINY),
    nearest: (exact) => Math.floor(exact + 0.5 + TINY),
    up: (exact) => Math.ceil(exact - TINY),
};
// 0.1 * 3 * 10 is a little less than 3 in binary; a point isn't lost over it.
const TINY = 1e-6;
const AMOUNTS = ["total", "untaxed"];

/**
 * @typedef {Object} BasketLine
 * @property {number} product id of the product
 * @property {number} qty
 * @property {number} total paid, with tax
 * @property {number} untaxed paid, without
 * @property {number} totalBefore with tax, before the line's discount
 * @property {number} untaxedBefore
 * @property {number[]|null} [about] of a deduction: the products that it makes cheaper
 */

/**
 * @param {Object|false} policy the till's `_club`
 * @param {string|false} tierCode the member's tier
 * @param {BasketLine[]} lines goods, and deductions with a negative total
 * @returns {number} points, 0 or more
 */
export function estimatePoints(policy, tierCode, lines) {
    if (!policy) {
        return 0;
    }
    const scale = 10 ** policy.currency_digits;
    const goods = afterDeductions(policy, lines, scale);
    const tier = policy.tiers.find(({ code }) => code === tierCode);
    return policy.earning
        .filter(({ tiers }) => !tiers.length || tiers.includes(tierCode))
        .reduce((sum, rule) => sum + pointsOf(rule, goods, scale, tier?.multiplier ?? 1), 0);
}

/** The goods in minor units of money, each without its part of what is deducted. */
function afterDeductions(policy, lines, scale) {
    const units = (amount) => Math.round(amount * scale);
    const goods = lines
        .filter((line) => line.qty > 0 && line.total >= 0)
        .filter((line) => !policy.excluded.includes(line.product))
        .map((line) => ({
            ...line,
            total: units(line.total),
            untaxed: units(line.untaxed),
            totalBefore: units(line.totalBefore),
            untaxedBefore: units(line.untaxedBefore),
        }));
    for (const deduction of lines.filter((line) => line.total < 0)) {
        const about = goods.filter((line) => deduction.about?.includes(line.product));
        const cheaper = about.length ? about : goods;
        for (const amount of AMOUNTS) {
            const worth = cheaper.map((line) => line[amount]);
            const off = Math.min(-units(deduction[amount]), sumOf(worth));
            shareOut(off, worth).forEach((part, index) => (cheaper[index][amount] -= part));
        }
    }
    return goods;
}

function pointsOf(rule, goods, scale, multiplier) {
    const lines = goods.filter(
        ({ product }) =>
            (rule.products === null || rule.products.includes(product)) &&
            !rule.excluded.includes(product)
    );
    const quantity = sumOf(lines.map(({ qty }) => qty));
    const amount = sumOf(lines.map((line) => (rule.least_tax === "incl" ? line.total : line.untaxed)));
    const base = baseOf(rule, lines, quantity, scale);
    if (base <= 0 || quantity < rule.least_qty || amount < Math.round(rule.least_amount * scale)) {
        return 0;
    }
    const points = ROUNDING[rule.rounding](base * rule.rate * (rule.multiplied ? multiplier : 1));
    return rule.cap ? Math.min(points, rule.cap) : points;
}

function baseOf(rule, lines, quantity, scale) {
    const before = rule.discount === "before" ? "Before" : "";
    const field = (rule.tax === "incl" ? "total" : "untaxed") + before;
    const money = sumOf(lines.map((line) => line[field]));
    if (rule.mode === "unit") {
        return quantity;
    }
    if (rule.mode === "money") {
        return money / scale;
    }
    return sumOf(lines.map(({ total }) => total)) > 0 ? 1 : 0;
}

function sumOf(numbers) {
    return numbers.reduce((sum, number) => sum + number, 0);
}

/** Whole units in proportion to weights, to the last one (largest remainders first). */
function shareOut(units, weights) {
    const total = sumOf(weights);
    if (!total) {
        return weights.map(() => 0);
    }
    const exact = weights.map((weight) => (units * weight) / total);
    const parts = exact.map(Math.floor);
    const byLoss = [...parts.keys()].sort((a, b) => exact[b] - parts[b] - (exact[a] - parts[a]));
    byLoss.slice(0, units - sumOf(parts)).forEach((index) => (parts[index] += 1));
    return parts;
}
