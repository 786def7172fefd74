import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    commonStep,
    fromUnits,
    mostOf,
    shareOut,
    unitsDown,
} from "@loyalty_club_pos/app/utils/club_amounts";
import { mockTill } from "@loyalty_club_pos/../tests/unit/club_mocks";
import {
    TOMORROW,
    basket,
    settled,
    setupSpending,
    withCredit,
} from "@loyalty_club_pos/../tests/unit/club_spending_mocks";

definePosModels();

test("amounts are counted in whole units", () => {
    expect(unitsDown(0.1 + 0.2, 2)).toBe(30);
    expect(unitsDown(1.15, 2)).toBe(115);
    expect(unitsDown(1.159, 2)).toBe(115);
    expect(fromUnits(30, 2)).toBe(0.3);
    expect(commonStep(200, 50)).toBe(200);
    expect(commonStep(6, 4)).toBe(12);
});

test("the tightest bound wins, and less than the least is nothing", () => {
    const bounds = [
        { reason: "balance", amount: 300 },
        { reason: "basket", amount: 255.9 },
    ];
    expect(mostOf({ bounds, digits: 0, step: 10, least: 0 })).toEqual({
        amount: 250,
        reason: "basket",
    });
    expect(mostOf({ bounds, digits: 0, step: 10, least: 251 })).toEqual({
        amount: 0,
        reason: "least",
    });
});

test("a member uses as much as they choose, and takes it back", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    expect(till.spending.use(order, "points", 120)).toBe(true);
    await settled(till);
    expect(order.priceIncl).toBe(28);
    expect(till.spending.maxFor(order, "points").used).toBe(120);
    expect(till.spending.claims(order)[0].cost).toBe(120);
    // Choosing anew replaces; it doesn't add up.
    till.spending.use(order, "points", 50);
    await settled(till);
    expect(order.priceIncl).toBe(35);
    till.spending.undo(order, "points");
    await settled(till);
    expect(order.priceIncl).toBe(40);
    expect(order.clubRewardLines().length).toBe(0);
});

test("never more than there is, than the basket, than the club's share", async () => {
    const till = await setupSpending({ policy: { spend: { share: 50, least: 20, step: 5 } } });
    const order = await basket(till, { price: 10 });
    // Half of 10.00, at a tenth a point.
    const most = till.spending.maxFor(order, "points");
    expect([most.amount, most.reason]).toEqual([50, "share"]);
    till.spending.use(order, "points", 1000);
    await settled(till);
    expect(order.priceIncl).toBe(5);
    till.spending.use(order, "points", 48);
    await settled(till);
    expect(till.spending.maxFor(order, "points").used).toBe(45);
    expect(till.spending.use(order, "points", 15)).not.toBe(true);
    // The wallet is the member's own money: it has no share.
    const wallet = till.spending.maxFor(order, "wallet");
    expect([wallet.amount, wallet.reason]).toEqual([10, "basket"]);
});

test("a wallet pays a part below one unit of money", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    expect(till.spending.use(order, "wallet", 0.35)).toBe(true);
    await settled(till);
    expect(order.priceIncl).toBe(39.65);
});

test("a basket that shrinks uses less, and then again what was chosen", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 200);
    await settled(till);
    order.lines[0].setUnitPrice(10);
    await settled(till);
    expect(order.priceIncl).toBe(0);
    expect(till.spending.maxFor(order, "points").used).toBe(100);
    order.lines[0].setUnitPrice(40);
    await settled(till);
    expect(order.priceIncl).toBe(20);
});

test("free products are claimed one by one, and undone one by one", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 10, qty: 3, productId: 10 });
    const { coffee } = till.rewards;
    const claimed = () => {
        const [line] = order.clubRewardLines();
        return [line.qty, line.points_cost];
    };
    await till.spending.claim(order, coffee, till.cards.points);
    await settled(till);
    expect(claimed()).toEqual([1, 50]);
    await till.spending.claim(order, coffee, till.cards.points);
    await settled(till);
    expect(claimed()).toEqual([2, 100]);
    const [claim] = till.spending.claims(order);
    expect([claim.cost, claim.times]).toEqual([100, 2]);
    till.spending.undoClaim(order, claim.code);
    await settled(till);
    expect(claimed()).toEqual([1, 50]);
});

test("the browser counts no points for the club's programs, but for others", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    const result = order.pointsForPrograms([
        till.programs.points,
        till.models["loyalty.program"].get(1),
    ]);
    expect(result[7]).toEqual([]);
    expect(result[1].length).toBe(1);
});

