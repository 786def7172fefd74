/**
 * What a reader's text may be: a bank card's number, a member's card or number, or
 * something else. Pure functions of text; nothing here knows the till.
 */

// Characters of the Persian layout (ISIRI 9147, xkb's "ir") and of the keys they stand
// on. Those that are ASCII in both layouts can't be told apart and stay as they are.
const PERSIAN_LAYOUT = {
    "\u200d": "`", "÷": "~", "٬": "@", "٫": "#", "﷼": "$", "٪": "%", "×": "^", "،": "&", "ـ": "_",
    "ض": "q", "ص": "w", "ث": "e", "ق": "r", "ف": "t", "غ": "y", "ع": "u", "ه": "i", "خ": "o", "ح": "p",
    "\u0652": "Q", "\u064c": "W", "\u064d": "E", "\u064b": "R", "\u064f": "T", "\u0650": "Y",
    "\u064e": "U", "\u0651": "I", "ج": "[", "چ": "]",
    "ش": "a", "س": "s", "ی": "d", "ب": "f", "ل": "g", "ا": "h", "ت": "j", "ن": "k", "م": "l", "ک": ";", "گ": "'",
    "ؤ": "A", "ئ": "S", "ي": "D", "إ": "F", "أ": "G", "آ": "H", "ة": "J", "»": "K", "«": "L", "؛": '"',
    "ظ": "z", "ط": "x", "ز": "c", "ر": "v", "ذ": "b", "د": "n", "پ": "m", "و": ",",
    "ك": "Z", "\u0653": "X", "ژ": "C", "\u0670": "V", "\u200c": "B", "\u0654": "N", "ء": "M", "؟": "?",
}; // prettier-ignore

// Keys of a US keyboard, which is what readers believe they are, without and with shift.
const KEYS = {
    Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}",
    Backslash: "\\|", Semicolon: ";:", Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?",
    Space: "  ", NumpadAdd: "++", NumpadSubtract: "--", NumpadMultiply: "**",
    NumpadDivide: "//", NumpadDecimal: "..", NumpadEqual: "==",
}; // prettier-ignore
const SHIFTED_DIGITS = ")!@#$%^&*(";

// What people and cards put between groups of digits, and what copying adds unseen.
const GAP = "[\\s._\\-\\u2010-\\u2015\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069]";
const DIGIT_GROUPS = new RegExp(`(?<![\\d+])\\d+(?:${GAP}+\\d+)*`, "g");
const GROUPS = new RegExp(`${GAP}+`);
// A track is a card even when the reader misread a digit. The sign after the number is
// what tells tracks from numbers; a Persian layout turns ^ into ×.
const TRACK = /(?:[%٪]?[A-Za-z]|[;ک])?(?<!\d)\d{13,19}[=^×][^?؟\n]*[?؟]?/g;

/**
 * The text with Persian and Arabic-Indic digits as ASCII; as long as it was.
 *
 * @param {string} text
 * @returns {string}
 */
export function asciiDigits(text) {
    return text.replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/**
 * What a reader sent, when a Persian keyboard layout spelled it.
 *
 * @param {string} text
 * @returns {string}
 */
export function fromPersianLayout(text) {
    return [...asciiDigits(text)].map((char) => PERSIAN_LAYOUT[char] ?? char).join("");
}

/**
 * The character that a key means on the keyboard which a reader believes to be.
 *
 * @param {{ key: string, code: string, shiftKey: boolean }} key
 * @returns {string}
 */
export function keyCharacter({ key, code, shiftKey }) {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
    if (digit) {
        return shiftKey && code.startsWith("Digit") ? SHIFTED_DIGITS[digit] : digit;
    }
    const letter = /^Key([A-Z])$/.exec(code)?.[1];
    if (letter) {
        return shiftKey ? letter : letter.toLowerCase();
    }
    return KEYS[code]?.[shiftKey ? 1 : 0] ?? fromPersianLayout(key);
}

/**
 * Whether the check digit of ISO/IEC 7812-1 (Luhn) is right.
 *
 * @param {string} digits ASCII
 * @returns {boolean}
 */
export function isLuhn(digits) {
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
        const digit = Number(digits[digits.length - 1 - i]);
        sum += i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
    }
    return digits.length > 0 && sum % 10 === 0;
}

