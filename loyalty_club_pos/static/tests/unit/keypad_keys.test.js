import { expect, getFixture, test } from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupClubEnv } from "@loyalty_club_pos/../tests/unit/club_mocks";
import { useKeypadKeys } from "@loyalty_club_pos/app/utils/keypad_keys";

definePosModels();

/** A keypad on the screen, and what it was told. */
async function mountKeypad(hasDecimals) {
    const told = [];
    class Keypad extends Component {
        static template = xml`<div class="pad"><input class="text"/><textarea/><input class="slider" type="range"/></div>`;
        static props = {};
        setup() {
            useKeypadKeys((key) => told.push(key), hasDecimals);
        }
    }
    await setupClubEnv();
    await mountWithCleanup(Keypad);
    return told;
}

/** A key as a keyboard sends it. */
function key(name, { at = ".pad", ...modifiers } = {}) {
    const ev = new KeyboardEvent("keydown", {
        key: name,
        bubbles: true,
        cancelable: true,
        ...modifiers,
    });
    getFixture().querySelector(at).dispatchEvent(ev);
    return ev;
}

test("a keypad takes digits of any keyboard, and nothing else", async () => {
    const told = await mountKeypad();
    for (const name of ["1", "۲", "٣", "Backspace", "a", ".", "٫", "Enter", "F5"]) {
        key(name);
    }
    expect(told).toEqual(["1", "2", "3", "Backspace"]);
});

test("a decimal point is taken where there are decimals", async () => {
    const told = await mountKeypad(() => true);
    for (const name of [".", ",", "٫"]) {
        key(name);
    }
    expect(told).toEqual([".", ".", "."]);
});

test("keys of a keypad are its alone", async () => {
    await mountKeypad();
    const heard = [];
    const listen = (ev) => heard.push(ev.key);
    document.addEventListener("keydown", listen);
    expect(key("5").defaultPrevented).toBe(true);
    expect(key("a").defaultPrevented).toBe(false);
    document.removeEventListener("keydown", listen);
    expect(heard).toEqual(["a"]);
});

test("what is typed into a field, or is a shortcut, is no key of the keypad", async () => {
    const told = await mountKeypad();
    for (const at of [".text", "textarea"]) {
        expect(key("5", { at }).defaultPrevented).toBe(false);
    }
    for (const modifier of ["ctrlKey", "altKey", "metaKey"]) {
        expect(key("5", { [modifier]: true }).defaultPrevented).toBe(false);
    }
    expect(told).toEqual([]);
    key("5", { at: ".slider" });
    expect(told).toEqual(["5"]);
});
