import { shareOut } from "@loyalty_club_pos/app/utils/club_amounts";

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
 * @property {string} [group] what the parts of one combo have in common
 * @property {number} [groupQty] how often this combo is sold
 * @property {number} [groupProduct] id of its product
 * @property {boolean} [discounted] sold below its price; of a deduction: what it is about
 *     is discounted
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
    const rules = policy.earning.filter(({ tiers }) => !tiers.length || tiers.includes(tierCode));
    const boosts = rules
        .filter(({ mode }) => mode === "multiply")
        .map((rule) => ({ rule, lines: linesOf(rule, goods) }))
        .filter(({ rule, lines }) => lines.length && reachesMinimum(rule, lines, scale));
    return rules
        .filter(({ mode }) => mode !== "multiply")
        .reduce(
            (sum, rule) => sum + pointsOf(rule, goods, boosts, scale, tier?.multiplier ?? 1),
            0
        );
}

/** The goods in minor units of money, each without its part of what is deducted. */
function afterDeductions(policy, lines, scale) {
    const units = (amount) => Math.round(amount * scale);
    const goods = lines
        .filter((line) => line.qty > 0 && (line.total >= 0 || line.group))
        .filter((line) => !productsOf(line).some((id) => policy.excluded.includes(id)))
        .map((line) => ({
            ...line,
            total: units(line.total),
            untaxed: units(line.untaxed),
            totalBefore: units(line.totalBefore),
            untaxedBefore: units(line.untaxedBefore),
        }));
    for (const deduction of lines.filter((line) => line.total < 0 && !line.group)) {
        const about = goods.filter((line) =>
            deduction.about?.includes(line.groupProduct ?? line.product)
        );
        const cheaper = about.length ? about : goods;
        for (const amount of AMOUNTS) {
            const worth = cheaper.map((line) => Math.max(line[amount], 0));
            const off = Math.min(-units(deduction[amount]), sumOf(worth));
            for (const [index, part] of Object.entries(shareOut(off, { ...worth }))) {
                cheaper[index][amount] -= part;
                cheaper[index].discounted ||= Boolean(deduction.discounted && part);
            }
        }
    }
    return goods;
}

/** What a line is: its own product, and the combo that it is part of. */
function productsOf({ product, groupProduct }) {
    return groupProduct ? [product, groupProduct] : [product];
}

function linesOf(rule, goods) {
    return goods.filter((line) => {
        const products = productsOf(line);
        return (
            (rule.products === null || products.some((id) => rule.products.includes(id))) &&
            !products.some((id) => rule.excluded.includes(id)) &&
            !(rule.full_price && line.discounted)
        );
    });
}

/** What each line counts in pieces: the parts of a combo share those of the combo. */
function piecesOf(lines) {
    return lines.map((line) => {
        if (line.total < 0) {
            return 0;
        }
        return line.group
            ? line.groupQty / lines.filter(({ group }) => group === line.group).length
            : line.qty;
    });
}

function reachesMinimum(rule, lines, scale) {
    const amount = sumOf(
        lines.map((line) => (rule.least_tax === "incl" ? line.total : line.untaxed))
    );
    return (
        sumOf(piecesOf(lines)) + TINY >= rule.least_qty &&
        amount >= Math.round(rule.least_amount * scale)
    );
}

function pointsOf(rule, goods, boosts, scale, multiplier) {
    const lines = linesOf(rule, goods);
    const base = baseOf(rule, lines, boosts, scale);
    if (base <= 0 || !reachesMinimum(rule, lines, scale)) {
        return 0;
    }
    const points = ROUNDING[rule.rounding](base * rule.rate * (rule.multiplied ? multiplier : 1));
    return rule.cap ? Math.min(points, rule.cap) : points;
}

function baseOf(rule, lines, boosts, scale) {
    if (rule.mode === "order") {
        return sumOf(lines.map(({ total }) => total)) > 0 ? 1 : 0;
    }
    const before = rule.discount === "before" ? "Before" : "";
    const field = (rule.tax === "incl" ? "total" : "untaxed") + before;
    const weights = rule.mode === "unit" ? piecesOf(lines) : lines.map((line) => line[field]);
    const times = (line) =>
        boosts.reduce(
            (product, boost) => product * (boost.lines.includes(line) ? boost.rule.rate : 1),
            1
        );
    const weight = sumOf(weights.map((each, index) => each * times(lines[index])));
    if (rule.mode === "unit") {
        return weight;
    }
    const money = Math.floor(weight + TINY);
    const step = Math.round((rule.step || 0) * scale);
    return (step ? money - (money % step) : money) / scale;
}

function sumOf(numbers) {
    return numbers.reduce((sum, number) => sum + number, 0);
}
