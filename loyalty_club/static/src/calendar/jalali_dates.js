/**
 * Dates as people who count in Jalali read and type them, on every screen of Odoo.
 *
 * All of Odoo's dates are luxon's, and its formatters and parsers end there: that is
 * where days get their calendar. What goes to the server stays Gregorian.
 */

import { localization } from "@web/core/l10n/localization";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";
import { View } from "@web/views/view";
import { onWillDestroy } from "@odoo/owl";
import { jalaliMonthLength, latinDigits, toGregorian, toJalali } from "./jalali";

const { DateTime } = luxon;

// Years of the two calendars can't be taken for each other: a person means 1369 as a
// Jalali year and 1990 as a Gregorian one.
const JALALI_YEARS = [1000, 1700];
const MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const DAY = "(?<first>\\d{1,4})[-/.\\s]+(?<second>\\d{1,2})(?:[-/.\\s]+(?<third>\\d{1,4}))?";
const HALF = "(?<half>am|pm|ق\\.?ظ\\.?|ب\\.?ظ\\.?)?";
const CLOCK = `(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<seconds>\\d{2}))?\\s*${HALF}`;
const TYPED = new RegExp(`^(?:(?<whole>\\d{8})|${DAY})(?:[T\\s,،]+${CLOCK})?$`, "i");

// The models of the views that are open, the last one on top.
const screens = [];

patch(View.prototype, {
    setup() {
        super.setup(...arguments);
        const screen = { model: this.props.resModel };
        screens.push(screen);
        onWillDestroy(() => screens.splice(screens.indexOf(screen), 1));
    },
});

/**
 * Whether days are Jalali on the screen that is open; the server decides
 * (``session_info``).
 *
 * Who reads Persian sees Jalali days everywhere; others where the club counts so, on the
 * club's own screens.
 */
export function isJalali() {
    const { everywhere, on_club_screens: ours } = session.club_jalali || {};
    return Boolean(everywhere || (ours && isClubModel(screens.at(-1)?.model)));
}

function isClubModel(model) {
    return Boolean(model?.startsWith("loyalty.club"));
}

// ------------------------------------------------------------------------ showing

/** Dates for other programs, not for people: they are always written with dashes. */
function isForPrograms(format) {
    const shown = [localization.dateFormat, localization.dateTimeFormat];
    return /^'?y+'?-/.test(format) && !shown.includes(format);
}

/** Whether a date without its year is told apart: lists drop this year's. */
function dropsYear(format) {
    return Boolean(format.day && format.month === "short");
}

patch(DateTime.prototype, {
    toFormat(format, options = {}) {
        // The server's own format names its digits.
        if (!isJalali() || !this.isValid || options.numberingSystem || isForPrograms(format)) {
            return super.toFormat(...arguments);
        }
        return super.toFormat(format, { outputCalendar: "persian", ...options });
    },
    toLocaleString(format = DateTime.DATE_SHORT, options = {}) {
        if (!isJalali() || !this.isValid) {
            return super.toLocaleString(...arguments);
        }
        const shown = { ...format };
        if (dropsYear(format)) {
            delete shown.year;
            if (toJalali(this).year !== toJalali(DateTime.local()).year) {
                shown.year = "numeric";
            }
        }
        const inJalali = { outputCalendar: "persian", ...options };
        const text = super.toLocaleString(shown, inJalali);
        return text.replace(/\s*\bAP\b/, ""); // the era, in English
    },
});

// ------------------------------------------------------------------------ typing

/**
 * What somebody typed, in either calendar and any digits.
 *
 * @param {string} text "1369/1/1", "۱۳۶۹-۰۱-۰۱ ۱۴:۳۰", "13690101", "1/1/1369",
 *     "1990-03-21", "7/15" (of this year)
 * @param {Object} options as luxon's, with ``zone``
 * @returns {DateTime} invalid when there is no such day
 */
