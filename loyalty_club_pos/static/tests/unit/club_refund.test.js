import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { balanceRefund, givenBack, rewardsToReturn } from "@loyalty_club_pos/app/utils/club_refund";
import { basket, settled, setupSpending } from "@loyalty_club_pos/../tests/unit/club_spending_mocks";

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

test("a third of the goods gives back a third; three thirds are the whole", async () => {
    const till = await setupSpending();
    const { order, goods, reward } = await sale(till);
    const parts = [];
    for (let piece = 0; piece < 3; piece++) {
        const part = rewardsToReturn(order, { [goods.uuid]: 1 }, 2)[reward.uuid];
        parts.push(part);
        refund(till, goods, 1);
        refund(till, reward, part);
    }
    expect(parts).toEqual([0.33, 0.34, 0.33]);
    expect(rewardsToReturn(order, {}, 2)[reward.uuid]).toBe(0);
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
