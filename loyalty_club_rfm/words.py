"""Days, numbers and money as the screens write them, for whoever reads them."""

from functools import cached_property

from persiantools.jdatetime import JalaliDate

from odoo.tools import format_amount, format_date, formatLang

_PERSIAN = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")


class Words:
    """In the reader's language, the calendar of a definition and its currency.

    :param definition: ``loyalty.club.rfm.definition``, with the reader's environment
    """

    def __init__(self, definition):
        self.env = definition.env
        self.definition = definition
        self.is_persian = (self.env.lang or "").startswith("fa")

    @cached_property
    def _calendar(self):
        return self.definition._calendar()

    def digits(self, text):
        """Odoo writes all languages with Latin digits; sentences have their own."""
        return text.translate(_PERSIAN) if self.is_persian else text

    def day(self, day):
        """4 Azar 1405, or 25 November 2026. The calendar is looked up once."""
        if self._calendar != "jalali":
            return self.digits(format_date(self.env, day, date_format="d MMMM y"))
        jalali = JalaliDate.to_jalali(day)
        month = jalali.strftime("%B %Y", locale="fa" if self.is_persian else "en")
        return self.digits(f"{jalali.day} {month}")

    def number(self, number, digits=0):
        return self.digits(formatLang(self.env, float(number), digits=digits))

    def money(self, amount):
        currency = self.definition.currency_id
        return self.digits(format_amount(self.env, float(amount), currency))

    def percent(self, part, whole):
        sign = "٪" if self.is_persian else "%"
        return f"{self.number(percent(part, whole), 1)}{sign}"


def percent(part, whole):
    return 100 * part / whole if whole > 0 else 0
