import { after, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, queryAll } from "@odoo/hoot-dom";
import { mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { setupClubWedge } from "@loyalty_club_pos/app/services/club_wedge";
import { PAN, TRACK_1, TRACK_2, type } from "./reader_utils";

definePosModels();

const parser = {
    parse_barcode: (code) => ({
        type: code.startsWith("042") ? "client" : "product",
        code,
        base_code: code,
    }),
};

/**
 * A real till whose scanner writes down what native code gets, with a club that writes
 * down what it is asked.
 */
async function scanningTill() {
    const store = await setupPosEnv();
    const { notification, dialog } = store;
    const reader = new BarcodeReader(parser, { notification, dialog });
    store.barcodeReader = reader;
    const seen = { products: [], clients: [], shown: [], asked: [], notices: [] };
    reader.register({
        product: ({ code }) => void seen.products.push(code),
        client: ({ code }) => void seen.clients.push(code),
    });
    store.club = {
        enabled: true,
        show: async (text, { source }) => void seen.shown.push([text, source]),
        call: async (method, { text }) => {
            seen.asked.push(text);
            return text === "VIP-7"
                ? { status: "found", shown: { scheme: "barcode" } }
                : { status: "unknown", shown: false };
        },
        memberOf: () => null,
    };
    patchWithCleanup(notification, {
        add(message, options) {
            seen.notices.push(`${options?.title || ""} ${message}`);
            return super.add(...arguments);
        },
    });
    after(setupClubWedge(store, { simulated: true }));
    return { store, reader, seen };
}

test("a scanned card is a member's, a product stays a product", async () => {
    const { reader, seen, store } = await scanningTill();
    await reader.scan("04a22b1c");
    await reader.scan("00000422");
    await reader.scan("5449000000996");
    await reader.scan("۵۴۴۹۰۰۰۰۰۰۹۹۶");
    await reader.scan("042123");
    expect(seen.shown).toEqual([
        ["04A22B1C", "scanner"],
        ["00000422", "scanner"],
    ]);
    expect(seen.products).toEqual(["5449000000996", "5449000000996"]);
    expect(seen.clients).toEqual(["042123"]);
    store.club.enabled = false;
    await reader.scan("00000422");
    expect(seen.products.at(-1)).toBe("00000422");
});

test("a product that the till sells is never taken for a member", async () => {
    const { reader, seen, store } = await scanningTill();
    const product = store.models["product.product"].getFirst();
    product.barcode = "00000422";
    await reader.scan("00000422");
    expect(seen.products).toEqual(["00000422"]);
    // Even a number that looks like a bank card's.
    product.barcode = PAN;
    await reader.scan(PAN);
    expect(seen.products).toEqual(["00000422", PAN]);
    expect(seen.shown).toEqual([]);
});

test("what no product has may be a member's", async () => {
    const { reader, seen } = await scanningTill();
    for (const code of ["VIP-7", "lettertray"]) {
        reader.showNotFoundNotification({ code });
        await animationFrame();
    }
    expect(seen.shown).toEqual([["VIP-7", "scanner"]]);
    expect(seen.asked).toEqual(["VIP-7", "lettertray"]);
    expect(seen.notices).toHaveLength(1);
    expect(seen.notices[0]).toInclude("lettertray");
});

test("a dialog that asks for a card gets what may be a product's number elsewhere", async () => {
    const { reader, seen, store } = await scanningTill();
    await reader.scan("12344");
    store.club.cardTakers = [() => {}];
    await reader.scan("12344");
    expect(seen.products).toEqual(["12344"]);
    expect(seen.shown).toEqual([["12344", "scanner"]]);
});

test("a bank card reaches no RPC, no page and no log", async () => {
    const { reader, seen, store } = await scanningTill();
    await mountWithCleanup(MainComponentsContainer);
    const written = [];
    for (const level of ["log", "info", "warn", "error", "debug"]) {
        patchWithCleanup(console, { [level]: (...args) => written.push(args.join(" ")) });
    }
    let rpcs = 0;
    onRpc(() => void rpcs++);
    for (const text of [PAN, "6037 9900 0000 0006", "۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶", TRACK_1, TRACK_2]) {
        await reader.scan(text);
        await type(`${text.replace(/[ ۰-۹]/g, "") || PAN}\n`);
        await advanceTime(500);
    }
    await animationFrame();
    expect(rpcs).toBe(0);
    expect(seen.products).toEqual([]);
    expect(seen.shown).toEqual([]);
    expect(seen.asked).toEqual([]);
    expect(seen.notices.length).toBeGreaterThan(0);
    expect(document.documentElement.innerHTML).not.toInclude("6037");
    expect([...seen.notices, ...written].join()).not.toInclude("6037");
    expect(JSON.stringify(store.searchProductWord)).not.toInclude("6037");
});

test("control: native code gets the number when nobody refuses it", async () => {
    const { reader, seen } = await scanningTill();
    await reader._scan(PAN);
    expect(seen.products).toEqual([PAN]);
});

test("a slow swipe with the search field focused", async () => {
    const { store } = await scanningTill();
    await mountWithCleanup(Navbar);
    store.router.state.current = "ProductScreen";
    await animationFrame();
    const [search] = queryAll("input.o_input");
    search.focus();
    await type(`${PAN}`, { target: search, gap: 80 });
    await advanceTime(1000);
    expect(search.value).toBe("");
    expect(store.searchProductWord).toBe("");
});

test("the till's icon tells how its reader is", async () => {
    const { store } = await scanningTill();
    store.clubReader = { state: "off" };
    await mountWithCleanup(Navbar);
    expect(".club-reader").toHaveCount(0);
    for (const state of ["connected", "waiting"]) {
        store.clubReader = { state };
        await animationFrame();
        expect(".club-reader").toHaveAttribute("data-state", state);
    }
});
