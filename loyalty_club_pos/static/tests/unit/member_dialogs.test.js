import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { click, edit, press, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ClubPanel } from "@loyalty_club_pos/app/components/club_panel/club_panel";
import { MemberDialog } from "@loyalty_club_pos/app/components/popups/member_dialog/member_dialog";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder } from "@point_of_sale/../tests/unit/utils";
import {
    mockFound,
    mockMember,
    mockNobody,
    mockPolicy,
    mockTill,
    setupClubEnv,
} from "@loyalty_club_pos/../tests/unit/club_mocks";

definePosModels();
describe.current.tags("desktop");

beforeEach(() => localStorage.clear());

const PAUSE = 400;

async function openTill(policy) {
    const store = await setupClubEnv(policy);
    await getFilledOrder(store);
    await mountWithCleanup(MainComponentsContainer);
    return store;
}

test("the strip names the member, what they have, and an estimate that says so", async () => {
    mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await openTill();
    await mountWithCleanup(ClubPanel);
    expect(".o_club_ask").toHaveCount(1);
    expect(".o_club_estimate").toHaveText(/estimate/);
    await store.club.show("0912 123 4567");
    await animationFrame();
    expect(".o_club_strip .o_club_name").toHaveText("Sara Ahmadi");
    expect(".o_club_strip .o_club_tier").toHaveText("Gold");
    expect(".o_club_strip .o_club_tier").toHaveClass("o_badge_color_3");
    expect(".o_club_strip .o_club_avatar").toHaveText("S\u200cA");
    expect(".o_club_strip .o_club_points").toHaveText("1,250");
    expect(".o_club_strip .o_club_wallet").toHaveText("$ 12.50");
    // There is no credit, so none is shown.
    expect(".o_club_strip .o_club_credit").toHaveCount(0);
    expect(".o_club_estimate").toHaveText(/≈ \+\d+\s*points \(estimate\)/);
});

test("the estimate is another one when the basket is", async () => {
    const store = await openTill();
    await mountWithCleanup(ClubPanel);
    const [before] = queryAllTexts(".o_club_estimate bdi");
    store.getOrder().lines[0].setQuantity(30);
    await animationFrame();
    const [after] = queryAllTexts(".o_club_estimate bdi");
    expect(before).not.toBe(after);
});

test("a customer who is no member can become one, with what is known of them", async () => {
    const wire = mockTill({
        summary: mockNobody(),
        join: mockFound(mockMember({ partner_id: 4, name: "User1" }), {
            created: true,
            welcome: { points: 100, credit: 0 },
        }),
    });
    const store = await openTill();
    await mountWithCleanup(ClubPanel);
    store.setPartnerToCurrentOrder(store.models["res.partner"].get(4));
    await waitFor(".o_club_stranger");
    await click(".o_club_make_member");
    await waitFor(".o_club_join_dialog");
    await click(".o_club_mobile");
    await edit("۰۹۱۲ ۱۲۳ ۴۵۶۷", { confirm: "enter" });
    await waitFor(".o_club_strip");
    const { values } = wire.calls.find(({ method }) => method === "join");
    expect(values.partner_id).toBe(4);
    expect(values.mobile).toBe("۰۹۱۲ ۱۲۳ ۴۵۶۷");
});

test("one field: who is found stands under it, and Enter takes them", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await openTill();
    const done = store.club.identify();
    await waitFor(".o_club_identify .o_club_field:focus");
    await edit("0912 123 4567");
    await advanceTime(PAUSE);
    await animationFrame();
    expect(".o_club_found .o_club_name").toHaveText("Sara Ahmadi");
    await press("Enter");
    expect((await done).name).toBe("Sara Ahmadi");
    expect(store.getOrder().getPartner().id).toBe(3);
    expect(wire.calls.filter(({ method }) => method === "recognise").length).toBe(1);
    await animationFrame();
    expect(".o_club_identify").toHaveCount(0);
});

