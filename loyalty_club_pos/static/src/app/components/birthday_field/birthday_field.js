import { Component, useState } from "@odoo/owl";
import { jalaliMonths, jalaliToIso } from "@loyalty_club/calendar/jalali";
import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";
import { isJalali, locale } from "@loyalty_club_pos/app/utils/club_format";

/** A day of birth, in the calendar that people here know theirs in. */
export class BirthdayField extends Component {
    static template = "loyalty_club_pos.BirthdayField";
    static props = {
        calendar: { type: String, optional: true },
        // Called with "YYYY-MM-DD", "" when it is empty, null when there is no such day.
        onChange: Function,
    };

    setup() {
        this.jalali = isJalali(this.props.calendar);
        this.months = this.jalali ? jalaliMonths(locale()) : [];
        this.state = useState({ day: "", month: "", year: "" });
    }
    onPart(part, ev) {
        this.state[part] = asciiDigits(ev.target.value);
        const { day, month, year } = this.state;
        const parts = [day, month, year];
        const whole = parts.every((text) => /^\d+$/.test(text));
        const iso = whole ? jalaliToIso(Number(year), Number(month), Number(day)) : null;
        this.props.onChange(parts.some(Boolean) ? iso : "");
    }
    onDay(ev) {
        this.props.onChange(ev.target.value || (ev.target.validity.badInput ? null : ""));
    }
}
