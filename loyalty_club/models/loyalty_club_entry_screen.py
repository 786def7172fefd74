from odoo import api, fields, models
from odoo.tools import SQL

from ..amounts import AMOUNT

# Kinds that put something new into the world; all others move or use what is there. An
# adjustment does so only where it gives.
ISSUING = ("opening", "earn", "bonus", "top_up", "adjust")


class LoyaltyClubEntry(models.Model):
    """How an entry is called on screens, and what it has issued."""

    _inherit = "loyalty.club.entry"

    reference_name = fields.Char(
        "About",
        compute="_compute_reference_name",
        help="What it is about, in the reader's language.",
    )

    issued = fields.Float(
        compute="_compute_issued",
        aggregator="sum",
        help="What was newly given, on the day of giving, also where it waits first.",
        **AMOUNT,
    )

    def _effective_day(self):
        """The day that it counts for: of older entries that on which it was written."""
        self.ensure_one()
        return self.effective_on or self.club_id._day(self.date)

    @api.depends("kind", "amount", "pending")
    def _compute_issued(self):
        for entry in self:
            gives = entry.kind in ISSUING
            entry.issued = max(entry.amount + entry.pending, 0) if gives else 0

    def _field_to_sql(self, alias, field_expr, query=None):
        """``issued`` follows from columns: it sums up in groups without one of its own.

        Entries can't be changed, so a new column would be empty in those there are.
        """
        if field_expr != "issued":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["issued"], "read")
        return SQL(
            "(CASE WHEN %s IN %s THEN GREATEST(%s + %s, 0) ELSE 0 END)",
            self._field_to_sql(alias, "kind", query),
            ISSUING,
            self._field_to_sql(alias, "amount", query),
            self._field_to_sql(alias, "pending", query),
        )

    @api.depends("reference", "origin_model", "origin_id")
    @api.depends_context("lang")
    def _compute_reference_name(self):
        """The club's own words are stored in English, and of a tier its id."""
        words = self._own_words()
        tiers = self.env["loyalty.club.tier"].browse(
            entry.origin_id
            for entry in self
            if entry.origin_model == "loyalty.club.tier"
        )
        names = {tier.id: tier.name for tier in tiers.exists()}
        for entry in self:
            name = words.get(entry.reference, entry.reference)
            if entry.origin_model == "loyalty.club.tier":
                name = names.get(entry.origin_id, name)
            entry.reference_name = name

    @api.model
    def _own_words(self):
        """References that the club itself gives: dict of stored word to translation."""
        return {
            "Welcome": self.env._("Welcome"),
            "Birthday": self.env._("Birthday"),
        }

    @api.depends("kind", "reference_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            name, about = kinds.get(entry.kind, ""), entry.reference_name
            entry.display_name = f"{name}: {about}" if about else name

    def _kind_name(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
