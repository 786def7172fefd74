from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

READERS = "loyalty_club.group_desk,loyalty_club.group_auditor"
# Each field, and the column of ``loyalty.club.rfm.customer`` that it shows.
COLUMNS = {
    "rfm_segment_id": "segment_id",
    "rfm_code": "code",
    "rfm_overdue": "overdue",
}


class LoyaltyClubRfmScored(models.AbstractModel):
    """What the last run says of a customer, on the records that stand for them.

    Nothing is stored here: a night that moves a hundred thousand customers writes none
    of their contacts. Searches, groups and orders join the rows of the run instead.
    """

    _name = "loyalty.club.rfm.scored"
    _description = "Record with a segment"

    rfm_segment_id = fields.Many2one(
        "loyalty.club.rfm.segment",
        "Segment",
        compute="_compute_rfm",
        search="_search_rfm_segment_id",
        groups=READERS,
        help="As of the last run of the company's first definition.",
    )
    rfm_code = fields.Char(
        "R, F, M",
        compute="_compute_rfm",
        search="_search_rfm_code",
        groups=READERS,
        help="Scores of recency, frequency and money, from 1 to 5 each. Who looks for "
        "5 finds all that begin with it.",
    )
    rfm_overdue = fields.Boolean(
        "Overdue",
        compute="_compute_rfm",
        search="_search_rfm_overdue",
        groups=READERS,
        help="Stays away much longer than usual for this customer.",
    )
    rfm_color = fields.Integer(
        "Colour of the segment", related="rfm_segment_id.color", groups=READERS
    )

    def _rfm_row_id(self, alias):
        """``SQL`` of the id that the row of a record's customer has, if there is one.

        :param alias: of this model's table
        """
        raise NotImplementedError

    def _field_to_sql(self, alias, field_expr, query=None):
        column = COLUMNS.get(field_expr)
        if not column:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        if query is None:
            return SQL(
                "(SELECT %s FROM %s AS customer WHERE customer.id = %s)",
                SQL.identifier("customer", column),
                self.env["loyalty.club.rfm.customer"]._table_sql,
                self._rfm_row_id(alias),
            )
        return SQL.identifier(self._rfm_join(alias, query), column)

    def _rfm_join(self, alias, query):
        """Join the rows of the last run. :return: their alias"""
        customers = self.env["loyalty.club.rfm.customer"]._table_sql
        row = query.make_alias(alias, "rfm")
        is_his = SQL("%s = %s", SQL.identifier(row, "id"), self._rfm_row_id(alias))
        query.add_join("LEFT JOIN", row, customers, is_his)
        return row

    @api.depends_context("company")
    def _compute_rfm(self):
        stored = self._origin
        found = {}
        if stored:
            query = stored._as_query(ordered=False)
            row = stored._rfm_join(self._table, query)
            columns = [SQL.identifier(row, column) for column in COLUMNS.values()]
            rows = self.env.execute_query(
                query.select(SQL.identifier(self._table, "id"), *columns)
            )
            found = {id_: dict(zip(COLUMNS, row, strict=True)) for id_, *row in rows}
        for record in self:
            record.update(found.get(record._origin.id) or dict.fromkeys(COLUMNS, False))

    def _search_rfm_segment_id(self, operator, value):
        return self._search_rfm("rfm_segment_id", operator, value)

    def _search_rfm_code(self, operator, value):
        return self._search_rfm("rfm_code", operator, value)

    def _search_rfm_overdue(self, operator, value):
        return self._search_rfm("rfm_overdue", operator, value)

    def _search_rfm(self, name, operator, value):
        """The condition on the column that :meth:`_field_to_sql` joins."""
        return Domain.custom(
            to_sql=lambda model, alias, query: model._fields[name].condition_to_sql(
                name, operator, value, model, alias, query
            )
        )

    def action_explain_segment(self):
        """Why the customer is in their segment, in sentences."""
        self.ensure_one()
        definition, partner = self._rfm_explained()
        return definition._explain_action(partner)

    def _rfm_explained(self):
        """The definition that the fields read, and the contact that it scores."""
        raise NotImplementedError
