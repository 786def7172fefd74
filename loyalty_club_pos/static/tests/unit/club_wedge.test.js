import { after, beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-dom";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { setupClubWedge } from "@loyalty_club_pos/app/services/club_wedge";
import { fakeTill, PAN, TRACK_1, TRACK_2, type } from "./reader_utils";

describe.current.tags("headless");

let till, keys, field;

/** A till that listens, and what reaches the page after it. */
function listen(options) {
    till = fakeTill(options);
    after(setupClubWedge(till, { simulated: true }));
}

const pageText = () =>
    document.body.innerHTML + [...document.querySelectorAll("input")].map((i) => i.value).join();

beforeEach(() => {
    allowTranslations();
    keys = { keydown: "", keyup: "" };
    for (const name of Object.keys(keys)) {
        const write = (ev) => (keys[name] += ev.key === "Enter" ? "\n" : ev.key);
        document.body.addEventListener(name, write);
        after(() => document.body.removeEventListener(name, write));
    }
    field = document.createElement("input");
    document.body.append(field);
    after(() => field.remove());
});

test("a member's card is shown, and no key of it reaches the page", async () => {
    listen();
    await type("04A22B1C\n");
    await type("00000422\n");
    await type(";00000422?\n");
    expect(till.shown).toEqual([
        ["04A22B1C", "wedge"],
        ["00000422", "wedge"],
        ["00000422", "wedge"],
    ]);
    await advanceTime(1000);
    expect(keys).toEqual({ keydown: "", keyup: "" });
});

test("a product's barcode reaches Odoo's reader key by key, and its Enter", async () => {
    listen({ products: ["00000422"] });
    await type("5449000000996\n");
    await type("00000422\n"); // sold here, so it's nobody's number
    expect(keys.keydown).toBe("5449000000996\n00000422\n");
    expect(keys.keyup).toBe("5449000000996\n00000422\n");
    expect(till.shown).toEqual([]);
});

test("a scanner that sends no Enter is given back after a moment", async () => {
    listen();
    await type("5449000000996");
    await advanceTime(100);
    expect(keys.keydown).toBe("5449000000996");
});

test("a person's keys reach the page, in and out of fields", async () => {
    listen();
    await type("00000422\n", { gap: 90 });
    await advanceTime(200);
    expect(keys.keydown).toBe("00000422\n");
    expect(keys.keyup).toBe("00000422\n");
    field.focus();
    await type(`00000422 and ${"04A22B1C"}\n`, { target: field, gap: 90 });
    expect(field.value).toBe("00000422 and 04A22B1C");
    expect(till.shown).toEqual([]);
    expect(till.notices).toEqual([]);
});

test("what was held goes to the field that got the focus meanwhile", async () => {
    listen();
    await type("b");
    field.focus();
    await advanceTime(100);
    expect(field.value).toBe("b");
});

test("a hand that falls on the keyboard loses nothing", async () => {
    listen();
    field.value = "x";
    field.focus();
    await type("9876543210", { target: field, gap: 10 });
    await advanceTime(100);
    expect(field.value).toBe("x9876543210");
    await type(";;%aaaa", { target: field, gap: 10 });
    await advanceTime(100);
    expect(field.value).toBe("x9876543210;;%aaaa");
});

test("a card read while a field has the focus leaves the field as it was", async () => {
    listen();
    field.value = "Ali";
    field.focus();
    const inputs = [];
    field.addEventListener("input", () => inputs.push(field.value));
    await type("04A22B1C\n", { target: field });
    expect(till.shown).toEqual([["04A22B1C", "wedge"]]);
    expect(field.value).toBe("Ali");
    expect(inputs.at(-1)).toBe("Ali"); // whoever follows the field knows it, too
    await type("5449000000996\n", { target: field });
    expect(field.value).toBe("Ali5449000000996");
});

test("a Persian layout changes nothing", async () => {
    listen();
    await type("04A22B1C\n", { layout: "persian" });
    field.focus();
    await type(";00000422?\n", { target: field, layout: "persian" });
    expect(till.shown).toEqual([
        ["04A22B1C", "wedge"],
        ["00000422", "wedge"],
    ]);
    expect(field.value).toBe("");
    field.blur();
    await type("5449000000996\n", { layout: "persian" });
    expect(keys.keydown.endsWith("5449000000996\n")).toBe(true);
});

for (const layout of ["latin", "persian"]) {
    for (const [name, text] of Object.entries({ PAN, TRACK_1, TRACK_2 })) {
        test(`a bank card is refused (${name}, ${layout})`, async () => {
            listen();
            for (const target of [document.body, field]) {
                target.focus();
                const seen = [];
                const watch = () => seen.push(pageText());
                target.addEventListener("input", watch);
                for (const end of ["\n", ""]) {
                    await type(`${text}${end}`, { target, layout });
                    await advanceTime(500);
                }
                target.removeEventListener("input", watch);
                for (const page of [...seen, pageText()]) {
                    expect(page).not.toInclude(PAN.slice(0, 8));
                    expect(page).not.toInclude("۶۰۳۷۹۹۰۰");
                }
                expect(field.value).toBe("");
            }
            expect(till.shown).toEqual([]);
            expect(till.notices.length).toBeGreaterThan(0);
            expect(till.notices.join()).not.toInclude("6037");
            expect(keys.keydown.replace(/[\n;%B]/g, "").length).toBeLessThan(16);
        });
    }
}

test("both tracks, each with its Enter", async () => {
    listen();
    await type(`${TRACK_1}\n${TRACK_2}\n`);
    expect(keys.keydown).toBe("");
    expect(till.shown).toEqual([]);
});

test("control: without us the track is in the field", async () => {
    await type(TRACK_2, { target: field });
    expect(field.value).toBe(TRACK_2);
});

test("a slow reader's card is taken out of the field when it settles", async () => {
    listen();
    const told = [];
    field.addEventListener("input", () => told.push(field.value));
    await type(PAN, { target: field, gap: 80 });
    expect(field.value).toBe(PAN);
    await advanceTime(300);
    expect(field.value).toBe("");
    expect(told).not.toInclude(PAN);
    expect(told.at(-1)).toBe("");
    expect(till.notices).toHaveLength(1);
    await type(`${PAN}\n`, { target: field, gap: 80 });
    expect(field.value).toBe("");
    expect(keys.keydown.endsWith("\n")).toBe(false); // nobody searches for it
});

test("a bank card typed by hand is told to nobody, digit by digit", async () => {
    listen();
    const told = [];
    field.addEventListener("input", () => told.push(field.value));
    await type(PAN, { target: field, gap: 110 });
    await advanceTime(300);
    expect(told.filter((text) => text.length > 11)).toEqual([]);
    expect(field.value).toBe("");
    // Nor 15 of its digits, unless somebody is done with them.
    told.length = 0;
    await type(PAN.slice(0, 15), { target: field, gap: 110 });
    await advanceTime(1000);
    expect(told.filter((text) => text.length > 11)).toEqual([]);
    expect(field.value).toBe(PAN.slice(0, 15));
});

test("what only begins like a bank card is told a moment later, or by Enter", async () => {
    listen();
    const told = [];
    field.addEventListener("input", () => told.push(field.value));
    await type("6260000000019", { target: field, gap: 110 });
    await advanceTime(300);
    expect(told.at(-1)).toBe("6260000000019");
    field.value = "";
    await type("411111111111", { target: field, gap: 110 });
    expect(told.at(-1)).not.toBe("411111111111");
    await type("\n", { target: field, gap: 110 });
    expect(told.at(-1)).toBe("411111111111");
    expect(field.value).toBe("411111111111");
    field.value = "";
    await type("411111111111", { target: field, gap: 110 });
    await advanceTime(2000);
    expect(told.at(-1)).toBe("411111111111");
});

test("a longer number that begins like a card's can be typed", async () => {
    listen();
    let told;
    field.addEventListener("input", () => (told = field.value));
    await type("603799000000000612345678", { target: field, gap: 100 });
    await advanceTime(500);
    expect(told).toBe("603799000000000612345678");
    expect(field.value).toBe("603799000000000612345678");
});

test("a card's number can't be pasted", async () => {
    listen();
    const paste = (text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", text);
        const ev = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
        field.dispatchEvent(ev);
        return ev.defaultPrevented;
    };
    expect(paste("6037 9900 0000 0006")).toBe(true);
    expect(paste("09121234567")).toBe(false);
});

test("text after a control sign is no text of its own", async () => {
    listen();
    await type("0108431673020125");
    const separator = { key: "]", code: "BracketRight", ctrlKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", separator));
    expect(till.shown).toEqual([]);
    expect(keys.keydown).toBe("0108431673020125]");
});

test("at the login cards are the cashiers'", async () => {
    listen();
    till.cashier = false;
    await type("04A22B1C\n");
    expect(till.shown).toEqual([]);
    expect(keys.keydown).toBe("04A22B1C\n");
    till.cashier = { id: 1 };
    till.barcodeReader.exclusiveCbMap = {};
    await type("04A22B1C\n");
    expect(till.shown).toEqual([]);
});

test("a code that the shop's nomenclature knows stays Odoo's", async () => {
    listen({ meaning: { "00000422": "discount" } });
    await type("00000422\n");
    expect(till.shown).toEqual([]);
    expect(keys.keydown).toBe("00000422\n");
});

test("keys that scripts dispatch are nobody's card", async () => {
    till = fakeTill();
    after(setupClubWedge(till));
    await type("04A22B1C\n");
    expect(till.shown).toEqual([]);
    expect(keys.keydown).toBe("04A22B1C\n");
});

test("stopped is stopped", async () => {
    till = fakeTill();
    setupClubWedge(till, { simulated: true })();
    await type("04A22B1C\n");
    expect(till.shown).toEqual([]);
    expect(keys.keydown).toBe("04A22B1C\n");
});
