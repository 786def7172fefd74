import { beforeEach, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder } from "@point_of_sale/../tests/unit/utils";
import {
    mockFound,
    mockMember,
    mockNobody,
    mockPolicy,
    mockRefusal,
    mockTill,
    setupClubEnv,
} from "@loyalty_club_pos/../tests/unit/club_mocks";

definePosModels();

beforeEach(() => localStorage.clear());

/** What the till tells the cashier, and which dialogs it opens, instead of doing it. */
function listen(store) {
    const heard = { told: [], opened: [] };
    patchWithCleanup(store.notification, {
        add(message, { title = "", type } = {}) {
            heard.told.push([type, `${title} ${message}`.trim()]);
        },
    });
    patchWithCleanup(store.dialog, {
        add(component, props, options) {
            heard.opened.push({ name: component.name, props });
            options?.onClose?.();
        },
    });
    return heard;
}

test("whoever shows their mobile is the order's customer, after one question", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await setupClubEnv();
    const order = store.addNewOrder();
    const member = await store.club.show("0912 123 4567");
    expect(member.name).toBe("Sara Ahmadi");
    expect(order.getPartner().id).toBe(3);
    expect(store.club.current.balances.points.available).toBe(1250);
    expect(wire.calls).toEqual([{ method: "recognise", config_id: 1, text: "0912 123 4567" }]);
});

test("nothing is asked about members while the till opens", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await setupClubEnv();
    store.addNewOrder();
    expect(wire.calls).toEqual([]);
    expect(store.club.current).toBe(null);
});

test("an empty text is nobody, and asks nobody", async () => {
    const wire = mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    store.addNewOrder();
    expect(await store.club.show("   ")).toBe(null);
    expect(wire.calls.length).toBe(0);
});

test("a bank card's number never leaves the till", async () => {
    const wire = mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    const heard = listen(store);
    store.addNewOrder();
    expect(await store.club.show("4111 1111 1111 1111")).toBe(null);
    expect(wire.calls.length).toBe(0);
    expect(heard.told[0][0]).toBe("danger");
    expect(JSON.stringify(heard).includes("1111")).toBe(false);
});

test("a blocked member is said to be, and isn't the customer", async () => {
    mockTill({ recognise: mockNobody({ status: "blocked", message: "This card is blocked." }) });
    const store = await setupClubEnv();
    const heard = listen(store);
    const order = store.addNewOrder();
    expect(await store.club.show("04A1B2C3", { source: "reader" })).toBe(null);
    expect(order.getPartner()).toBe(undefined);
    expect(heard.told).toEqual([["danger", "This card is blocked."]]);
});

test("what the server refuses is a sentence, not an error", async () => {
    const store = await setupClubEnv();
    patchWithCleanup(store.data, {
        call() {
            return Promise.reject(mockRefusal("invalid_payload", "This till is closed."));
        },
    });
    const heard = listen(store);
    store.addNewOrder();
    expect(await store.club.show("09121234567")).toBe(null);
    expect(heard.told).toEqual([["danger", "This till is closed."]]);
});

test("an unknown mobile opens the way to join, an unknown card to have it", async () => {
    mockTill({ recognise: mockNobody() });
    const store = await setupClubEnv();
    const heard = listen(store);
    store.addNewOrder();
    await store.club.show("0935 000 0000");
    expect(heard.opened[0].name).toBe("JoinDialog");
    expect(heard.opened[0].props.mobile).toBe("+989350000000");
    await store.club.show("04A1B2C3", { source: "reader" });
    expect(heard.opened[1].name).toBe("AttachCardDialog");
    expect(heard.opened[1].props.card.value).toBe("04A1B2C3");
});

test("among several the cashier chooses", async () => {
    const choices = [
        { partner_id: 3, name: "Sara Ahmadi", number: "00000422", mobile: "+989121234567" },
        { partner_id: 4, name: "Sara Ahmadi", number: "00000430", mobile: false },
    ];
    mockTill({
        search_name: choices,
        recognise: ({ text }) => mockFound(mockMember({ partner_id: 4, number: text })),
    });
    const store = await setupClubEnv();
    const order = store.addNewOrder();
    patchWithCleanup(store.dialog, {
        add: (component, props) => props.getPayload(props.list[1].item),
    });
    await store.club.show("sara");
    expect(order.getPartner().id).toBe(4);
});

test("an order with returned goods keeps its customer", async () => {
    mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    const heard = listen(store);
    const order = store.addNewOrder();
    order.setPartner(store.models["res.partner"].get(4));
    patchWithCleanup(order, { getHasRefundLines: () => true });
    expect(await store.club.show("09121234567")).toBe(null);
    expect(order.getPartner().id).toBe(4);
    expect(heard.told[0][0]).toBe("warning");
});