/**
 * Whether the digits are an article number (GTIN-8, -12, -13, -14) with its check digit.
 *
 * @param {string} digits ASCII
 * @returns {boolean}
 */
export function isArticleNumber(digits) {
    if (!/^(?:\d{8}|\d{12,14})$/.test(digits)) {
        return false;
    }
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
        sum += Number(digits[digits.length - 1 - i]) * (i % 2 ? 3 : 1);
    }
    return sum % 10 === 0;
}

/**
 * Whether the digits are the number of a bank card.
 *
 * Every phone's IMEI (15 digits), every SIM's number (89…) and one in ten article
 * numbers pass Luhn's check as well, and shops sell all of them: so lengths other than
 * 16 count only with what card networks begin their numbers with.
 */
function isCardNumber(digits) {
    if (!isLuhn(digits)) {
        return false;
    }
    switch (digits.length) {
        case 13:
            return digits.startsWith("4") && !isArticleNumber(digits);
        case 14:
            return /^3[0689]/.test(digits) && !isArticleNumber(digits);
        case 15:
            return /^(?:3[47]|1800|2131)/.test(digits);
        case 16:
            return !digits.startsWith("0");
        default:
            return digits.length > 16 && digits.length < 20 && /^[3-6]/.test(digits);
    }
}

/** The card number among groups of digits, whichever neighbours were written with it. */
function cardNumberIn(run) {
    const groups = run.split(GROUPS);
    for (let first = 0; first < groups.length; first++) {
        let digits = "";
        for (const group of groups.slice(first)) {
            digits += group;
            if (digits.length > 19) {
                break;
            }
            if (isCardNumber(digits)) {
                return digits;
            }
        }
    }
}

/**
 * The text without bank cards' numbers and tracks.
 *
 * @param {string} text
 * @param {(digits: string) => boolean} [allowed] numbers that are something else here
 * @returns {string}
 */
export function withoutBankCards(text, allowed = () => false) {
    let left = text;
    const remove = ({ index, 0: part }) => {
        left = left.slice(0, index) + left.slice(index + part.length);
    };
    // From the end, so that places of what is still to go stay right.
    [...asciiDigits(text).matchAll(TRACK)].reverse().forEach(remove);
    for (const match of [...asciiDigits(left).matchAll(DIGIT_GROUPS)].reverse()) {
        const digits = cardNumberIn(match[0]);
        if (digits && !allowed(digits)) {
            remove(match);
        }
    }
    return left;
}

/**
 * Whether a text holds a bank card's number or a magnetic track of one.
 *
 * @param {string} text
 * @param {(digits: string) => boolean} [allowed] numbers that are something else here
 * @returns {boolean}
 */
export function hasBankCard(text, allowed) {
    return withoutBankCards(text, allowed) !== text;
}

/** A serial number of a card: hexadecimal, or the 10 digits printed on 125 kHz cards. */
function isCardSerial(text) {
    return (
        /^\d{10}$/.test(text) ||
        (/^(?:[0-9A-F]{2}){4,10}$/.test(text) && /\d/.test(text) && /[A-F]/.test(text))
    );
}

/**
 * What a reader's text is to the club.
 *
 * `sure` is false for numbers that may as well be anything else, as barcodes are.
 *
 * @param {string} text
 * @returns {{ value: string, sure: boolean } | null}
 */
export function clubCode(text) {
    const latin = (/[^\x00-\x7f]/.test(text) ? fromPersianLayout(text) : text).trim();
    const stripe = /^(?:%[A-Z]?[^;]*\?)?;(\d{4,12})\?.?$|^%[A-Z]?(\d{4,12})\?$/i.exec(latin);
    if (stripe) {
        return { value: stripe[1] || stripe[2], sure: true };
    }
    const pairs = /^[0-9A-F]{2}(?:[:\s-][0-9A-F]{2}){3,9}$/i.test(latin);
    const value = (pairs ? latin.replace(/[:\s-]/g, "") : latin).toUpperCase();
    if (isCardSerial(value)) {
        return { value, sure: true };
    }
    if (/^\d{4,12}$/.test(value) && Number(value) && isLuhn(value)) {
        return { value, sure: value.length === 8 && !isArticleNumber(value) };
    }
    if (/^(?:\d\d){4,10}$/.test(value) && !isArticleNumber(value)) {
        return { value, sure: false };
    }
    return null;
}
