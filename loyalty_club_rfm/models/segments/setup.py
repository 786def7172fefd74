from odoo import api, models
from odoo.tools import SQL


class LoyaltyClubRfmDefinition(models.Model):
    """A definition for who has none, and where a definition's customers are."""

    _inherit = "loyalty.club.rfm.definition"

    @api.model
    def _found(self, companies):
        """See to it that each of these companies has a definition, with our defaults.

        One that is archived is somebody's decision, and counts.

        :return: the definitions that were made
        """
        had = self.with_context(active_test=False).search(
            [("company_id", "in", companies.root_id.ids)]
        )
        made = self.create(
            [
                {"name": self.env._("All customers"), "company_id": company.id}
                for company in companies.root_id - had.company_id
            ]
        )
        made._name_in_all_languages()
        return made

    def _name_in_all_languages(self):
        """The name that we gave, as people of other languages would have given it."""
        for code, _name in self.env["res.lang"].get_installed():
            localized = self.with_context(lang=code)
            localized.name = localized.env._("All customers")

    def _customer_column(self):
        """The column of a contact that tells under whom the last run counted him."""
        parameters = self.last_run_id.version_id.parameters or {}
        by_company = parameters.get("customer_by") == "company"
        return "commercial_partner_id" if by_company else "id"

    def _row_id(self, partner):
        """``SQL`` of the id of a customer's row; without definition, of none.

        :param partner: ``SQL`` of the id of the contact that is scored
        """
        return SQL("(%s::bigint << 32 | %s)", self.id or 0, partner)
