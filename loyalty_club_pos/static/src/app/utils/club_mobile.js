import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";

/** Digits of a mobile after the country's prefix, where all have as many and begin alike. */
const MOBILES = { "+98": { first: "9", length: 10 } };
/** As long as a member's number, which may begin like a mobile. */
const NUMBER_LENGTH = 8;

/**
 * How many digits a text that begins like a mobile still wants.
 *
 * @param {string} text as it was typed
 * @param {string} prefix of the club's country, such as "+98"
 * @returns {number} 0 for what is complete, or no mobile
 */
export function missingDigits(text, prefix) {
    const mobile = MOBILES[prefix];
    const typed = asciiDigits(text).replace(
        /[\s.()\-\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g,
        ""
    );
    if (!mobile || !/^\+?\d+$/.test(typed)) {
        return 0;
    }
    const code = prefix.slice(1);
    const begin = [`+${code}`, `00${code}`, "0"].find((start) =>
        typed.startsWith(start + mobile.first)
    );
    if (!begin || (begin === "0" && typed.length === NUMBER_LENGTH)) {
        return 0;
    }
    return Math.max(0, mobile.length - (typed.length - begin.length));
}

/** Whether a text is a name: letters enough to look for, and no sign of anything else. */
export function isName(text) {
    return !/[\p{Nd}@]/u.test(text) && (text.match(/\p{L}/gu) || []).length >= 3;
}

/**
 * A member's number that was told without its leading zeros.
 *
 * @param {string} text
 * @returns {string} empty when it can't be one
 */
export function memberNumber(text) {
    const digits = asciiDigits(text).trim();
    return /^\d+$/.test(digits) && digits.length < NUMBER_LENGTH
        ? digits.padStart(NUMBER_LENGTH, "0")
        : "";
}
