from dataclasses import dataclass
from datetime import date, datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.periods import day_bounds, local_day


@dataclass(frozen=True)
class Window:
    """Whose purchases, and since when.

    :param company_ids: the root company and its branches
    :param day: the first day, in the company's time zone
    :param start: that day's midnight as naive UTC
    :param partner_ids: only these customers; None for everybody, anonymous ones too
    """

    company_ids: list
    day: date
    start: datetime
    partner_ids: list | None = None


class LoyaltyClubRfmBasket(models.AbstractModel):
    """What was bought together, from the documents of all sources, as SQL.

    A basket is a document: what came back of it, by a refund that says which document
    it returns, isn't in it; a refund itself is no basket.
    """

    _name = "loyalty.club.rfm.basket"
    _description = "What was bought together"

    @api.model
    def _window(self, company, days, partners=None):
        """The last ``days`` days of a root company, today included."""
        first = self._first_day(company, days)
        start, _end = day_bounds(first, self._tz(company))
        ids = partners.ids if partners is not None else None
        return Window(self._family(company).ids, first, start, ids)

    @api.model
    def _first_day(self, company, days):
        today = local_day(fields.Datetime.now(), self._tz(company))
        return today - timedelta(days=days - 1)

    @api.model
    def _tz(self, company):
        return company.sudo().rfm_tz or "UTC"  # a setting that everybody is bound by

    @api.model
    def _family(self, company):
        """The company and its branches, also those that the caller isn't in."""
        companies_sudo = self.env["res.company"].sudo()
        return companies_sudo.search([("id", "child_of", company.root_id.id)])

    # ------------------------------------------------------------------ what was bought

    @api.model
    def _bought(self, window):
        """A row for each product of each basket.

        :return: SQL of a select with ``basket``, ``partner_id``, ``product_id`` and
            ``sold_at`` (UTC)
        """
        return SQL(
            """
            SELECT basket, product_id, min(partner_id) AS partner_id,
                   min(sold_at) AS sold_at
              FROM (%s) AS line
             GROUP BY basket, product_id
            HAVING sum(quantity) > 0
            """,
            SQL(" UNION ALL ").join(self._sources(window)),
        )

    @api.model
    def _sources(self, window):
        """One select for each kind of document: ``basket``, ``partner_id``,
        ``sold_at``, ``product_id`` and ``quantity``, which is negative for what came
        back. A basket's number ends in two bits that tell the kind: 0 for invoices,
        1 for integrations, and so on.
        """
        return [self._invoiced(window), self._reported(window)]

    @api.model
    def _of_partners(self, column, window):
        if window.partner_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", SQL.identifier(*column), window.partner_ids)

    @api.model
    def _invoices(self, window):
        """Condition on the invoices ``sale`` that are purchases of the window."""
        return SQL(
            """
            sale.company_id = ANY(%s) AND sale.invoice_date >= %s
            AND sale.state = 'posted'
            AND sale.move_type IN ('out_invoice', 'out_receipt') AND %s
            """,
            window.company_ids,
            window.day,
            self._of_partners(("sale", "partner_id"), window),
        )

    @api.model
    def _invoiced(self, window):
        # An invoice has a date only: noon is that date in most time zones.
        return SQL(
            """
            SELECT sale.id::bigint << 2 AS basket, sale.partner_id,
                   sale.invoice_date + time '12:00' AS sold_at, line.product_id,
                   line.quantity
              FROM account_move AS sale
              JOIN account_move_line AS line ON line.move_id = sale.id
             WHERE %(invoices)s
               AND line.product_id IS NOT NULL AND line.display_type = 'product'
             UNION ALL
            SELECT sale.id::bigint << 2, sale.partner_id,
                   sale.invoice_date + time '12:00', line.product_id, -line.quantity
              FROM account_move AS sale
              JOIN account_move AS back ON back.reversed_entry_id = sale.id
              JOIN account_move_line AS line ON line.move_id = back.id
             WHERE %(invoices)s
               AND back.state = 'posted' AND back.move_type = 'out_refund'
               AND line.product_id IS NOT NULL AND line.display_type = 'product'
            """,
            invoices=self._invoices(window),
        )

    @api.model
    def _reported(self, window):
        """What integrations reported; other purchases mirror documents of Odoo."""
        return SQL(
            """
            SELECT sale.id::bigint << 2 | 1, member.partner_id, sale.date,
                   line.product_id,
                   line.quantity - COALESCE(line.returned_quantity, 0)
              FROM loyalty_club_purchase AS sale
              JOIN loyalty_club_member AS member ON member.id = sale.member_id
              JOIN loyalty_club_purchase_line AS line ON line.purchase_id = sale.id
             WHERE sale.company_id = ANY(%s) AND sale.date >= %s
               AND sale.kind = 'sale' AND sale.source IN ('door', 'import')
               AND line.product_id IS NOT NULL AND %s
            """,
            window.company_ids,
            window.start,
            self._of_partners(("member", "partner_id"), window),
        )

    # ------------------------------------------------------------------ what is goods

    @api.model
    def _goods(self, window):
        """Products that can be recommended: goods that the company sells now.

        :return: SQL of a select with ``id``
        """
        return SQL(
            """
            SELECT product.id
              FROM product_product AS product
              JOIN product_template AS template
                ON template.id = product.product_tmpl_id
             WHERE product.active AND template.active AND template.sale_ok
               AND template.type <> 'service'
               AND (template.company_id IS NULL OR template.company_id = ANY(%s))
               AND product.id NOT IN (%s)
            """,
            window.company_ids,
            SQL(" UNION ALL ").join(self._no_goods()),
        )

    @api.model
    def _no_goods(self):
        """Products that stand for something else: rewards, and what loads a wallet."""
        return [
            SQL(
                """
                SELECT discount_line_product_id FROM loyalty_reward
                 WHERE discount_line_product_id IS NOT NULL
                """
            ),
            SQL(
                """
                SELECT loaded.product_product_id
                  FROM loyalty_rule_product_product_rel AS loaded
                  JOIN loyalty_rule AS rule ON rule.id = loaded.loyalty_rule_id
                  JOIN loyalty_program AS program ON program.id = rule.program_id
                 WHERE program.program_type IN ('ewallet', 'gift_card')
                """
            ),
        ]
