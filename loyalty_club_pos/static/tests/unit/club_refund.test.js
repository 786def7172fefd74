import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    balanceRefund,
    givenBack,
    givenBackWith,
    quoteRefund,
    rewardsToReturn,
} from "@loyalty_club_pos/app/utils/club_refund";
import {
    basket,
    settled,
    setupSpending,
} from "@loyalty_club_pos/../tests/unit/club_spending_mocks";

definePosModels();

/** A paid order: 3 pieces of 10.00, of which points paid 10.00. */
async function sale(till, { qty = 3 } = {}) {
    const order = await basket(till, { price: 10, qty });
    till.spending.use(order, "points", 100);
    await settled(till);
    order.state = "paid";
    const [goods, reward] = order.getOrderlines();
    return { order, goods, reward };
}

/** A refund order with some of a line. */
function refund(till, line, qty) {
    const order = till.store.addNewOrder();
    order.is_refund = true;
    till.models["pos.order.line"].create({
        order_id: order,
        product_id: line.product_id,
        price_unit: line.price_unit,
        qty: -qty,
        refunded_orderline_id: line,
    });
    return order;
}

test("parts are exact to the smallest unit, and add up to the whole", async () => {
    const till = await setupSpending();
    const { goods, reward } = await sale(till);
    const parts = [];
    for (let piece = 0; piece < 3; piece++) {
        const back = refund(till, goods, 1);
        balanceRefund(back);
        balanceRefund(back); // again before it is paid
        const own = back.lines.find((line) => line.refunded_orderline_id === reward);
        parts.push([own.qty, own.price_unit]);
        expect(back.priceIncl.toFixed(2)).toBe((-10 - own.price_unit).toFixed(2));
    }
    expect(parts).toEqual([
        [-1, -3.33],
        [-1, -3.34],
        [-1, -3.33],
    ]);
    expect(reward.refundedQty).toBeCloseTo(1);
    const more = refund(till, goods, 0);
    balanceRefund(more);
    expect(more.lines.length).toBe(1);
});

test("what the screen of orders proposes is made exact", async () => {
    const till = await setupSpending();
    const { order, goods, reward } = await sale(till);
    const proposed = rewardsToReturn(order, { [goods.uuid]: 1 }, 2)[reward.uuid];
    expect(proposed).toBe(0.33);
    const said = givenBackWith(order, { [goods.uuid]: 1 }, () => proposed, 2);
    expect(said.points).toBe(33);
    const back = refund(till, goods, 1);
    till.models["pos.order.line"].create({
        order_id: back,
        product_id: reward.product_id,
        price_unit: reward.price_unit,
        qty: -proposed,
        refunded_orderline_id: reward,
    });
    balanceRefund(back);
    const own = back.lines.find((line) => line.refunded_orderline_id === reward);
    expect([own.qty, own.price_unit]).toEqual([-1, -3.33]);
});

test("a cashier may return more of a reward than its goods had", async () => {
    const till = await setupSpending();
    const { goods, reward } = await sale(till);
    const back = refund(till, goods, 1);
    till.models["pos.order.line"].create({
        order_id: back,
        product_id: reward.product_id,
        price_unit: reward.price_unit,
        qty: -1,
        refunded_orderline_id: reward,
    });
    balanceRefund(back);
    const own = back.lines.find((line) => line.refunded_orderline_id === reward);
    expect([own.qty, own.price_unit]).toEqual([-1, -10]);
});

test("lines say what they are, also those of a return", async () => {
    const till = await setupSpending();
    const { goods, reward } = await sale(till);
    expect(reward.getFullProductName()).toBe("100 points used");
    const back = refund(till, goods, 1);
    balanceRefund(back);
    const own = back.lines.find((line) => line.refunded_orderline_id === reward);
    expect(own.getFullProductName()).toBe("Points given back");
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "wallet", 5);
    await settled(till);
    expect(order.clubRewardLines()[0].getFullProductName()).toBe("Wallet");
    till.spending.use(order, "points", 20);
    await settled(till);
    till.spending.use(order, "points", 30);
    await settled(till);
    const names = order.clubRewardLines().map((line) => line.getFullProductName());
    expect(names.sort()).toEqual(["30 points used", "Wallet"]);
    // Also where the order is shown, and not only on its receipt.
    const shown = order.clubRewardLines().map((line) => line.orderDisplayProductName.name);
    expect(shown.sort()).toEqual(["30 points used", "Wallet"]);
});

test("what will be owed is said before a return is paid", async () => {
    const till = await setupSpending();
    const { order, goods, reward } = await sale(till);
    order.getPartner(); // the member
    till.store.club.seen[3].member.balances.points.owed = 6;
    const asked = [];
    till.store.club.call = async (method, args) => {
        asked.push([method, args]);
        return [{ partner_id: 3, taken: 80, owed: 70 }];
    };
    const back = refund(till, goods, 1);
    back.setPartner(till.partner);
    balanceRefund(back);
    // Goods that the server doesn't know can't be asked for.
    expect(await quoteRefund(till.store.club, back)).toBe(false);
    till.models.connectNewData({ "pos.order.line": [{ ...goods.raw, id: 8001 }] });
    expect(await quoteRefund(till.store.club, back)).toEqual({ taken: 80, owed: 43 });
    expect(asked).toEqual([["quote_refund", { lines: [{ line_id: 8001, quantity: 1 }] }]]);
    expect(reward.isSynced).toBe(false);
});

test("without goods nothing goes back by itself", async () => {
    const till = await setupSpending();
    const { order, reward } = await sale(till);
    expect(rewardsToReturn(order, {}, 2)[reward.uuid]).toBe(0);
});

test("it says what the member gets back", async () => {
    const till = await setupSpending();
    const { order } = await sale(till);
    expect(givenBack(order, () => 0.5)).toEqual({ points: 50 });
    // The last of three thirds is what the first two left over.
    const thirds = [1, 2, 3].map((nth) =>
        givenBack(
            order,
            () => nth / 3,
            () => (nth - 1) / 3
        )
    );
    expect(thirds).toEqual([{ points: 33 }, { points: 33 }, { points: 34 }]);
});

test("a free product goes back with itself, not with other goods", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 }, { price: 10, productId: 10 });
    await till.spending.claim(order, till.rewards.coffee, till.cards.points);
    await settled(till);
    order.state = "paid";
    const [shirt, coffee, reward] = order.getOrderlines();
    expect(rewardsToReturn(order, { [shirt.uuid]: 1 }, 2)[reward.uuid]).toBe(0);
    expect(rewardsToReturn(order, { [coffee.uuid]: 1 }, 2)[reward.uuid]).toBe(1);
});

test("a return whose quantities were changed is brought back into balance", async () => {
    const till = await setupSpending();
    const { goods, reward } = await sale(till, { qty: 2 });
    const back = refund(till, goods, 2);
    expect(back.lines.length).toBe(1);
    balanceRefund(back);
    expect(back.lines.length).toBe(2);
    const line = back.lines.find((l) => l.refunded_orderline_id.uuid === reward.uuid);
    expect(line.qty).toBe(-1);
    balanceRefund(back);
    expect(back.lines.length).toBe(2);
});
