import { expect, getFixture, test } from "@odoo/hoot";
import { edit, keyUp } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { Component, reactive, xml } from "@odoo/owl";
import { contains, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { Input } from "@point_of_sale/app/components/inputs/input/input";
import { NumericInput } from "@point_of_sale/app/components/inputs/numeric_input/numeric_input";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupClubEnv } from "@loyalty_club_pos/../tests/unit/club_mocks";

definePosModels();

test("amounts of cash are read in any digits, and words stay as they are", async () => {
    const store = await setupClubEnv();
    const state = reactive({ cash: "", word: "" });
    const { isValidFloat } = store.env.utils;
    const field = (key, props = {}) => ({ tModel: [state, key], ...props });
    await mountWithCleanup(Input, {
        props: field("cash", { isValid: isValidFloat, class: "cash" }),
    });
    await mountWithCleanup(Input, { props: field("word", { class: "word" }) });
    await contains(".cash input").click();
    await edit("۱٬۲۵۰٫۵");
    await contains(".word input").click();
    await edit("چای ۵۰۰");
    await advanceTime(10);
    await animationFrame();
    expect(state.cash).toBe("1,250.5");
    expect(store.env.utils.parseValidFloat(state.cash)).toBe(1250.5);
    expect(state.word).toBe("چای ۵۰۰");
});

test("a field of notes and coins counts in any digits", async () => {
    await setupClubEnv();
    const state = reactive({ coins: 0 });
    await mountWithCleanup(NumericInput, { props: { tModel: [state, "coins"] } });
    const input = getFixture().querySelector("input[type=number]");
    input.focus();
    input.select();
    input.dispatchEvent(
        new InputEvent("beforeinput", { data: "٤٢", bubbles: true, cancelable: true })
    );
    expect(state.coins).toBe(42);
});

test("the till's keypads take the keys of a Persian keyboard", async () => {
    const store = await setupClubEnv();
    class Keypad extends Component {
        static template = xml`<div class="keypad"/>`;
        static props = {};
        setup() {
            store.numberBuffer.use({});
        }
    }
    await mountWithCleanup(Keypad);
    for (const key of ["۱", "٢", "٫", "۵", "ش"]) {
        await keyUp(key);
        await advanceTime(10);
    }
    expect(store.numberBuffer.get()).toBe("12.5");
});
