from odoo import api, fields, models

from ...words import day_text


class LoyaltyClubCheck(models.Model):
    """One nightly proof that balances, lots and entries agree."""

    _name = "loyalty.club.check"
    _description = "Ledger Check"
    _order = "id desc"
    _rec_name = "date"

    club_id = fields.Many2one(
        "loyalty.club", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    accounts = fields.Integer(help="How many accounts were compared.")
    differences = fields.Integer()
    seconds = fields.Float(digits=(10, 2))
    details = fields.Json(help="The accounts that differ, and by what.")
    words = fields.Text("What differs", compute="_compute_words")

    @api.depends("date", "club_id.calendar", "club_id.tz")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The day in the calendar and the words of the club, not as it is stored."""
        for check in self:
            club = check.club_id
            day = club and check.date and club._day(check.date)
            check.display_name = day_text(self.env, day, club.calendar) if day else ""

    @api.depends("details")
    @api.depends_context("lang")
    def _compute_words(self):
        """One sentence for each proof that found something, with the accounts."""
        sentences = self._sentences()
        cards = self.env["loyalty.card"].with_context(active_test=False)
        for check in self:
            told = []
            for name, rows in (check.details or {}).items():
                accounts = cards.browse({row["account"] for row in rows} - {0}).exists()
                codes = ", ".join(accounts[:10].mapped("code"))
                told.append(f"{sentences.get(name, name)} {codes}".strip())
            check.words = "\n".join(told)

    def _sentences(self):
        """What each proof of the ledger says: dict of its name to a sentence."""
        return {
            "points_entries": self.env._(
                "Balances that aren't the sum of their entries:"
            ),
            "pending_entries": self.env._("What waits isn't the sum of its entries:"),
            "debt_entries": self.env._("What is owed isn't the sum of its entries:"),
            "points_lots": self.env._(
                "Balances that aren't what their lots have left:"
            ),
            "pending_lots": self.env._(
                "What waits isn't what the waiting lots have left:"
            ),
            "lot_allocations": self.env._(
                "Lots that have more or less left than was used:"
            ),
            "balance_chain": self.env._(
                "Entries that state another balance than was reached:"
            ),
            "history": self.env._("Accounts whose native history says something else:"),
            "holds": self.env._(
                "Holds that captured something else than their entries:"
            ),
            "owner": self.env._("Accounts that were moved to another owner:"),
            "club": self.env._("Accounts that were moved to another club:"),
            "archived": self.env._("Archived accounts that still have a balance:"),
            "lot_owner": self.env._(
                "Lots of another club, branch or account than was earned:"
            ),
            "lot_waiting": self.env._("Points that were made usable before their day:"),
            "purchase_entries": self.env._(
                "Purchases whose points aren't their entries:"
            ),
            "lines_returned": self.env._(
                "Lines that say something else than their returns:"
            ),
            "call_keys": self.env._(
                "Entries, purchases and members of calls whose keys were deleted:"
            ),
            "tier_measure": self.env._(
                "Members whose tier counts other than their purchases:"
            ),
        }
