from odoo import api, fields, models


class LoyaltyClubEntry(models.Model):
    """How an entry is called on screens."""

    _inherit = "loyalty.club.entry"

    reference_name = fields.Char(
        "About",
        compute="_compute_reference_name",
        help="What it is about, in the reader's language.",
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
