from odoo import fields, models

from ...engine.money_size import is_known, money_size


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _club_size(self, company):
        """About one euro in this currency, as a round amount (int).

        1 euro, 100 yen, 100,000 rial: what rules, gifts and limits of a new club are
        counted in. Known currencies have theirs by their code; others by the rates that
        ``company`` keeps, or else 1.
        """
        self.ensure_one()
        if is_known(self.name):
            return money_size(self.name)
        return money_size(self.name, self._club_per_euro(company))

    def _club_per_euro(self, company):
        """How many of this currency are a euro or a dollar by rates; None unknown."""
        references = self.env["res.currency"].with_context(active_test=False)
        references = references.search([("name", "in", ("EUR", "USD"))], order="name")
        # Whoever founds a club may not read rates.
        for reference_sudo in (references - self).sudo():
            pair_sudo = self.sudo() | reference_sudo
            if all(c.rate_ids or c == company.currency_id for c in pair_sudo):
                rates = pair_sudo._get_rates(company, fields.Date.today())
                return rates[self.id] / rates[reference_sudo.id]
        return None
