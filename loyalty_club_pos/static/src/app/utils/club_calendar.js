/**
 * Days of the Jalali calendar, by the browser's own knowledge of it (Intl, "persian").
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
 * @returns {[number, number, number]} year, month and day
 */
function jalaliOf(milliseconds) {
    const parts = Object.fromEntries(
        PARTS.formatToParts(milliseconds).map(({ type, value }) => [type, parseInt(value)])
    );
    return [parts.year, parts.month, parts.day];
}

/**
 * @param {number} year
 * @param {number} month 1 to 12
 * @param {number} day 1 to 31
 * @returns {string|null} "YYYY-MM-DD" in the Gregorian calendar; null when there is no
 *     such day
 */
export function jalaliToIso(year, month, day) {
    const before = month <= 7 ? 31 * (month - 1) : 30 * (month - 1) + 6;
    // The year begins on 19 to 22 March; the right day is looked for around.
    const about = Date.UTC(year + 621, 2, 20) + (before + day - 1) * DAY;
    for (let shift = -3; shift <= 3; shift++) {
        const candidate = about + shift * DAY;
        const [y, m, d] = jalaliOf(candidate);
        if (y === year && m === month && d === day) {
            return new Date(candidate).toISOString().slice(0, 10);
        }
    }
    return null;
}

/**
 * @param {string} locale of the reader
 * @returns {string[]} the names of the twelve months
 */
export function jalaliMonths(locale) {
    const name = new Intl.DateTimeFormat(`${locale}-u-ca-persian`, {
        month: "long",
        timeZone: "UTC",
    });
    return Array.from({ length: 12 }, (_, index) =>
        name.format(new Date(`${jalaliToIso(1400, index + 1, 15)}T00:00:00Z`))
    );
}
