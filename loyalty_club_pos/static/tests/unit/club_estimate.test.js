import { describe, expect, test } from "@odoo/hoot";
import { estimatePoints } from "@loyalty_club_pos/app/utils/club_estimate";
import { mockPolicy, mockRule } from "@loyalty_club_pos/../tests/unit/club_mocks";
import { EARNING_CASES } from "@loyalty_club_pos/../tests/unit/earning_cases";

describe.current.tags("headless");

/** A line with 10 % tax included and, if asked for, a discount. */
function line(product, qty, price, { discount = 0, about = null } = {}) {
    const totalBefore = qty * price;
    const total = totalBefore * (1 - discount / 100);
    return {
        product,
        qty,
        total,
        untaxed: total / 1.1,
        totalBefore,
        untaxedBefore: totalBefore / 1.1,
        about,
    };
}

function deduction(total, about = null) {
    const amounts = { total, untaxed: total / 1.1, totalBefore: total, untaxedBefore: total / 1.1 };
    return { product: 99, qty: 0, ...amounts, about };
}

function points(rules, lines, { tier = "base", ...policy } = {}) {
    const earning = rules.map((rule) => mockRule(rule));
    return estimatePoints(mockPolicy({ earning, ...policy }), tier, lines);
}

test("without a club nothing is estimated", () => {
    expect(estimatePoints(false, "gold", [line(1, 1, 10)])).toBe(0);
});

test("money, pieces and orders", () => {
    const basket = [line(1, 2, 10), line(2, 1, 5.99)];
    expect(points([{}], basket)).toBe(25);
    expect(points([{ mode: "unit", rate: 10 }], basket)).toBe(30);
    expect(points([{ mode: "order", rate: 7 }], basket)).toBe(7);
    expect(points([{ mode: "order", rate: 7 }], [])).toBe(0);
});

test("rounding down, to the nearest, and up", () => {
    const basket = [line(1, 1, 2.5)];
    expect(points([{ rounding: "down" }], basket)).toBe(2);
    expect(points([{ rounding: "nearest" }], basket)).toBe(3);
    expect(points([{ rounding: "up" }], [line(1, 1, 2.01)])).toBe(3);
});

test("binary fractions neither lose nor win a point", () => {
    // 0.1 * 3 = 0.30000000000000004, and 1.1 * 1.1 * 100 = 121.00000000000001
    expect(points([{ rate: 0.1, rounding: "up" }], [line(1, 1, 30)])).toBe(3);
    expect(points([{ rate: 110 }], [line(1, 1, 1.1)])).toBe(121);
    expect(points([{ rate: 110, rounding: "up" }], [line(1, 1, 1.1)])).toBe(121);
    expect(points([{ rate: 0.7 }], [line(1, 1, 10)])).toBe(7);
});

test("a tier multiplies where the rule lets it", () => {
    const basket = [line(1, 1, 10)];
    expect(points([{}], basket, { tier: "gold" })).toBe(15);
    expect(points([{ multiplied: false }], basket, { tier: "gold" })).toBe(10);
    expect(points([{}], basket, { tier: undefined })).toBe(10);
});

test("a rule for some tiers is for them only", () => {
    const basket = [line(1, 1, 10)];
    expect(points([{ tiers: ["gold"] }], basket, { tier: "base" })).toBe(0);
    expect(points([{ tiers: ["gold"] }], basket, { tier: "gold" })).toBe(15);
});

test("rules add up, each with its limit", () => {
    const basket = [line(1, 1, 10)];
    expect(points([{}, { mode: "order", rate: 5 }], basket)).toBe(15);
    expect(points([{ cap: 4 }, { mode: "order", rate: 5 }], basket)).toBe(9);
});

test("products that a rule is about, excludes, and that never earn", () => {
    const basket = [line(1, 1, 10), line(2, 1, 20), line(3, 1, 40)];
    expect(points([{ products: [1, 2] }], basket)).toBe(30);
    expect(points([{ excluded: [2] }], basket)).toBe(50);
    expect(points([{}], basket, { excluded: [3] })).toBe(30);
});

test("before or after discount, with or without tax", () => {
    const basket = [line(1, 1, 110, { discount: 50 })];
    expect(points([{}], basket)).toBe(55);
    expect(points([{ discount: "before" }], basket)).toBe(110);
    expect(points([{ tax: "excl" }], basket)).toBe(50);
    expect(points([{ discount: "before", tax: "excl" }], basket)).toBe(100);
});

test("deductions make their goods cheaper, or all of them", () => {
    const basket = [line(1, 1, 30), line(2, 1, 10)];
    const ruleOnFirst = { products: [1] };
    expect(points([{}], [...basket, deduction(-8)])).toBe(32);
    expect(points([ruleOnFirst], [...basket, deduction(-8)])).toBe(24);
    expect(points([ruleOnFirst], [...basket, deduction(-8, [2])])).toBe(30);
    expect(points([ruleOnFirst], [...basket, deduction(-8, [1])])).toBe(22);
});

test("a deduction beyond the basket leaves nothing, and is no piece", () => {
    expect(points([{}], [line(1, 1, 10), deduction(-25)])).toBe(0);
    const pieces = { mode: "unit", rate: 10 };
    expect(points([pieces], [line(1, 2, 10), deduction(-5)])).toBe(20);
});

test("minimums of pieces and money", () => {
    const basket = [line(1, 2, 11)];
    expect(points([{ least_qty: 3 }], basket)).toBe(0);
    expect(points([{ least_qty: 2 }], basket)).toBe(22);
    expect(points([{ least_amount: 22 }], basket)).toBe(22);
    expect(points([{ least_amount: 22, least_tax: "excl" }], basket)).toBe(0);
});

test("returned goods earn nothing", () => {
    expect(points([{}], [line(1, -1, 10)])).toBe(0);
});

test("a currency without cents", () => {
    const policy = { currency_digits: 0 };
    expect(points([{ rate: 0.001 }], [line(1, 1, 125000)], policy)).toBe(125);
});

for (const { name, lines, rules, digits = 2, multiplier = 1, points: expected } of EARNING_CASES) {
    test(`as the server counts: ${name}`, () => {
        const basket = lines.map((line) => ({
            untaxed: line.total,
            totalBefore: line.total,
            untaxedBefore: line.total,
            ...line,
        }));
        const tiers = [{ code: "base", multiplier }];
        expect(points(rules, basket, { currency_digits: digits, tiers })).toBe(expected);
    });
}

test("what a promotion takes off is discounted, what points pay isn't", () => {
    const basket = [line(1, 1, 30), line(2, 1, 10)];
    const promotion = { ...deduction(-10, [2]), discounted: true };
    expect(points([{ full_price: true }], [...basket, promotion])).toBe(30);
    expect(points([{ full_price: true }], [...basket, deduction(-10, [2])])).toBe(30);
    expect(points([{ full_price: true }], [...basket, deduction(-4)])).toBe(36);
});