test("half a number isn't called unknown; a whole one is, and joins", async () => {
    const wire = mockTill({ recognise: mockNobody() });
    const store = await openTill();
    store.club.identify();
    await waitFor(".o_club_field:focus");
    await edit("0935 000");
    await advanceTime(PAUSE);
    await animationFrame();
    expect(".o_club_unknown").toHaveCount(0);
    expect(".o_club_missing").toHaveText("4 digits are missing.");
    expect(wire.calls.filter(({ method }) => method === "recognise")).toEqual([]);
    await edit("0935 000 0000");
    await advanceTime(PAUSE);
    // Nothing else has to be pressed for it to be offered.
    await waitFor(".o_club_unknown");
    await waitFor(".o_club_join");
    await press("Enter");
    await waitFor(".o_club_join_dialog");
    expect(".o_club_join_dialog .o_club_mobile").toHaveValue("09350000000");
});

test("half a bank card's number is neither asked for nor sent", async () => {
    const wire = mockTill({ recognise: mockNobody() });
    const store = await openTill();
    store.club.identify();
    await waitFor(".o_club_field:focus");
    for (const text of ["603799000000", "603799000000000", "6037 9900 0000 000"]) {
        await edit(text);
        await advanceTime(5 * PAUSE);
    }
    await press("Enter");
    await waitFor(".o_club_refusal");
    expect(".o_club_refusal").toHaveText(/part of a bank card/);
    expect(wire.calls.filter(({ method }) => method === "recognise")).toEqual([]);
    await edit("6260000000019");
    await press("Enter");
    await waitFor(".o_club_unknown");
    expect(wire.calls.filter(({ method }) => method === "recognise").length).toBe(1);
});

test("a name finds those who are called so; nobody joins by a name", async () => {
    const choices = [
        {
            partner_id: 3,
            name: "Sara Ahmadi",
            number: "00000422",
            mobile: "•••• 4567",
            tier: false,
        },
    ];
    let found = choices;
    const wire = mockTill({
        recognise: mockFound(),
        summary: mockFound(),
        search_name: () => found,
    });
    const store = await openTill();
    const done = store.club.identify();
    await waitFor(".o_club_field:focus");
    await edit("sara");
    await advanceTime(PAUSE);
    await waitFor(".o_club_choice");
    expect(".o_club_choice").toHaveText(/Sara Ahmadi/);
    await click(".o_club_choice");
    expect((await done).name).toBe("Sara Ahmadi");
    expect(wire.calls.find(({ method }) => method === "recognise").text).toBe("00000422");
    found = [];
    store.club.identify();
    await waitFor(".o_club_field:focus");
    await edit("nobody");
    await press("Enter");
    await waitFor(".o_club_unknown");
    expect(".o_club_join").toHaveCount(0);
});

test("a number is found without its leading zeros", async () => {
    const asked = [];
    mockTill({
        recognise: ({ text }) => {
            asked.push(text);
            return text === "00000422" ? mockFound() : mockNobody({ shown: false });
        },
        summary: mockFound(),
    });
    const store = await openTill();
    const answer = await store.club.look("۴۲۲");
    expect(answer.status).toBe("found");
    expect(asked).toEqual(["۴۲۲", "00000422"]);
});

test("a blocked card is a sentence under the field", async () => {
    mockTill({ recognise: mockNobody({ status: "blocked", message: "This card is blocked." }) });
    const store = await openTill();
    store.club.identify();
    await waitFor(".o_club_field:focus");
    await edit("00000422");
    await press("Enter");
    await waitFor(".o_club_refusal");
    expect(".o_club_refusal").toHaveText("This card is blocked.");
    expect(".o_club_refusal").toHaveClass("alert-danger");
    expect(".o_club_join").toHaveCount(0);
});

test("without a network the field says so, and finds again when there is one", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await openTill();
    wire.cut = true;
    store.club.identify();
    await waitFor(".o_club_field:focus");
    await edit("0912 123 4567");
    await press("Enter");
    await waitFor(".o_club_refusal");
    expect(".o_club_refusal").toHaveClass("alert-warning");
    wire.cut = false;
    await press("Enter");
    await animationFrame();
    expect(store.getOrder().getPartner()?.id).toBe(3);
});

test("a card that is tapped while the field is open needs no key", async () => {
    mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await openTill();
    store.club.identify();
    await waitFor(".o_club_field:focus");
    await store.club.show("04A1B2C3", { source: "reader" });
    await animationFrame();
    expect(".o_club_identify").toHaveCount(0);
    expect(store.getOrder().getPartner().id).toBe(3);
});

