from odoo import api, models
from odoo.tools import format_amount, formatLang

from ..engine.periods import add_months
from ..words import day_text

MONTHS = 12
LEFT_TO_RIGHT = "\u200e"


class ReportMemberStatement(models.AbstractModel):
    """A member's statement: balances, what expires, and a year of movements.

    It is the member's, whoever prints it: in their language and its direction, and in
    the calendar of their club.
    """

    _name = "report.loyalty_club.report_member_statement"
    _description = "Member Statement"

    @api.model
    def _get_report_values(self, docids, data=None):
        members = [
            self._in_own_language(member)
            for member in self.env["loyalty.club.member"].browse(docids)
        ]
        return {
            "doc_ids": docids,
            "doc_model": "loyalty.club.member",
            "docs": members,
            "entries": {member: self._entries(member) for member in members},
            "expiring": {member: self._expiring(member) for member in members},
            "today": {member: member.club_id._today() for member in members},
            "account": self._account,
            "amount": self._amount,
            "day": self._day,
            "moment": self._moment,
            "effective": self._effective,
            "written_later": self._is_written_later,
            "direction": self._direction,
        }

    def _in_own_language(self, member):
        lang = member.partner_id.lang or self.env.lang or "en_US"
        return member.with_context(lang=lang)

    def _direction(self, member):
        """ "rtl" or "ltr", as the member's language is written."""
        return member.env["res.lang"]._get_data(code=member.env.lang).direction or "ltr"

    def _entries(self, member):
        start = add_months(member.club_id._today(), -MONTHS, member.club_id.calendar)
        return member.env["loyalty.club.entry"].search(
            [("member_id", "=", member.id), ("date", ">=", start)], order="id"
        )

    def _expiring(self, member):
        """What expires when: list of (last day, account, amount), the first first."""
        rows = self.env["loyalty.club.lot"]._read_group(
            [("id", "in", member.lot_ids.ids), ("expires_on", "!=", False)],
            ["expires_on:day", "card_id"],
            ["remaining:sum"],
        )
        return [(day, card.club_account, amount) for day, card, amount in rows]

    def _account(self, member, account):
        """The name of an account as the member reads it."""
        field = member.env["loyalty.club.entry"]._fields["account"]
        return dict(field._description_selection(member.env))[account]

    def _amount(self, member, account, value):
        """Points as a number, money in the club's currency."""
        if account == "points":
            # The mark keeps the minus in front in a text from right to left.
            return LEFT_TO_RIGHT + formatLang(member.env, value, digits=0)
        return LEFT_TO_RIGHT + format_amount(member.env, value, member.currency_id)

    def _day(self, member, day):
        """A date as the member reads it, in the club's calendar."""
        return day_text(member.env, day, member.club_id.calendar)

    def _moment(self, member, moment):
        return self._day(member, member.club_id._day(moment))

    def _effective(self, member, entry):
        """The day that an entry counts for; the first entries had only the other."""
        if entry.effective_on:
            return self._day(member, entry.effective_on)
        return self._moment(member, entry.date)

    def _is_written_later(self, member, entry):
        return bool(
            entry.effective_on and entry.effective_on != member.club_id._day(entry.date)
        )