test("a reward of another tier isn't offered", async () => {
    const till = await setupSpending({ policy: { rewards: { 503: ["base"] } } });
    const order = await basket(till, { price: 40 });
    expect(till.spending.rewardsFor(order).map(({ reward }) => reward.id)).toEqual([]);
    till.spending.policy.rewards[503] = ["gold"];
    expect(till.spending.rewardsFor(order).map(({ reward }) => reward.id)).toEqual([503]);
});

test("another customer doesn't spend what the first one chose", async () => {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    order.setPartner(till.models["res.partner"].getAll().find(({ id }) => id !== 3));
    await settled(till);
    expect(order.priceIncl).toBe(40);
    expect(order.uiState.clubWishes).toEqual({});
});

test("a hold is taken once for the same claims, and anew for others", async () => {
    const till = await setupSpending();
    const wire = mockTill({
        hold: { status: "held", expires_at: TOMORROW, balances: {} },
        release: true,
    });
    const order = await basket(till, { price: 40 });
    expect(await till.spending.holdFor(order)).toBe(true);
    expect(wire.calls.length).toBe(0);
    till.spending.use(order, "points", 120);
    expect(await till.spending.holdFor(order)).toBe(true);
    expect(await till.spending.holdFor(order)).toBe(true);
    expect(wire.calls.map(({ method }) => method)).toEqual(["hold"]);
    expect(wire.calls[0].claims).toEqual([{ card_id: 901, amount: 120 }]);
    till.spending.use(order, "points", 50);
    await till.spending.holdFor(order);
    expect(wire.calls.at(-1).claims).toEqual([{ card_id: 901, amount: 50 }]);
    till.spending.undo(order, "points");
    await settled(till);
    expect(wire.calls.at(-1).method).toBe("release");
});

test("a call that was overtaken by another goes on from what the server says", async () => {
    const till = await setupSpending();
    let calls = 3; // another till has asked for this order before
    const answer = ({ seen }) => {
        const status = seen === calls ? "held" : "late";
        calls += 1;
        return { status, seen: calls, expires_at: TOMORROW, balances: {} };
    };
    const wire = mockTill({ hold: answer, release: answer });
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    expect(await till.spending.holdFor(order)).toBe(true);
    expect(wire.calls.map(({ seen }) => seen)).toEqual([0, 4]);
    till.spending.use(order, "points", 50);
    expect(await till.spending.holdFor(order)).toBe(true);
    expect(wire.calls.at(-1).seen).toBe(5);
});

test("a hold without an answer is given up as soon as the network is there", async () => {
    const till = await setupSpending();
    const wire = mockTill({
        hold: { status: "held", expires_at: TOMORROW, balances: {}, seen: 1 },
        release: { status: "released", seen: 2 },
    });
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    expect(await till.spending.holdFor(order)).toBe(true);
    wire.cut = true;
    await till.spending.releaseFor(order);
    expect(wire.calls.map(({ method }) => method)).toEqual(["hold"]);
    wire.cut = false;
    const second = await basket(till, { price: 40 });
    till.spending.use(second, "points", 50);
    await till.spending.holdFor(second);
    await settled(till);
    const released = wire.calls.filter(({ method }) => method === "release");
    expect(released.map(({ order_uuid }) => order_uuid)).toEqual([order.uuid]);
});

test("what this order holds isn't missing from what it may use", async () => {
    const till = await setupSpending();
    const balances = { points: { available: 100, held: 200, card_id: 901 } };
    mockTill({ hold: { status: "held", expires_at: TOMORROW, balances } });
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 200);
    await till.spending.holdFor(order);
    expect(till.spending.maxFor(order, "points").amount).toBe(300);
    const other = await basket(till, { price: 40 });
    expect(till.spending.maxFor(other, "points").amount).toBe(100);
});

test("without a network it goes on within what was allowed", async () => {
    const allowance = { points: { amount: 60, until: TOMORROW } };
    const till = await setupSpending({ member: { allowance } });
    const order = await basket(till, { price: 40 });
    till.store.data.network.offline = true;
    const most = till.spending.maxFor(order, "points");
    expect([most.amount, most.reason]).toEqual([60, "offline"]);
    till.spending.use(order, "points", 60);
    expect(await till.spending.holdFor(order)).toBe(true);
    // A second basket can't use it again: nobody could tell the server yet.
    const second = await basket(till, { price: 40 });
    expect(till.spending.maxFor(second, "points").amount).toBe(0);
});

