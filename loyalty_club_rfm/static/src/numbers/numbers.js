import { formatCurrency } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { user } from "@web/core/user";
import { formatInteger } from "@web/views/fields/formatters";
import { withSign } from "@loyalty_club/numbers/right_to_left";

const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";

/** Odoo writes all languages with Latin digits; beside sentences they are one's own. */
function withOwnDigits(text) {
    if (!user.lang.startsWith("fa")) {
        return text;
    }
    const { decimalPoint, thousandsSep } = localization;
    return [...text]
        .map((char) => {
            if (char >= "0" && char <= "9") {
                return PERSIAN[char];
            }
            return { [thousandsSep]: "٬", [decimalPoint]: "٫" }[char] || char;
        })
        .join("");
}

export function formatCount(count) {
    return withSign(withOwnDigits(formatInteger(count)));
}

export function formatMoney(amount, currencyId) {
    return withSign(withOwnDigits(formatCurrency(amount, currencyId)));
}

/** A part of 1 in percent: two digits that say something, not more. */
export function formatShare(share) {
    const digits = share > 0 && share < 0.0995 ? 1 : 0;
    return new Intl.NumberFormat(user.lang, {
        style: "percent",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
    }).format(share);
}

/** A change with its sign, or a dash. */
export function formatChange(change) {
    if (!change) {
        return "–";
    }
    return `${change > 0 ? "+" : "−"}${formatCount(Math.abs(change))}`;
}
