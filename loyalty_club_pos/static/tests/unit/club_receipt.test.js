import { expect, test } from "@odoo/hoot";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import {
    basket,
    settled,
    setupSpending,
} from "@loyalty_club_pos/../tests/unit/club_spending_mocks";

definePosModels();

const TOLD = {
    earned: 28,
    pending_until: false,
    taken_back: 0,
    spent: { points: 120 },
    given_back: {},
    topped_up: 0,
    balance: { points: 208, wallet: 25, credit: 0 },
    tier: "Gold",
    tier_up: false,
    number: "00000422",
    exceptions: [],
};

async function receipt(told, { state = "paid" } = {}) {
    const till = await setupSpending();
    const order = await basket(till, { price: 40 });
    till.spending.use(order, "points", 120);
    await settled(till);
    order.state = state;
    order.club_receipt = told;
    return mountWithCleanup(OrderReceipt, { props: { order } });
}

test("what the server says is printed as it says it", async () => {
    await receipt(TOLD);
    expect(".o_club_earned_points").toHaveText(/Points earned\s*\+ 28/);
    expect(".o_club_spent_points").toHaveText(/Points used\s*- 120/);
    expect(".o_club_balance_points").toHaveText(/Points now\s*208/);
    expect(".o_club_tier").toHaveText(/Gold/);
    expect(".o_club_receipt").not.toHaveText(/estimated/);
    expect(".o_club_balance_credit").toHaveCount(0);
});

test("before the server knows it, an estimate says that it is one", async () => {
    await receipt(false);
    expect(".o_club_estimate_points").toHaveText(/Points, estimated\s*\+ 42/);
    expect(".o_club_spent_points").toHaveText(/- 120/);
    expect(".o_club_receipt").toHaveText(/To be confirmed/);
    expect(".o_club_balance_points").toHaveCount(0);
});

test("a basket that isn't paid has no receipt of the club", async () => {
    await receipt(false, { state: "draft" });
    expect(".o_club_receipt").toHaveCount(0);
});

test("points that can't be used yet are told with their day", async () => {
    await receipt({ ...TOLD, pending_until: "2026-12-06" });
    expect(".o_club_receipt").toHaveText(/can be used from .*6.* on/);
});