test("an allowance that has ended allows nothing", async () => {
    const allowance = { points: { amount: 60, until: "2001-01-01T00:00:00Z" } };
    const till = await setupSpending({ member: { allowance } });
    const order = await basket(till, { price: 40 });
    till.store.data.network.offline = true;
    expect(till.spending.maxFor(order, "points").amount).toBe(0);
});

test("points and credit load no wallet, and a wallet loads none either", async () => {
    const till = await setupSpending({ policy: { excluded: [1] } });
    const order = await basket(till, { price: 40 }, { price: 10, productId: 10 });
    expect(till.spending.maxFor(order, "points").amount).toBe(100);
    expect(till.spending.maxFor(order, "wallet").amount).toBe(25);
});

test("units are shared to the last one", () => {
    expect(shareOut(10, { a: 1, b: 1, c: 1, d: 0 })).toEqual({ a: 4, b: 3, c: 3 });
    expect(shareOut(10001, { a: 400, b: 200 })).toEqual({ a: 6667, b: 3334 });
    expect(shareOut(5, {})).toEqual({});
});

test("promotional credit takes its part of the taxes away", async () => {
    const till = await setupSpending();
    withCredit(till);
    // 15 % on 200, 25 % on 100.
    const order = await basket(till, { price: 200, taxes: [1] }, { price: 100, taxes: [2] });
    expect(order.priceIncl).toBe(355);
    till.spending.use(order, "credit", 30);
    await settled(till);
    await settled(till);
    const lines = order.clubRewardLines();
    expect(lines.map((line) => [line.price_unit, line.tax_ids[0].id, line.points_cost])).toEqual([
        [-20, 1, 30],
        [-10, 2, 0],
    ]);
    expect(order.priceIncl).toBe(319.5);
    expect(till.spending.claims(order).length).toBe(1);
    // Less of it, and then none: nothing stays behind.
    till.spending.use(order, "credit", 3);
    await settled(till);
    expect(order.priceIncl).toBe(351.45);
    till.spending.undo(order, "credit");
    await settled(till);
    expect(order.priceIncl).toBe(355);
});

test("as a payment it leaves the taxes alone", async () => {
    const till = await setupSpending();
    withCredit(till, "payment");
    const order = await basket(till, { price: 200, taxes: [1] });
    till.spending.use(order, "credit", 30);
    await settled(till);
    expect(order.priceIncl).toBe(200);
});

test("credit takes no more off than the prices, and a wallet pays the rest", async () => {
    const till = await setupSpending();
    withCredit(till);
    const order = await basket(till, { price: 30, taxes: [1] });
    const most = till.spending.maxFor(order, "credit");
    expect([most.amount, most.reason]).toEqual([30, "basket"]);
    till.spending.use(order, "credit", 20);
    await settled(till);
    expect(order.priceIncl).toBe(11.5);
    till.spending.use(order, "wallet", 25);
    await settled(till);
    expect(order.priceIncl).toBe(0);
    expect(till.spending.maxFor(order, "wallet").used).toBe(11.5);
    expect(order.clubRewardLines().length).toBe(2);
});

test("what a member without a PIN may use is known before it is asked for", async () => {
    const till = await setupSpending({
        policy: { confirm: { points: 100, money: 10 } },
        member: { pin: false },
    });
    const order = await basket(till, { price: 100 });
    const { spending } = till;
    expect([spending.withoutPin(order, "points"), spending.withoutPin(order, "wallet")]).toEqual([
        100, 10,
    ]);
    // A reward of 50 points counts with them.
    await spending.claim(order, till.rewards.coffee, till.cards.points);
    expect(spending.withoutPin(order, "points")).toBe(50);
    const { member } = till.store.club.seen[3];
    // What the server tells of the last hour.
    member.free = { points: 70, wallet: 10 };
    expect(spending.withoutPin(order, "points")).toBe(20);
    member.pin = true;
    expect(spending.withoutPin(order, "points")).toBe(null);
});

test("nothing can be used on an empty basket", async () => {
    const till = await setupSpending();
    const order = await basket(till);
    expect(till.spending.rewardsFor(order).some(({ possible }) => possible)).toBe(true);
    expect(till.spending.canSpend(order)).toBe(false);
    const filled = await basket(till, { price: 10 });
    expect(till.spending.canSpend(filled)).toBe(true);
});
