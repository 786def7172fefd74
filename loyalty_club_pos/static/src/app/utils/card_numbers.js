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

// Who issues cards: first and last beginning of their numbers, how many digits these
// have, and whose they are. Numbers that begin otherwise are anybody's: a shop's own
// cards, phones, parcels. The same table as the server's `engine/bank_cards.py`.
export const ISSUERS = [
    ["4", "4", [13, 16, 19], "Visa"],
    ["51", "55", [16], "Mastercard"],
    ["2221", "2720", [16], "Mastercard"],
    ["34", "34", [15], "American Express"],
    ["37", "37", [15], "American Express"],
    ["300", "305", [14], "Diners Club"],
    ["3095", "3095", [14], "Diners Club"],
    ["36", "36", [14, 16, 17, 18, 19], "Diners Club"],
    ["38", "39", [14, 16, 17, 18, 19], "Diners Club"],
    ["6011", "6011", [16, 17, 18, 19], "Discover"],
    ["644", "649", [16, 17, 18, 19], "Discover"],
    ["65", "65", [16, 17, 18, 19], "Discover"],
    ["1800", "1800", [15], "JCB"],
    ["2131", "2131", [15], "JCB"],
    ["3528", "3589", [16, 17, 18, 19], "JCB"],
    ["62", "62", [16, 17, 18, 19], "UnionPay"],
    ["81", "81", [16, 17, 18, 19], "UnionPay"],
    ["5018", "5018", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["5020", "5020", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["5038", "5038", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["5893", "5893", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["6304", "6304", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["6759", "6759", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["6761", "6763", [13, 14, 15, 16, 17, 18, 19], "Maestro"],
    ["2200", "2204", [16, 17, 18, 19], "Mir"],
    ["9792", "9792", [16], "Troy"],
    ["508", "508", [16], "RuPay"],
    ["606985", "608500", [16], "RuPay"],
    ["506099", "506198", [16, 17, 18, 19], "Verve"],
    ["627381", "627381", [16], "Ansar (Iran)"],
    ["636214", "636214", [16], "Ayandeh (Iran)"],
    ["636795", "636795", [16], "Central Bank of Iran (Iran)"],
    ["502938", "502938", [16], "Dey (Iran)"],
    ["627412", "627412", [16], "Eghtesad Novin (Iran)"],
    ["207177", "207177", [16], "Export Development (Iran)"],
    ["627648", "627648", [16], "Export Development (Iran)"],
    ["505416", "505416", [16], "Gardeshgari (Iran)"],
    ["639599", "639599", [16], "Ghavamin (Iran)"],
    ["636949", "636949", [16], "Hekmat Iranian (Iran)"],
    ["505785", "505785", [16], "Iran Zamin (Iran)"],
    ["502910", "502910", [16], "Karafarin (Iran)"],
    ["627488", "627488", [16], "Karafarin (Iran)"],
    ["603770", "603770", [16], "Keshavarzi (Iran)"],
    ["639217", "639217", [16], "Keshavarzi (Iran)"],
    ["505809", "505809", [16], "Khavarmianeh (Iran)"],
    ["585947", "585947", [16], "Khavarmianeh (Iran)"],
    ["505801", "505801", [16], "Kosar (Iran)"],
    ["628023", "628023", [16], "Maskan (Iran)"],
    ["639370", "639370", [16], "Mehr Eqtesad (Iran)"],
    ["606373", "606373", [16], "Mehr Iran (Iran)"],
    ["606256", "606256", [16], "Melal (Iran)"],
    ["610433", "610433", [16], "Mellat (Iran)"],
    ["991975", "991975", [16], "Mellat (Iran)"],
    ["603799", "603799", [16], "Melli (Iran)"],
    ["507677", "507677", [16], "Noor (Iran)"],
    ["622106", "622106", [16], "Parsian (Iran)"],
    ["627884", "627884", [16], "Parsian (Iran)"],
    ["639194", "639194", [16], "Parsian (Iran)"],
    ["502229", "502229", [16], "Pasargad (Iran)"],
    ["639347", "639347", [16], "Pasargad (Iran)"],
    ["627760", "627760", [16], "Post Bank (Iran)"],
    ["589463", "589463", [16], "Refah (Iran)"],
    ["504172", "504172", [16], "Resalat (Iran)"],
    ["603769", "603769", [16], "Saderat (Iran)"],
    ["621986", "621986", [16], "Saman (Iran)"],
    ["627961", "627961", [16], "Sanat va Madan (Iran)"],
    ["639607", "639607", [16], "Sarmayeh (Iran)"],
    ["589210", "589210", [16], "Sepah (Iran)"],
    ["502806", "502806", [16], "Shahr (Iran)"],
    ["504706", "504706", [16], "Shahr (Iran)"],
    ["639346", "639346", [16], "Sina (Iran)"],
    ["585983", "585983", [16], "Tejarat (Iran)"],
    ["627353", "627353", [16], "Tejarat (Iran)"],
    ["628157", "628157", [16], "Tosee (Iran)"],
    ["502908", "502908", [16], "Tosee Taavon (Iran)"],
]; // prettier-ignore

// What people and cards put between groups of digits, and what copying adds unseen.
const GAP =
    "[\\s._\\-\\u2010-\\u2015\\u0640():/\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]";
const DIGIT_GROUPS = new RegExp(`\\+?\\d+(?:${GAP}+\\d+)*`, "g");
const GROUPS = new RegExp(`${GAP}+`);
// A track is a card even when the reader misread a digit. The sign after the number is
// what tells tracks from numbers; a Persian layout turns ^ into ×.
const TRACK = /(?:[%٪]?[A-Za-z]|[;ک])?(?<!\d)\d{13,19}[=^×][^?؟\n]*[?؟]?/g;
// What begins as a track is one even where the separator was misread.
const OPENED = /^\s*[%٪;ک+][A-Za-z]?(\d{13,})[^\d?؟].*$/s;
const LONGEST = 19;
const PHONE = 15; // digits at most (E.164)
const BEHIND = [3, 4, 7]; // digits of a CVV, an expiry date, both
/** Digits from which on an issuer's number isn't told to anybody while it is typed. */
const TELLING = 12;

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

/** How long the cards are whose numbers begin so; empty where nobody issues them. */
function issuedLengths(digits) {
    const known = ISSUERS.filter(([first, last]) => {
        const beginning = digits.slice(0, first.length);
        return digits.length >= first.length && first <= beginning && beginning <= last;
    });
    return new Set(known.flatMap(([, , lengths]) => lengths));
}

/** The card's number that begins where these groups of digits do, if one does. */
function cardAt(groups) {
    let digits = "";
    const ends = [];
    for (const group of groups) {
        digits += group;
        ends.push(digits.length);
        if (digits.length > LONGEST) {
            break;
        }
    }
    for (const length of issuedLengths(digits)) {
        const number = digits.slice(0, length);
        if (length > digits.length || !isLuhn(number)) {
            continue;
        }
        if (ends.includes(length)) {
            if (!(length < 15 && isArticleNumber(number))) {
                return number;
            }
            continue;
        }
        // A CVV or an expiry date may follow without a blank. Numbers of 13 and 14
        // digits, as articles have them, begin other numbers too often.
        const behind = ends.find((end) => end > length) - length;
        if (length > 14 && BEHIND.includes(behind)) {
            return number;
        }
    }
}

/** The groups of digits of a run; none where it is a phone's number. */
function groupsOf(run) {
    const groups = run.replace("+", "").split(GROUPS).filter(Boolean);
    return run.startsWith("+") && groups.join("").length <= PHONE ? [] : groups;
}

/** The card number among groups of digits, whichever neighbours were written with it. */
function cardNumberIn(run) {
    const groups = groupsOf(run);
    return groups.map((_, first) => cardAt(groups.slice(first))).find(Boolean);
}

/**
 * The digits at a text's end that begin as an issuer's numbers do and are too few yet:
 * at least 12 of them. Nobody is told while they are typed.
 *
 * @param {string} text
 * @returns {string} the digits, or ""
 */
export function bankCardBegun(text) {
    const run = [...asciiDigits(text).matchAll(DIGIT_GROUPS)].at(-1);
    if (!run || /\S/.test(text.slice(run.index + run[0].length))) {
        return "";
    }
    const groups = groupsOf(run[0]);
    const rests = groups.map((_, first) => groups.slice(first).join(""));
    const begun = (digits) =>
        digits.length >= TELLING && digits.length < Math.max(...issuedLengths(digits));
    return rests.find(begun) || "";
}

/**
 * Whether a text that somebody is done with ends in a bank card's number without its
 * last one or two digits. Fewer may be an article's number, or a phone's.
 *
 * @param {string} text
 * @returns {boolean}
 */
export function isCutBankCard(text) {
    return [14, 15].includes(bankCardBegun(text).length);
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
    const [, opened] = OPENED.exec(asciiDigits(text)) || [];
    if (opened && issuedLengths(opened).size) {
        return "";
    }
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
    const latin = (/[\u0080-\uffff]/.test(text) ? fromPersianLayout(text) : text).trim();
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
