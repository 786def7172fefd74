import time

from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyClubRfmRecommendation(models.Model):
    """How a company recommends products, and when it last found out what to."""

    _name = "loyalty.club.rfm.recommendation"
    _description = "Recommendation of products"
    _rec_name = "company_id"
    _order = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    active = fields.Boolean(default=True)
    days = fields.Integer(
        "Look back",
        required=True,
        default=180,
        help="Baskets of the last so many days are looked at.",
    )
    least_together = fields.Integer(
        "Least baskets",
        required=True,
        default=5,
        help="Two products are a pair when they were in so many baskets together.",
    )
    most_in_basket = fields.Integer(
        "Largest basket",
        required=True,
        default=50,
        help="Baskets of more products say little about any two of them.",
    )
    pairs_each = fields.Integer(
        "Pairs of a product",
        required=True,
        default=10,
        help="So many of the closest products are kept for each product.",
    )
    just_bought_days = fields.Integer(
        "Not again within",
        required=True,
        default=30,
        help="What a customer bought in the last so many days isn't recommended to "
        "them. 0 recommends also what they have just bought.",
    )

    refreshed_at = fields.Datetime("Last refreshed", readonly=True, copy=False)
    seconds = fields.Float(readonly=True, copy=False, digits=(16, 1))
    pairs = fields.Integer(readonly=True, copy=False)
    favourites = fields.Integer(readonly=True, copy=False)
    changed = fields.Integer(
        readonly=True, copy=False, help="Pairs and favourites written the last time."
    )

    _company_uniq = models.UniqueIndex(
        "(company_id)", "This company has its settings already."
    )
    _sane = models.Constraint(
        "CHECK (days BETWEEN 1 AND 3660 AND least_together >= 1"
        " AND most_in_basket BETWEEN 2 AND 500 AND pairs_each BETWEEN 1 AND 100"
        " AND just_bought_days BETWEEN 0 AND 3660)",
        "Days are 1 to 3660, the largest basket has 2 to 500 products, a product 1 to "
        "100 pairs.",
    )

    @api.model
    def _ensure(self):
        """Give each company that has none its settings, which are the usual ones."""
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        known = self.with_context(active_test=False).search(
            [("company_id", "in", companies.ids)]
        )
        self.create(
            [{"company_id": company.id} for company in companies - known.company_id]
        )

    @api.model
    def _of(self, company):
        """The settings of a company or branch; the usual ones where it has none yet."""
        root = company.root_id
        settings = self.with_context(active_test=False).search_fetch(
            [("company_id", "=", root.id)],
            ["company_id", "active", "days", "just_bought_days"],
        )
        return settings.with_env(self.env) or self.new({"company_id": root.id})

    # ------------------------------------------------------------------ refreshing

    @api.model
    def _cron_refresh(self):
        """Find out for each company what is bought together, and by whom."""
        self._ensure()
        cron = self.env["ir.cron"]
        companies = self.search(
            [("active", "=", True)], order="refreshed_at NULLS FIRST, id"
        )
        cron._commit_progress(remaining=len(companies))
        for settings in companies:
            settings._refresh()
            if not cron._commit_progress(1):
                break

    def _refresh(self):
        """Refresh the pairs and favourites of one company.

        :return: number of rows that changed; False when another refresh is going on
        """
        self.ensure_one()
        begun = time.monotonic()
        if not self._lock():
            return False
        changed = self.env["loyalty.club.rfm.pair"]._refresh(self)
        changed += self.env["loyalty.club.rfm.favourite"]._refresh(self)
        domain = [("company_id", "=", self.company_id.id)]
        self.write(
            {
                "refreshed_at": fields.Datetime.now(),
                "pairs": self.env["loyalty.club.rfm.pair"].search_count(domain),
                "favourites": self.env["loyalty.club.rfm.favourite"].search_count(
                    domain
                ),
                "changed": changed,
                "seconds": time.monotonic() - begun,
            }
        )
        return changed

    def _lock(self):
        """Two refreshes of a company at once would only do the same twice."""
        self.env.cr.execute(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                self._table,
                self.company_id.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def action_refresh(self):
        """Ask for a refresh now; it is done in the background."""
        self.check_access("write")
        cron_sudo = self.env.ref("loyalty_club_rfm.cron_recommend").sudo()  # only woken
        cron_sudo._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "What is bought together is being found out anew. This takes "
                    "seconds for thousands of baskets, minutes for millions."
                ),
            },
        }
