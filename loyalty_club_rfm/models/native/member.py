from odoo import models
from odoo.tools import SQL


class LoyaltyClubMember(models.Model):
    """A member has the segment that their club's definition gives them.

    Or that of the club's company, where the club has none of its own. One list shows
    members of several companies: each of them has the segment of their own.
    """

    _name = "loyalty.club.member"
    _inherit = ["loyalty.club.member", "loyalty.club.rfm.scored"]

    def _rfm_definitions(self):
        """Dict of club to its definition."""
        definitions = self.env["loyalty.club.rfm.definition"]
        of_club, of_company = {}, {}
        for definition in definitions.search([("active", "=", True)]):
            of_company.setdefault(definition.company_id, definition)
            of_club.setdefault(definition.club_id, definition)
        clubs = self.env["loyalty.club"].search([("active", "in", (True, False))])
        found = {
            club: of_club.get(club) or of_company.get(club.company_id.root_id)
            for club in clubs
        }
        return {club: definition for club, definition in found.items() if definition}

    def _rfm_row_id(self, alias):
        cases = [
            SQL(
                "WHEN %s THEN %s",
                club.id,
                definition._row_id(self._rfm_customer(alias, definition)),
            )
            for club, definition in self._rfm_definitions().items()
        ]
        if not cases:
            return SQL("NULL")
        club_id = SQL.identifier(alias, "club_id")
        return SQL("(CASE %s %s END)", club_id, SQL(" ").join(cases))

    def _rfm_customer(self, alias, definition):
        partner_id = SQL.identifier(alias, "partner_id")
        if definition._customer_column() == "id":
            return partner_id
        return SQL(
            "(SELECT commercial_partner_id FROM res_partner WHERE id = %s)", partner_id
        )

    def _rfm_explained(self):
        definitions = self._rfm_definitions()
        none = self.env["loyalty.club.rfm.definition"]
        return definitions.get(self.club_id, none), self.partner_id
