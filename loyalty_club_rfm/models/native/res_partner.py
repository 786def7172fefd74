import json

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """A contact has the segment that the current company gives them.

    And is a customer of any snapshot, as a domain: the lists that screens open have
    pages, filters and export like any other, and nobody carries the ids of a million
    customers from the server to the browser and back.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "loyalty.club.rfm.scored"]

    rfm_place = fields.Char(
        "Place in a snapshot",
        store=False,
        search="_search_rfm_place",
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
        help="Used by the screens of segments.",
    )

    def _rfm_row_id(self, alias):
        definition = self.env["loyalty.club.rfm.definition"]._main()
        return definition._row_id(SQL.identifier(alias, definition._customer_column()))

    def _rfm_explained(self):
        return self.env["loyalty.club.rfm.definition"]._main(), self

    def _search_rfm_place(self, operator, value):
        """Who was where: the value is JSON, an object of

        - ``definition``: id
        - ``at``: list of lists of a day and conditions that all hold on it: an object
          of ``segment_id``, ``r``, ``f``, ``m``; null for who wasn't there
        """
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._rfm_place_domain(json.loads(text)) for text in value)

    def _rfm_place_domain(self, place):
        definition = self.env["loyalty.club.rfm.definition"].search(
            [("id", "=", int(place["definition"]))]
        )
        if not definition:
            return Domain.FALSE
        domain = Domain.TRUE
        for day, conditions in place["at"]:
            rows = definition._as_of(fields.Date.to_date(day))
            where = [
                SQL("%s IS NOT DISTINCT FROM %s", SQL.identifier(name), value)
                for name, value in (conditions or {}).items()
                if name in ("segment_id", "r", "f", "m")
            ]
            there = SQL(
                "(SELECT partner_id FROM %s place WHERE %s)",
                rows,
                SQL(" AND ").join(where) if where else SQL("TRUE"),
            )
            domain &= Domain("id", "in" if conditions is not None else "not in", there)
        return domain

    def unlink(self):
        """Without the contact there is no score; the database takes their facts."""
        ids = self.ids
        res = super().unlink()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_score_now AS score
                 USING loyalty_club_rfm_definition AS definition,
                       unnest(%s::integer[]) AS partner (id)
                 WHERE score.id = (definition.id::bigint << 32) | partner.id;
                DELETE FROM loyalty_club_rfm_move WHERE partner_id = ANY(%s)
                """,
                ids,
                ids,
            )
        )
        return res
