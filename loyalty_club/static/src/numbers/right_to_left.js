/**
 * Numbers below zero and amounts, for who reads from the right.
 *
 * Digits are written from left to right everywhere, and their sign stands to the left of
 * them (Unicode's CLDR says so for Persian). A browser takes a bare "-" for punctuation
 * of the sentence and puts it to the right. Odoo's columns of numbers run from left to
 * right, and take the currency, which follows its number, along: an amount is a piece of
 * Persian by itself. All numbers that Odoo shows come through these formatters and fields.
 */

import { localization } from "@web/core/l10n/localization";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { FloatField } from "@web/views/fields/float/float_field";
import { IntegerField } from "@web/views/fields/integer/integer_field";
import { MonetaryField } from "@web/views/fields/monetary/monetary_field";

const LEFT_TO_RIGHT_MARK = "\u200e";
const FROM_RIGHT = "\u2067"; // until
const END = "\u2069";
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

/**
 * @param {string} text an amount with its currency
 * @returns {string} where the currency stands after the number, wherever it is shown
 */
export function withCurrency(text) {
    return localization.direction === "rtl" && typeof text === "string" && text
        ? `${FROM_RIGHT}${withSign(text)}${END}`
        : text;
}

const formatters = registry.category("formatters");
for (const type of ["float", "integer", "monetary", "percentage", "float_time"]) {
    const native = formatters.get(type);
    const written = type === "monetary" ? withCurrency : withSign;
    const format = (...args) => written(native(...args));
    formatters.add(type, Object.assign(format, native), { force: true });
}

for (const Field of [FloatField, IntegerField, MonetaryField]) {
    patch(Field.prototype, {
        get formattedValue() {
            // What is typed is read back: only what is shown gets the mark.
            const value = super.formattedValue;
            const written = this instanceof MonetaryField ? withCurrency : withSign;
            return this.props.readonly ? written(value) : value;
        },
    });
}