test("a customer chosen in Odoo's own list brings their summary", async () => {
    const wire = mockTill({ summary: mockFound() });
    const store = await setupClubEnv();
    store.addNewOrder();
    store.setPartnerToCurrentOrder(store.models["res.partner"].get(3));
    await advanceTime(50);
    expect(wire.calls).toEqual([{ method: "summary", config_id: 1, partner_id: 3 }]);
    expect(store.club.current.name).toBe("Sara Ahmadi");
});

test("a customer who is no member is none", async () => {
    mockTill({ summary: mockNobody() });
    const store = await setupClubEnv();
    store.addNewOrder();
    const partner = store.models["res.partner"].get(4);
    expect(await store.club.refresh(partner)).toBe(null);
    expect(store.club.memberOf(partner)).toBe(null);
});

test("without a network a member who was seen is recognised, with when", async () => {
    const wire = mockTill({ recognise: mockFound(), summary: mockFound() });
    const store = await setupClubEnv();
    store.addNewOrder();
    await store.club.show("0912 123 4567");
    const order = store.addNewOrder();
    store.setOrder(order);
    wire.cut = true;
    await advanceTime(12 * 60 * 1000);
    const member = await store.club.show("+98 912 123 4567");
    expect(member.name).toBe("Sara Ahmadi");
    expect(order.getPartner().id).toBe(3);
    const ago = Date.now() - store.club.rememberedSince(order.getPartner());
    expect(Math.round(ago / 60000)).toBe(12);
});

test("without a network one who wasn't seen is told of, and the sale goes on", async () => {
    const wire = mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    const heard = listen(store);
    const order = await getFilledOrder(store);
    wire.cut = true;
    expect(await store.club.show("0935 111 2222")).toBe(null);
    expect(heard.told.length).toBe(1);
    expect(heard.opened.length).toBe(0);
    expect(order.lines.length).toBe(2);
    expect(order.getPartner()).toBe(undefined);
});

test("a server that doesn't answer is a network that isn't there", async () => {
    mockTill({ recognise: () => new Promise(() => {}) });
    const store = await setupClubEnv();
    store.addNewOrder();
    let answer = null;
    store.club.look("0912 123 4567").then((given) => (answer = given));
    await advanceTime(3000);
    expect(answer).toBe(null);
    await advanceTime(1500);
    expect(answer.status).toBe("offline");
});

test("whom the server no longer knows the memory doesn't, either", async () => {
    let found = true;
    const wire = mockTill({ recognise: () => (found ? mockFound() : mockNobody()) });
    const store = await setupClubEnv();
    listen(store);
    store.addNewOrder();
    await store.club.show("0912 123 4567");
    found = false;
    await store.club.look("0912 123 4567");
    wire.cut = true;
    expect((await store.club.look("0912 123 4567")).status).toBe("offline");
});

test("a card that is tapped while a dialog waits for one goes there", async () => {
    const wire = mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    store.addNewOrder();
    const taken = [];
    const stop = store.club.takeCards((value) => taken.push(value));
    await store.club.show("04A1B2C3", { source: "reader" });
    expect(taken).toEqual(["04A1B2C3"]);
    expect(wire.calls.length).toBe(0);
    stop();
    await store.club.show("04A1B2C3", { source: "reader" });
    expect(taken.length).toBe(1);
    expect(wire.calls.length).toBe(1);
});

test("the estimate follows the basket and the tier", async () => {
    mockTill({ recognise: mockFound() });
    const store = await setupClubEnv();
    const order = await getFilledOrder(store);
    const plain = Math.floor(order.priceIncl);
    expect(store.club.estimate).toBe(plain);
    await store.club.show("0912 123 4567");
    expect(store.club.estimate).toBe(Math.floor(order.priceIncl * 1.5));
    order.lines[0].setQuantity(1);
    expect(store.club.estimate).toBe(Math.floor(order.priceIncl * 1.5));
    expect(store.club.estimate).toBeLessThan(plain * 1.5);
});

test("products that never earn are no part of the estimate", async () => {
    const store = await setupClubEnv(mockPolicy({ excluded: [5, 6] }));
    await getFilledOrder(store);
    expect(store.club.estimate).toBe(0);
});

test("a shop without a club asks nothing, and its first member founds one", async () => {
    const wire = mockTill({ recognise: mockNobody(), summary: mockNobody() });
    const store = await setupClubEnv(false);
    const heard = listen(store);
    const order = await getFilledOrder(store);
    store.setPartnerToCurrentOrder(store.models["res.partner"].get(3));
    await advanceTime(50);
    expect(wire.calls).toEqual([]);
    expect(store.club.enabled).toBe(false);
    expect(store.club.estimate).toBe(0);
    expect(order.getPartner().id).toBe(3);
    await store.club.show("0935 000 0000");
    expect(heard.opened[0].name).toBe("JoinDialog");
});
