/**
 * Numbers as they are typed on a Persian or Arabic keyboard.
 *
 * Odoo's fields read Latin digits alone and call any other an invalid field; a browser's
 * own number field drops them. They get what was typed in Latin digits before they look
 * at it, and copied amounts without the marks that keep them in a Persian sentence.
 */

import { localization } from "@web/core/l10n/localization";
import { latinDigits } from "@loyalty_club/calendar/jalali";

// By their widget: an amount of money asks for no keyboard of numbers.
const KINDS = ["float", "float_time", "integer", "monetary", "percentage", "progressbar"];
const FIELDS = KINDS.map((kind) => `.o_field_widget.o_field_${kind} input`).join();
const BY_KEYBOARD = ".o_field_widget input:is([inputmode=decimal], [inputmode=numeric])";
const NUMBERS = `${FIELDS}, ${BY_KEYBOARD}`;
/** The browser's own: it takes nothing but Latin digits, from the first key on. */
const BROWSERS = "input[type=number]";
const MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/**
 * @param {string} text as somebody typed or pasted it
 * @param {{decimalPoint: string, thousandsSep: string}} [signs] of who reads it
 * @returns {string} the same in Latin digits and with these signs
 */
export function latinNumber(text, { decimalPoint, thousandsSep } = localization) {
    return latinDigits(text)
        .replace(MARKS, "")
        .replace(/−/g, "-")
        .replace(/٫/g, decimalPoint)
        .replace(/[٬،]/g, thousandsSep || "");
}

/** A field of Odoo's: what stands in it is rewritten, with the caret where it was. */
function readField({ target, isComposing }) {
    if (isComposing || target.type === "number" || !target.matches?.(NUMBERS)) {
        return;
    }
    const latin = latinNumber(target.value);
    if (latin !== target.value) {
        const caret = latinNumber(target.value.slice(0, target.selectionStart)).length;
        target.value = latin;
        if (document.activeElement === target) {
            target.setSelectionRange(caret, caret);
        }
    }
}

/** A browser's own field: what comes in is written in Latin digits instead. */
function readBrowsers(ev) {
    const text = ev.data ?? ev.dataTransfer?.getData("text");
    if (!text || !ev.target.matches?.(BROWSERS)) {
        return;
    }
    const latin = latinNumber(text, { decimalPoint: ".", thousandsSep: "" });
    if (latin !== text) {
        ev.preventDefault();
        // Nothing else keeps the caret, what can be undone, and who listens.
        latin && document.execCommand("insertText", false, latin);
    }
}

// Before the fields hear of it.
for (const type of ["input", "compositionend", "change"]) {
    document.addEventListener(type, readField, true);
}
document.addEventListener("beforeinput", readBrowsers, true);
