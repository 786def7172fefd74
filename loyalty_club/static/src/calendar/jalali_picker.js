import { DateTimePicker } from "@web/core/datetime/datetime_picker";
import { isInRange, today } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { JalaliMoment, isJalali } from "./jalali_dates";

const { Info } = luxon;
const WEEKS = 6;
const YEARS_SHOWN = 10;

const startOfWeek = (date) => date.minus({ days: (date.weekday + 7 - localization.weekStart) % 7 });
const floor = (year, step) => Math.floor(year / step) * step;

function item(label, range, { minDate, maxDate }, more = {}) {
    const { isOutOfRange = false, isValid = true, extraClass = "" } = more;
    return {
        id: range[0].toISODate(),
        includesToday: isInRange(today(), range),
        isOutOfRange,
        isValid: isValid && isInRange(range, [minDate, maxDate]),
        label: String(label),
        range,
        extraClass,
    };
}

/** The week of the Jalali year, of which 1 Farvardin lies in the first. */
function weekNumber(lastDay) {
    const newYear = new JalaliMoment(lastDay).startOf("year");
    const days = lastDay.startOf("day").diff(startOfWeek(newYear), "days").days;
    return Math.floor(Math.round(days) / 7) + 1;
}

function week(start, limits) {
    const days = Array.from({ length: 7 }, (_, shift) => {
        const day = start.plus({ days: shift });
        return item(new JalaliMoment(day).day, [day, day.endOf("day")], limits, {
            isOutOfRange: !isInRange(day, limits.month),
            isValid: !limits.isDateValid || limits.isDateValid(day),
            extraClass: limits.dayCellClass?.(day) || "",
        });
    });
    return { days, number: weekNumber(days[6].range[0]) };
}

function namesOfDays(days, showWeekNumbers) {
    const names = days.map(({ range: [day] }) => [
        day.weekdayShort,
        day.weekdayLong,
        Info.weekdays("narrow", { locale: day.locale })[day.weekday - 1],
    ]);
    return showWeekNumbers ? [["", _t("Week numbers"), ""], ...names] : names;
}

/** Years, or decades, in a grid with one more before and after. */
function grid(from, step, limits) {
    return Array.from({ length: YEARS_SHOWN + 2 }, (_, index) => {
        const first = new JalaliMoment(limits.focus).set({
            year: from + (index - 1) * step,
            month: 1,
            day: 1,
        });
        const start = first.startOf("year");
        const end = new JalaliMoment(start).plus({ years: step }).moment.minus({ milliseconds: 1 });
        return item(first.year, [start, end], limits, {
            isOutOfRange: index === 0 || index === YEARS_SHOWN + 1,
        });
    });
}

/** What Odoo's picker asks of its precision levels, for Jalali months and years. */
const LEVELS = {
    days: {
        mainTitle: _t("Select month"),
        nextTitle: _t("Next month"),
        prevTitle: _t("Previous month"),
        step: { months: 1 },
        getTitle: (date) => date.toFormat("MMMM yyyy"),
        getItems(date, params) {
            const moment = new JalaliMoment(date);
            const month = [moment.startOf("month"), moment.endOf("month")];
            const first = startOfWeek(month[0]);
            const weeks = Array.from({ length: WEEKS }, (_, index) =>
                week(first.plus({ days: 7 * index }), { ...params, month })
            );
            const daysOfWeek = namesOfDays(weeks[0].days, params.showWeekNumbers);
            return [{ id: "__month__0", number: moment.month, daysOfWeek, weeks }];
        },
    },
    months: {
        mainTitle: _t("Select year"),
        nextTitle: _t("Next year"),
        prevTitle: _t("Previous year"),
        step: { years: 1 },
        getTitle: (date) => date.toFormat("yyyy"),
        getItems: (date, params) =>
            Array.from({ length: 12 }, (_, index) => {
                const month = new JalaliMoment(date).set({ month: index + 1, day: 1 });
                const range = [month.startOf("month"), month.endOf("month")];
                return item(range[0].toFormat("MMM"), range, params);
            }),
    },
    years: {
        mainTitle: _t("Select decade"),
        nextTitle: _t("Next decade"),
        prevTitle: _t("Previous decade"),
        step: { years: 10 },
        getTitle(date) {
            const decade = floor(new JalaliMoment(date).year, 10);
            return `${decade - 1} - ${decade + 10}`;
        },
        getItems: (date, params) =>
            grid(floor(new JalaliMoment(date).year, 10), 1, { ...params, focus: date }),
    },
    decades: {
        mainTitle: _t("Select century"),
        nextTitle: _t("Next century"),
        prevTitle: _t("Previous century"),
        step: { years: 100 },
        getTitle(date) {
            const century = floor(new JalaliMoment(date).year, 100);
            return `${century - 10} - ${century + 100}`;
        },
        getItems: (date, params) =>
            grid(floor(new JalaliMoment(date).year, 100), 10, { ...params, focus: date }),
    },
};

patch(DateTimePicker.prototype, {
    get activePrecisionLevel() {
        return isJalali() ? LEVELS[this.state.precision] : super.activePrecisionLevel;
    },
    adjustFocus(values, focusedDateIndex) {
        const adjusts = this.shouldAdjustFocusDate || !this.state.focusDate;
        super.adjustFocus(...arguments);
        if (isJalali() && adjusts) {
            const value = values[focusedDateIndex] || values[focusedDateIndex === 1 ? 0 : 1];
            this.state.focusDate = this.clamp(new JalaliMoment(value || today()).startOf("month"));
        }
    },
    next(ev) {
        return isJalali() ? this.turn(ev, 1) : super.next(...arguments);
    },
    previous(ev) {
        return isJalali() ? this.turn(ev, -1) : super.previous(...arguments);
    },
    /** Leaf on by one panel, or back. */
    turn(ev, direction) {
        ev.preventDefault();
        const { months = 0, years = 0 } = this.activePrecisionLevel.step;
        const turned = new JalaliMoment(this.state.focusDate).plus({
            months: direction * months,
            years: direction * years,
        });
        this.state.focusDate = this.clamp(turned.moment);
    },
});
