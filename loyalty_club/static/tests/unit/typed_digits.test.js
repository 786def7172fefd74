import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, getFixture, test } from "@odoo/hoot";
import { edit, press, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    defineParams,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import { latinNumber } from "@loyalty_club/numbers/typed_digits";

describe.current.tags("desktop");

class Currency extends models.Model {
    _name = "res.currency";
    name = fields.Char();
    symbol = fields.Char();
    position = fields.Selection({
        selection: [
            ["after", "A"],
            ["before", "B"],
        ],
    });

    _records = [{ id: 1, name: "IRR", symbol: "ریال", position: "after" }];
}

class Gift extends models.Model {
    name = fields.Char();
    points = fields.Integer();
    worth = fields.Float();
    price = fields.Monetary({ currency_field: "currency_id" });
    share = fields.Float();
    currency_id = fields.Many2one({ relation: "res.currency", default: 1 });

    _records = [{ id: 1, name: "Tea", points: 1, worth: 1, price: 1, share: 0.5, currency_id: 1 }];
}
defineMailModels();
defineModels([Currency, Gift]);

const NAMES = ["points", "worth", "price", "share", "name"];
const FORM = `<form>
    <field name="points"/><field name="worth"/><field name="price"/>
    <field name="share" widget="percentage"/><field name="name"/>
    <field name="currency_id" invisible="1"/>
</form>`;

/** Type into fields of a form, and tell what is saved. */
async function saved(typed) {
    let values;
    onRpc("web_save", ({ args }) => {
        values = NAMES.map((name) => args[1][name]);
    });
    await mountView({ type: "form", resModel: "gift", resId: 1, arch: FORM });
    for (const [index, name] of NAMES.entries()) {
        await contains(`.o_field_widget[name=${name}] input`).click();
        await edit(typed[index], { confirm: "tab" });
    }
    await animationFrame();
    expect(".o_field_invalid").toHaveCount(0);
    await clickSave();
    return values;
}

test("numbers in any digits, by the reader's signs", () => {
    const point = { decimalPoint: ".", thousandsSep: "," };
    expect(latinNumber("۵۰۰٬۰۰۰٫۵", point)).toBe("500,000.5");
    expect(latinNumber("۵۰۰،۰۰۰", point)).toBe("500,000");
    expect(latinNumber("-٢٥", point)).toBe("-25");
    expect(latinNumber("1,500.25", point)).toBe("1,500.25");
    expect(latinNumber("\u2067\u200e−۱٬۵۰۰\u2069", point)).toBe("-1,500");
    const comma = { decimalPoint: ",", thousandsSep: "." };
    expect(latinNumber("۵۰۰٬۰۰۰٫۵", comma)).toBe("500.000,5");
    expect(latinNumber("۵۰۰٬۰۰۰", { ...comma, thousandsSep: "" })).toBe("500000");
});

test("number fields read Persian digits and signs; text stays as it is", async () => {
    expect(await saved(["۵۰۰٬۰۰۰", "۱۲٫۵", "۱،۲۵۰٬۰۰۰٫۷۵", "۲۵", "چای ۵۰۰"])).toEqual([
        500000,
        12.5,
        1250000.75,
        0.25,
        "چای ۵۰۰",
    ]);
});

test("number fields read Arabic digits, in a language with other signs", async () => {
    defineParams({
        lang_parameters: { decimal_point: ",", thousands_sep: ".", grouping: "[3,0]" },
    });
    patchWithCleanup(localization, { decimalPoint: ",", thousandsSep: "." });
    expect(await saved(["٥٠٠", "١٢٫٥", "-٣٤٫٥", "١٠", "١٢"])).toEqual([
        500,
        12.5,
        -34.5,
        0.1,
        "١٢",
    ]);
});

test("what is no number stays refused, and the caret where it was", async () => {
    await mountView({ type: "form", resModel: "gift", resId: 1, arch: FORM });
    await contains(".o_field_widget[name=points] input").click();
    await edit("۱۲۳");
    const input = queryOne(".o_field_widget[name=points] input");
    expect(input).toHaveValue("123");
    input.setSelectionRange(1, 1);
    await press("۹");
    expect(input).toHaveValue("1923");
    expect(input.selectionStart).toBe(2);
    await edit("۱۲ امتیاز", { confirm: "tab" });
    await animationFrame();
    expect(".o_field_invalid").toHaveCount(1);
});

test("a browser's own number field is told Latin digits", () => {
    const input = document.createElement("input");
    input.type = "number";
    getFixture().append(input);
    input.focus();
    const told = new InputEvent("beforeinput", {
        data: "۱۲٫۵",
        bubbles: true,
        cancelable: true,
        inputType: "insertText",
    });
    input.dispatchEvent(told);
    expect(told.defaultPrevented).toBe(true);
    expect(input).toHaveValue(12.5);
});
