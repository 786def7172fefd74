from persiantools.jdatetime import JalaliDate

from odoo import models
from odoo.tools import format_amount, format_date, formatLang

_PERSIAN = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")


class LoyaltyClubRfmDefinition(models.Model):
    """Days, numbers and money as the screens write them, for whoever reads them."""

    _inherit = "loyalty.club.rfm.definition"

    def _is_persian(self):
        return (self.env.lang or "").startswith("fa")

    def _digits(self, text):
        """Odoo writes all languages with Latin digits; sentences have their own."""
        return text.translate(_PERSIAN) if self._is_persian() else text

    def _day_writer(self):
        """A function that writes days in the calendar of the club.

        4 Azar 1405, or 25 November 2026. The calendar is looked up once for all days.
        """
        if self._calendar() != "jalali":
            return lambda day: self._digits(
                format_date(self.env, day, date_format="d MMMM y")
            )
        locale = "fa" if self._is_persian() else "en"

        def write(day):
            jalali = JalaliDate.to_jalali(day)
            month = jalali.strftime("%B %Y", locale=locale)
            return self._digits(f"{jalali.day} {month}")

        return write

    def _number_words(self, number, digits=0):
        return self._digits(formatLang(self.env, float(number), digits=digits))

    def _money_words(self, amount):
        return self._digits(format_amount(self.env, float(amount), self.currency_id))
