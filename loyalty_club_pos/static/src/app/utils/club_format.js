import { formatCurrency } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";

export const ACCOUNT_ICONS = { points: "fa-star", wallet: "fa-credit-card", credit: "fa-gift" };

export function isPersian() {
    return (localization.code || "").startsWith("fa");
}

/** Digits as people read them in the till's language; for the screen only. */
export function shownDigits(text) {
    const shown = String(text ?? "");
    if (!isPersian()) {
        return shown;
    }
    // Thousands are parted as in points, which Intl writes; and a sign stands before its
    // number, where a line from the right would put it behind.
    return shown
        .replace(/(\d),(?=\d{3})/g, "$1٬")
        .replace(/(^|[\s(])(?=[-+−]\s?[\d۰-۹])/g, "$1\u200e")
        .replace(/\d/g, (digit) => PERSIAN[digit]);
}

/**
 * Write all digits of a text, or under an element, as people read them, but not what is
 * to be typed.
 *
 * @param {Node} root
 * @param {string} [except] selector of what stays as it is
 */
export function showDigitsIn(root, except = "style, script") {
    if (!root || !isPersian()) {
        return;
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (
        let text = root.nodeType === Node.TEXT_NODE ? root : walker.nextNode();
        text;
        text = walker.nextNode()
    ) {
        const { data, parentElement } = text;
        if (/\d/.test(data) && !parentElement?.closest(except)) {
            text.data = shownDigits(data);
        }
    }
}

/** An amount that is being typed, with its thousands parted. */
export function shownAmount(text) {
    const [whole, ...rest] = String(text ?? "").split(localization.decimalPoint);
    const parted = whole.replace(/\d(?=(\d{3})+$)/g, `$&${localization.thousandsSep || ","}`);
    return shownDigits([parted, ...rest].join(localization.decimalPoint));
}

/** A keypad's keys with digits as people read them; what they type stays ASCII. */
export function shownButtons(buttons) {
    return buttons.map((button) =>
        /^\d$/.test(button.value) ? { ...button, text: shownDigits(button.value) } : button
    );
}

/**
 * A mobile as people in the club's country write it: ۰۹۱۲… and not +98912….
 *
 * @param {string} mobile E.164
 * @param {string} prefix of the club's country, such as "+98"
 */
export function shownMobile(mobile, prefix) {
    const text = String(mobile || "");
    const national = prefix?.length > 1 && text.startsWith(prefix);
    return shownDigits(national ? `0${text.slice(prefix.length)}` : text);
}

/** @param {number} points */
export function formatPoints(points) {
    return new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }).format(points || 0);
}

/**
 * An amount of an account: points are counted, the others are money.
 *
 * @param {"points"|"wallet"|"credit"} account
 * @param {number} amount
 * @param {number} currencyId
 */
export function formatAccount(account, amount, currencyId) {
    if (account === "points") {
        return formatPoints(amount);
    }
    return shownDigits(formatCurrency(amount || 0, currencyId));
}

/**
 * A day in the calendar of the language or the club: "21 March" is "1 Farvardin" there.
 *
 * @param {string} day "YYYY-MM-DD"
 * @param {Object} [options]
 * @param {string} [options.calendar] the club's: "gregorian" or "jalali"
 * @param {boolean|"other"} [options.year] whether the year is told; "other": when it
 *     isn't this one
 */
export function formatDay(day, { calendar = "gregorian", year = true } = {}) {
    const [y, month, date] = day.split("-").map(Number);
    if (year === "other") {
        const yearOf = (at) =>
            new Intl.DateTimeFormat(`en${calendarTag(calendar)}`, {
                year: "numeric",
                timeZone: "UTC",
            }).format(at);
        const today = DateTime.now();
        year =
            yearOf(Date.UTC(y, month - 1, date)) !==
            yearOf(Date.UTC(today.year, today.month - 1, today.day));
    }
    return new Intl.DateTimeFormat(`${locale()}${calendarTag(calendar)}`, {
        day: "numeric",
        month: "long",
        ...(year ? { year: "numeric" } : {}),
        timeZone: "UTC",
    }).format(Date.UTC(y, month - 1, date));
}

/** "12 minutes ago", in the till's language. */
export function formatAgo(milliseconds) {
    if (Date.now() - milliseconds < 60 * 1000) {
        return _t("a moment ago");
    }
    return shownDigits(DateTime.fromMillis(milliseconds).setLocale(locale()).toRelative());
}

/** "3 days ago", "today"; for a day without a time. */
export function formatDaysAgo(day) {
    const then = DateTime.fromISO(day);
    const days = DateTime.now().startOf("day").diff(then, "days").days;
    const unit = days < 32 ? "days" : days < 366 ? "months" : "years";
    return shownDigits(then.setLocale(locale()).toRelativeCalendar({ unit }));
}

/** Whether days are counted from Farvardin to Esfand. */
export function isJalali(calendar) {
    return calendar === "jalali" || isPersian();
}

function calendarTag(calendar) {
    return isJalali(calendar) ? "-u-ca-persian" : "";
}

/** The till's language, as Intl names it. */
export function locale() {
    return (localization.code || "en_US").replace(/_/g, "-").split("@")[0];
}

/** Two letters for a face: "سارا احمدی" is «س ا», "Sara Ahmadi" is "SA". */
export function initials(name) {
    const words = (name || "").trim().split(/\s+/).filter(Boolean);
    const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
    // Persian letters would join into a syllable.
    return picked.map((word) => [...word][0].toUpperCase()).join("\u200c");
}