test("joining sends what was asked, and consent only where it was given", async () => {
    const wire = mockTill({
        join: mockFound(mockMember({ name: "Dara" }), {
            created: true,
            welcome: { points: 100, credit: 5 },
        }),
    });
    // A first PIN is set by a manager: who sells isn't asked for one.
    const store = await openTill(mockPolicy({ can_set_pin: true }));
    const done = store.club.join({ mobile: "+989350000000" });
    await waitFor(".o_club_join_dialog .o_club_name:focus");
    await edit("Dara");
    await contains(".o_club_consents input[name=sms]").click();
    await contains(".o_club_join_pin").edit("۱۲۳۴", { confirm: false });
    await contains(".o_club_do_join").click();
    expect((await done).name).toBe("Dara");
    const { method, config_id, values } = wire.calls[0];
    expect([method, config_id]).toEqual(["join", 1]);
    expect(values).toEqual({
        mobile: "09350000000",
        name: "Dara",
        pin: "1234",
        consent: { sms: true },
    });
    await waitFor(".o_notification");
    expect(".o_notification").toHaveText(/100 points.*\$\s?5\.00 credit/s);
    expect(store.getOrder().getPartner().id).toBe(3);
});

test("whose mobile it is asked for, when the customer is called otherwise", async () => {
    const message = "This mobile is of the customer Sara. Is it the same person?";
    const choices = [{ partner_id: 4, name: "Sara", number: false, mobile: false }];
    const asked = mockNobody({ status: "ask", message, choices });
    const wire = mockTill({ join: asked });
    const store = await openTill();
    store.club.join({ mobile: "+989350000000", name: "Dara" });
    await waitFor(".o_club_join_dialog");
    await contains(".o_club_do_join").click();
    await waitFor(".o_club_asked");
    expect(".o_club_asked").toHaveText(/of the customer Sara/);
    expect(".o_club_do_join").not.toBeEnabled();
    await contains(".o_club_apart").click();
    await contains(".o_club_same").click();
    const sent = wire.calls.map(({ values: { apart, partner_id } }) => [apart, partner_id]);
    expect(sent).toEqual([
        [undefined, undefined],
        [true, undefined],
        [undefined, 4],
    ]);
    // Another mobile is another question.
    await contains(".o_club_mobile").edit("+989350000001", { confirm: false });
    expect(".o_club_asked").toHaveCount(0);
    expect(".o_club_do_join").toBeEnabled();
});

test("nobody joins without anything to find them by", async () => {
    const store = await openTill();
    store.club.join();
    await waitFor(".o_club_join_dialog .o_club_mobile:focus");
    expect(".o_club_do_join").not.toBeEnabled();
    await edit("0935");
    await animationFrame();
    expect(".o_club_do_join").toBeEnabled();
});

test("joining without a network is said to be impossible, and what was typed stays", async () => {
    const wire = mockTill({ join: mockFound() });
    const store = await openTill();
    wire.cut = true;
    store.club.join({ mobile: "+989350000000" });
    await waitFor(".o_club_join_dialog");
    await contains(".o_club_do_join").click();
    await waitFor(".o_club_problem");
    expect(".o_club_problem").toHaveText(/needs the network/);
    expect(".o_club_mobile").toHaveValue("09350000000");
});

test("in a Jalali club the birthday is typed as people say it", async () => {
    const wire = mockTill({ join: mockFound(mockMember(), { created: true, welcome: {} }) });
    const store = await openTill(mockPolicy({ calendar: "jalali" }));
    store.club.join({ mobile: "+989350000000" });
    await waitFor(".o_club_join_dialog");
    await contains(".o_club_day").edit("۳۱", { confirm: false });
    await contains(".o_club_month").select("7");
    await contains(".o_club_year").edit("1370", { confirm: false });
    await animationFrame();
    // Mehr has thirty days.
    expect(".o_club_do_join").not.toBeEnabled();
    await contains(".o_club_day").edit("۳۰", { confirm: false });
    await contains(".o_club_do_join").click();
    expect(wire.calls[0].values.birthdate).toBe("1991-10-22");
});