export function parseTyped(text, options = {}) {
    const typed = TYPED.exec(latinDigits(text).replace(MARKS, "").trim())?.groups;
    const parts = typed && datePartsOf(typed);
    if (!parts) {
        return DateTime.invalid("no date");
    }
    const [year, month, day] = parts;
    const isOld = year >= JALALI_YEARS[0] && year < JALALI_YEARS[1];
    const gregorian = isOld ? toGregorian(year, month, day) : { year, month, day };
    if (!gregorian) {
        return DateTime.invalid("no such day");
    }
    const { hour = 0, minute = 0, seconds = 0, half = "" } = typed;
    const late = /^[pب]/i.test(half);
    const clock = half ? (Number(hour) % 12) + (late ? 12 : 0) : Number(hour);
    return DateTime.fromObject(
        { ...gregorian, hour: clock, minute: Number(minute), second: Number(seconds) },
        { zone: options.zone }
    );
}

/** @returns {number[]|null} year, month and day */
function datePartsOf({ whole, first, second, third }) {
    if (whole) {
        return [whole.slice(0, 4), whole.slice(4, 6), whole.slice(6)].map(Number);
    }
    const now = toJalali(DateTime.local());
    if (!third) {
        const [month, day] = isDayFirst() ? [second, first] : [first, second];
        return first.length <= 2 ? [now.year, Number(month), Number(day)] : null;
    }
    let numbers = [first, second, third].map(Number);
    const isShort = first.length <= 2 && third.length <= 2;
    if (third.length > 2 || (isShort && !isYearFirst())) {
        const [one, two, year] = numbers;
        numbers = isMonthFirst() ? [year, one, two] : [year, two, one];
    }
    if (isShort) {
        numbers[0] = fullYear(numbers[0], now.year);
    }
    return numbers[0] > 31 ? numbers : null;
}

/** How the reader's language orders a date. */
const isYearFirst = () => localization.dateFormat.startsWith("y");
const isMonthFirst = () => localization.dateFormat.startsWith("M");
const isDayFirst = () => localization.dateFormat.startsWith("d");

/** 69 is 1369, and 5 is 1405: the last year that isn't more than twenty years ahead. */
function fullYear(short, year) {
    const full = year - (year % 100) + short;
    return full > year + 20 ? full - 100 : full;
}

/** Odoo's parser tries several formats; each asks for what a person typed like this. */
const isTyped = (options) => isJalali() && options?.setZone;

patch(DateTime, {
    fromFormat(text, format, options) {
        return isTyped(options) ? parseTyped(text, options) : super.fromFormat(...arguments);
    },
    fromISO(text, options) {
        const parsed = super.fromISO(...arguments);
        return isTyped(options) ? whenGregorian(parsed) : parsed;
    },
    fromSQL(text, options) {
        const parsed = super.fromSQL(...arguments);
        return isTyped(options) ? whenGregorian(parsed) : parsed;
    },
});

/** 31 Esfand isn't a day of the year 1403 after Christ instead. */
function whenGregorian(parsed) {
    const isOld = parsed.isValid && parsed.year < JALALI_YEARS[1];
    return isOld ? DateTime.invalid("no such day") : parsed;
}

// ------------------------------------------------------------------------ counting

/**
 * A moment that counts its months and years in Jalali: what Odoo's own filters ask of a
 * DateTime, they may ask of it.
 */
export class JalaliMoment {
    /** @param {DateTime} moment */
    constructor(moment) {
        this.moment = moment;
        Object.assign(this, toJalali(moment));
    }

    get quarter() {
        return Math.ceil(this.month / 3);
    }

    /** @returns {JalaliMoment} on the last day of a month that is shorter */
    set({ year = this.year, month = this.month, day = this.day }) {
        const last = jalaliMonthLength(year, month);
        return new JalaliMoment(this.moment.set(toGregorian(year, month, Math.min(day, last))));
    }

    plus({ years = 0, months = 0 }) {
        const count = (this.year + years) * 12 + this.month - 1 + months;
        return this.set({ year: Math.floor(count / 12), month: (count % 12) + 1 });
    }

    /** @returns {DateTime} the first moment of the "month", "quarter" or "year" */
    startOf(unit) {
        const month = { month: this.month, quarter: this.quarter * 3 - 2, year: 1 }[unit];
        return this.set({ month, day: 1 }).moment.startOf("day");
    }

    /** @returns {DateTime} the last one */
    endOf(unit) {
        const months = { month: 1, quarter: 3, year: 12 }[unit];
        const next = new JalaliMoment(this.startOf(unit)).plus({ months });
        return next.moment.minus({ milliseconds: 1 });
    }

    toFormat(format) {
        return this.moment.toFormat(format);
    }
}
