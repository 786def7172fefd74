import { expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { Chrome } from "@point_of_sale/app/pos_app";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    TOMORROW,
    basket,
    settled,
    setupSpending,
} from "@loyalty_club_pos/../tests/unit/club_spending_mocks";

definePosModels();

let nextId = 7000;

/** The line as the server has it: another record of the same claim, with an id. */
function fromServer(till, order, line, values = {}) {
    const id = nextId++;
    const { product_id, reward_id, coupon_id, qty, price_unit, points_cost } = line;
    till.models.connectNewData({
        "pos.order.line": [
            {
                id,
                uuid: `from-server-${id}`,
                order_id: order.id,
                product_id: product_id.id,
                reward_id: reward_id.id,
                coupon_id: coupon_id.id,
                is_reward_line: true,
                reward_identifier_code: `server${id}`,
                qty,
                price_unit,
                points_cost,
                tax_ids: [],
                ...values,
            },
        ],
    });
    return till.models["pos.order.line"].get(id);
}

test("what an account pays stays one line, however often it is renewed", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    await settled(till);
    const [line] = order.clubRewardLines();
    order.lines.find((goods) => !goods.is_reward_line).setQuantity(2);
    await settled(till);
    till.spending.use(order, "points", 200);
    await settled(till);
    expect(order.clubRewardLines().map(({ uuid }) => uuid)).toEqual([line.uuid]);
    expect([line.points_cost, order.priceIncl]).toEqual([200, 60]);
});

test("a line that comes back from the server isn't paid twice", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    await settled(till);
    const line = fromServer(till, order, order.clubRewardLines()[0], { points_cost: 150 });
    expect(order.clubRewardLines().length).toBe(2);
    await settled(till);
    // The server's line stays, with what the member chose here.
    expect(order.clubRewardLines().map(({ id }) => id)).toEqual([line.id]);
    expect([line.points_cost, order.priceIncl]).toEqual([120, 28]);
});

test("without a choice at this till the server's draft counts", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 150);
    await settled(till);
    const [first] = order.clubRewardLines();
    const kept = fromServer(till, order, first);
    fromServer(till, order, first);
    first.delete();
    order.uiState.clubWishes = {};
    await settled(till);
    expect(order.clubRewardLines().map(({ id }) => id)).toEqual([kept.id]);
    expect(till.spending.claims(order)[0].cost).toBe(150);
    expect(order.uiState.clubWishes).toEqual({ 501: 150 });
});

test("a free product stays one line too, and two rewards stay two", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 }, { price: 10, productId: 10 });
    till.spending.use(order, "points", 100);
    await till.spending.claim(order, till.rewards.coffee, till.cards.points);
    await settled(till);
    const uuids = order.clubRewardLines().map(({ uuid }) => uuid);
    await settled(till);
    expect(
        order
            .clubRewardLines()
            .map(({ uuid }) => uuid)
            .sort()
    ).toEqual(uuids.sort());
    expect(
        till.spending
            .claims(order)
            .map(({ cost }) => cost)
            .sort()
    ).toEqual([100, 50]);
});

test("an order of a trusted till has a configuration at once", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    order.config_id = undefined;
    // Not waited for: what draws it doesn't wait either.
    till.store.deviceSync.processDynamicRecords({});
    expect(order.config_id?.id).toBe(till.store.config.id);
});

test("the customer's display waits for an order's configuration", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    const display = (shown) =>
        Chrome.prototype.sendOrderToCustomerDisplay.call({ pos: till.store }, shown, null);
    patchWithCleanup(CustomerDisplayPosAdapter.prototype, {
        dispatch: () => expect.step("shown"),
    });
    display(order);
    order.config_id = undefined;
    display(order);
    expect.verifySteps(["shown"]);
});

test("what another till holds for the order is there for it", async () => {
    const till = await setupSpending();
    const { store, spending, partner, cards } = till;
    const { member } = store.club.seen[3];
    const order = await basket(till, { price: 40 });
    spending.use(order, "points", 250);
    await settled(till);
    // The other till has gone to its payment.
    const summary = {
        ...member,
        balances: { ...member.balances, points: { ...member.balances.points, available: 50 } },
    };
    store.club.call = async (method, { order_uuid }) => ({
        status: "found",
        member: summary,
        records: {},
        order_held: order_uuid === order.uuid && {
            amounts: { [cards.points.id]: 250 },
            expires_at: TOMORROW,
        },
    });
    await store.club.refresh(partner, order);
    await settled(till);
    expect(spending.spendable(order, cards.points)).toBe(300);
    expect(spending.claims(order).map(({ cost }) => cost)).toEqual([250]);
    // For another basket it is set aside.
    const other = await basket(till, { price: 40 });
    expect(spending.spendable(other, cards.points)).toBe(50);
});

test("what was asked while something was held is asked again", async () => {
    const till = await setupSpending();
    const { store, spending, partner } = till;
    const { member } = store.club.seen[3];
    const asked = [];
    store.club.call = async (method) => {
        asked.push(method);
        if (asked.length === 1) {
            spending.holds.turns += 2; // a hold came between
        }
        const available = asked.length === 1 ? 300 : 100;
        const points = { ...member.balances.points, available };
        return {
            status: "found",
            member: { ...member, balances: { ...member.balances, points } },
            records: {},
        };
    };
    await store.club.refresh(partner);
    expect(asked).toEqual(["summary", "summary"]);
    expect(store.club.memberOf(partner).balances.points.available).toBe(100);
});

test("a customer who is no member uses their wallet", async () => {
    const till = await setupSpending();
    const { store, spending, partner } = till;
    const { balances } = store.club.seen[3].member;
    store.club.call = async () => ({
        status: "unknown",
        member: false,
        records: {},
        guest: { partner_id: 3, balances: { wallet: balances.wallet } },
    });
    await store.club.refresh(partner);
    expect(store.club.memberOf(partner)).toBe(null);
    const order = await basket(till, { price: 40 });
    expect(spending.canSpend(order)).toBe(true);
    spending.useAll(order, "wallet");
    await settled(till);
    expect(order.priceIncl).toBe(15);
});
