import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ClubPanel } from "@loyalty_club_pos/app/components/club_panel/club_panel";
import { MemberDialog } from "@loyalty_club_pos/app/components/popups/member_dialog/member_dialog";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder } from "@point_of_sale/../tests/unit/utils";
import {
    mockFound,
    mockMember,
    mockPolicy,
    mockRefusal,
    mockTill,
    setupClubEnv,
} from "@loyalty_club_pos/../tests/unit/club_mocks";

definePosModels();
describe.current.tags("desktop");

beforeEach(() => localStorage.clear());

function mockProduct(values = {}) {
    return {
        product_id: 10,
        name: "Cup",
        kind: "pair",
        because: "Tea",
        on: "2026-03-31",
        why: "Goes with Tea, bought on 2026-03-31",
        ...values,
    };
}

function mockAdvised(values = {}) {
    return mockMember({
        segment: { name: "Champions", color: 10 },
        next_best: [mockProduct()],
        ...values,
    });
}

/** The dialog about the member of an order; without goods unless said otherwise. */
async function openDialog(answers, { filled = false, policy = mockPolicy() } = {}) {
    const member = answers.member || mockAdvised();
    delete answers.member;
    const wire = mockTill({
        recognise: mockFound(member),
        summary: mockFound(member),
        ...answers,
    });
    const store = await setupClubEnv(policy);
    const order = filled ? await getFilledOrder(store) : store.addNewOrder();
    store.setOrder(order);
    await mountWithCleanup(MainComponentsContainer);
    await store.club.show(member.mobile);
    const partner = store.models["res.partner"].get(3);
    store.dialog.add(MemberDialog, { partner });
    await waitFor(".o_club_member_dialog");
    await animationFrame();
    return { store, wire, order };
}

test("the segment stands beside the tier, in the strip and in the dialog", async () => {
    const { store } = await openDialog({});
    expect(".o_club_member_dialog .o_club_segment").toHaveText("Champions");
    expect(".o_club_member_dialog .o_club_segment").toHaveClass("o_badge_color_10");
    await mountWithCleanup(ClubPanel);
    expect(".o_club_strip .o_club_segment").toHaveText("Champions");
    expect(".o_club_strip .o_club_tier").toHaveText("Gold");
    expect(store.club.current.segment.name).toBe("Champions");
});

test("before the first run there is nothing of it", async () => {
    await openDialog({ member: mockAdvised({ segment: false, next_best: [] }) });
    expect(".o_club_segment").toHaveCount(0);
    expect(".o_club_next_best").toHaveCount(0);
});

test("nor of a member whom the till remembers from before", async () => {
    const { wire } = await openDialog({ member: mockMember() }, { filled: true });
    expect(".o_club_segment").toHaveCount(0);
    expect(".o_club_next_best").toHaveCount(0);
    expect(wire.calls.filter(({ method }) => method === "recommendations")).toEqual([]);
});

test("what came with the member is shown without asking again", async () => {
    const { wire } = await openDialog({});
    expect(queryAllTexts(".o_club_next span.fw-bolder")).toEqual(["Cup"]);
    expect(".o_club_next small").toHaveText("Goes with Tea, bought on March 31, 2026");
    expect(wire.calls.filter(({ method }) => method === "recommendations")).toEqual([]);
});

test("the day is of the club's calendar", async () => {
    await openDialog({}, { policy: mockPolicy({ calendar: "jalali" }) });
    expect(".o_club_next small").toHaveText(/Farvardin/);
});

test("a favourite has the sentence of the server", async () => {
    const why = "Favourite of Champions";
    const favourite = mockProduct({ kind: "segment", because: false, on: false, why });
    await openDialog({ member: mockAdvised({ next_best: [favourite] }) });
    expect(".o_club_next small").toHaveText(why);
});

test("for a basket the server is asked what goes with it", async () => {
    const asked = mockProduct({ product_id: 12, name: "Saucer", on: false, why: "Goes with Cup" });
    const { wire } = await openDialog({ recommendations: [asked] }, { filled: true });
    const call = wire.calls.find(({ method }) => method === "recommendations");
    expect(call.product_ids).toEqual([5, 6]);
    expect(call.partner_id).toBe(3);
    expect(queryAllTexts(".o_club_next span.fw-bolder")).toEqual(["Saucer"]);
    expect(".o_club_next small").toHaveText("Goes with Cup");
});

test("when the server refuses, what came with the member stays", async () => {
    const recommendations = () => {
        throw mockRefusal("invalid_payload", "This till is closed.");
    };
    await openDialog({ recommendations }, { filled: true });
    expect(queryAllTexts(".o_club_next span.fw-bolder")).toEqual(["Cup"]);
    expect(".o_notification").toHaveCount(0);
});

test("a tap adds it to the order, and it isn't offered any more", async () => {
    const member = mockAdvised({ next_best: [mockProduct({ product_id: 5, name: "TEST" })] });
    const { order, wire } = await openDialog({ member, recommendations: [] });
    expect(order.lines.length).toBe(0);
    await click(".o_club_next");
    await animationFrame();
    expect(order.lines.map((line) => [line.product_id.id, line.qty])).toEqual([[5, 1]]);
    expect(".o_club_next").toHaveCount(0);
    const call = wire.calls.find(({ method }) => method === "recommendations");
    expect(call.product_ids).toEqual([5]);
});

test("what is in the basket isn't offered", async () => {
    const products = [5, 6, 12].map((id) => mockProduct({ product_id: id, name: `P${id}` }));
    await openDialog({ recommendations: products }, { filled: true });
    expect(queryAllTexts(".o_club_next span.fw-bolder")).toEqual(["P12"]);
});

test("nothing is added to a finished order", async () => {
    const { store, order } = await openDialog({});
    order.state = "paid";
    const dialog = { pos: store };
    const { get } = Object.getOwnPropertyDescriptor(MemberDialog.prototype, "mayAdd");
    expect(get.call(dialog)).toBe(false);
    order.state = "draft";
    expect(get.call(dialog)).toBe(true);
});
