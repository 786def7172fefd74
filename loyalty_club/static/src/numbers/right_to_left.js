/**
 * Numbers below zero, for who reads from the right.
 *
 * Digits are written from left to right everywhere, and their sign stands to the left of
 * them (Unicode's CLDR says so for Persian). A browser takes a bare "-" for punctuation
 * of the sentence and puts it to the right. All numbers that Odoo shows come through
 * these formatters and fields.
 */

import { localization } from "@web/core/l10n/localization";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { FloatField } from "@web/views/fields/float/float_field";
import { IntegerField } from "@web/views/fields/integer/integer_field";
import { MonetaryField } from "@web/views/fields/monetary/monetary_field";

const LEFT_TO_RIGHT_MARK = "\u200e";
const SIGN = /[-−+](?=[\d۰-۹])/;

/**
 * @param {string} text a number with its sign, be it with a currency
 * @returns {string} where the sign stays with its number
 */
export function withSign(text) {
    return localization.direction === "rtl" && typeof text === "string"
        ? text.replace(SIGN, `${LEFT_TO_RIGHT_MARK}$&`)
        : text;
}

const formatters = registry.category("formatters");
for (const type of ["float", "integer", "monetary", "percentage", "float_time"]) {
    const native = formatters.get(type);
    const format = (...args) => withSign(native(...args));
    formatters.add(type, Object.assign(format, native), { force: true });
}

for (const Field of [FloatField, IntegerField, MonetaryField]) {
    patch(Field.prototype, {
        get formattedValue() {
            // What is typed is read back: only what is shown gets the mark.
            const value = super.formattedValue;
            return this.props.readonly ? withSign(value) : value;
        },
    });
}