test("a new card is given to whose order it is", async () => {
    const wire = mockTill({
        recognise: ({ text }) =>
            text === "04A1B2C3"
                ? mockNobody({ shown: { scheme: "card", display: "•••• B2C3" } })
                : mockFound(),
        summary: mockFound(),
        attach_card: mockFound(),
    });
    const store = await openTill();
    await store.club.show("0912 123 4567");
    const done = store.club.show("04A1B2C3", { source: "reader" });
    await waitFor(".o_club_attach");
    expect(".o_club_attach").toHaveText(/•••• B2C3/);
    await contains(".o_club_attach_current").click();
    expect((await done).name).toBe("Sara Ahmadi");
    const attached = wire.calls.find(({ method }) => method === "attach_card");
    expect(attached).toEqual({
        method: "attach_card",
        config_id: 1,
        partner_id: 3,
        value: "04A1B2C3",
    });
});

const RICH = mockMember({
    next_tier: { name: "Platinum", missing: 40, words: "40 points to Platinum", progress: 60 },
    birthday: { on: "2026-11-24", days: 2 },
    offers: [{ text: "Free coffee" }],
    cards: [{ id: 9, display: "•••• B2C3", state: "active" }],
});

async function openMember(policy, answers = {}) {
    const wire = mockTill({ recognise: mockFound(RICH), summary: mockFound(RICH), ...answers });
    const store = await openTill(policy);
    await store.club.show("0912 123 4567");
    store.dialog.add(MemberDialog, { partner: store.getOrder().getPartner() });
    await waitFor(".o_club_member_dialog");
    return wire;
}

test("the panel tells everything", async () => {
    await openMember();
    expect("[data-account=points] .o_club_available").toHaveText("1,250");
    expect("[data-account=wallet] .o_club_available").toHaveText("$ 12.50");
    expect(".o_club_next_tier").toHaveText(/40 points to Platinum/);
    expect(".o_club_next_tier .progress-bar").toHaveStyle({ width: /.+px/ });
    expect(".o_club_next_tier .progress").toHaveAttribute("aria-valuenow", "60");
    expect(".o_club_birthday_near").toHaveText(/November 24/);
    expect(".o_club_offer").toHaveText("Free coffee");
    expect(".o_club_basket").toHaveText(/estimate/);
    expect(".o_club_cards").toHaveText(/•••• B2C3/);
});

test("only those who may block and replace cards see how", async () => {
    await openMember();
    expect(".o_club_block").toHaveCount(0);
    expect(".o_club_replace").toHaveCount(0);
});

test("a card is blocked after a question", async () => {
    const blocked = { ...RICH, cards: [{ ...RICH.cards[0], state: "blocked" }] };
    const wire = await openMember(mockPolicy({ can_block: true }), {
        block_card: mockFound(blocked),
    });
    await contains(".o_club_block").click();
    expect(wire.calls.some(({ method }) => method === "block_card")).toBe(false);
    await contains(".modal-footer .btn-danger").click();
    await waitFor(".o_club_cards .text-bg-danger");
    const { partner_id, identifier_id } = wire.calls.at(-1);
    expect([partner_id, identifier_id]).toEqual([3, 9]);
    expect(".o_club_block").toHaveCount(0);
});

test("a PIN is typed twice", async () => {
    const wire = await openMember(mockPolicy({ can_set_pin: true }), {
        set_pin: { status: "set" },
    });
    await contains(".o_club_change_pin").click();
    await contains(".o_club_new_pin").edit("1234", { confirm: false });
    await contains(".o_club_pin_again").edit("1235", { confirm: false });
    expect(".o_club_save_pin").not.toBeEnabled();
    await contains(".o_club_pin_again").edit("۱۲۳۴", { confirm: false });
    await contains(".o_club_save_pin").click();
    await waitFor(".o_notification");
    const { pin, old_pin } = wire.calls.at(-1);
    expect([pin, old_pin]).toEqual(["1234", null]);
});

test("who sells sets no first PIN, and the server's no is shown", async () => {
    await openMember();
    expect(".o_club_change_pin").toHaveCount(0);
});

test("a wallet is topped up without goods: the strip, the button, the amount", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await openTill();
    await store.club.show("0912 123 4567");
    const { spending } = store.club;
    const asked = [];
    patchWithCleanup(spending, {
        hasWallet: () => true,
        askTopUp: async (order) => asked.push(order.uuid),
    });
    await mountWithCleanup(ClubPanel);
    await contains(".o_club_strip").click();
    await contains(".o_club_member_top_up").click();
    await animationFrame();
    expect(asked).toEqual([store.getOrder().uuid]);
    expect(".o_club_member_dialog").toHaveCount(0);
    expect(wire.cut).toBe(false);
});
