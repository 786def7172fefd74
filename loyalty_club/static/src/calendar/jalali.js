/**
 * Days of the Jalali calendar, by the browser's own knowledge of it (Intl, "persian").
 *
 * A day is {year, month, day}, as luxon's DateTime has them; which calendar it is of says
 * the name of the function.
 */

const DAY = 24 * 60 * 60 * 1000;
const PARTS = new Intl.DateTimeFormat("en-US-u-ca-persian-nu-latn", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    timeZone: "UTC",
});

/**
 * @param {number} milliseconds of a UTC day
 * @returns {{year: number, month: number, day: number}}
 */
function jalaliOf(milliseconds) {
    const parts = {};
    for (const { type, value } of PARTS.formatToParts(milliseconds)) {
        parts[type] = parseInt(value);
    }
    return { year: parts.year, month: parts.month, day: parts.day };
}

/** @param {{year: number, month: number, day: number}} gregorian */
export function toJalali({ year, month, day }) {
    return jalaliOf(Date.UTC(year, month - 1, day));
}

/**
 * @param {number} year
 * @param {number} month 1 to 12
 * @param {number} day 1 to 31
 * @returns {{year: number, month: number, day: number}|null} null when there is no such
 *     day
 */
export function toGregorian(year, month, day) {
    const before = month <= 7 ? 31 * (month - 1) : 30 * (month - 1) + 6;
    // The year begins on 19 to 22 March; the right day is looked for around.
    const about = Date.UTC(year + 621, 2, 20) + (before + day - 1) * DAY;
    for (const shift of [0, 1, -1, 2, -2, 3, -3]) {
        const found = new Date(about + shift * DAY);
        const jalali = jalaliOf(found.getTime());
        if (jalali.year === year && jalali.month === month && jalali.day === day) {
            return {
                year: found.getUTCFullYear(),
                month: found.getUTCMonth() + 1,
                day: found.getUTCDate(),
            };
        }
    }
    return null;
}

/** "YYYY-MM-DD" in the Gregorian calendar; null when there is no such day. */
export function jalaliToIso(year, month, day) {
    const found = toGregorian(year, month, day);
    return (
        found &&
        [
            String(found.year).padStart(4, "0"),
            String(found.month).padStart(2, "0"),
            String(found.day).padStart(2, "0"),
        ].join("-")
    );
}

/** How many days a Jalali month has: Esfand 29, or 30 in a leap year. */
export function jalaliMonthLength(year, month) {
    if (month < 12) {
        return month <= 6 ? 31 : 30;
    }
    return toGregorian(year, 12, 30) ? 30 : 29;
}

/**
 * A month so many months on.
 *
 * @returns {{year: number, month: number}}
 */
export function addJalaliMonths({ year, month }, months) {
    const count = year * 12 + month - 1 + months;
    return { year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1 };
}

/**
 * @param {string} locale of the reader
 * @param {"long"|"short"} [length]
 * @returns {string[]} the names of the twelve months
 */
export function jalaliMonths(locale, length = "long") {
    const name = new Intl.DateTimeFormat(`${locale}-u-ca-persian`, {
        month: length,
        timeZone: "UTC",
    });
    return Array.from({ length: 12 }, (_, index) => {
        const { year, month, day } = toGregorian(1400, index + 1, 15);
        return name.format(Date.UTC(year, month - 1, day));
    });
}

const ZEROS = ["۰", "٠"].map((zero) => zero.codePointAt(0));

/** Persian and Arabic digits as ASCII ones. */
export function latinDigits(text) {
    return text.replace(/[۰-۹٠-٩]/g, (digit) => {
        const code = digit.codePointAt(0);
        return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10));
    });
}
