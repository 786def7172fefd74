"""Till orders as facts; see ``loyalty_club_rfm/sources.py``."""

from odoo.tools import SQL

from odoo.addons.loyalty_club_rfm.sources import Source

# A till turns the sign of all amounts of a refund round before it sends them, the back
# office doesn't: only price and quantity say which way a line goes.
AMOUNT = """
    CASE WHEN {line}.price_unit * {line}.qty < 0 THEN -1 ELSE 1 END
    * abs({line}.price_subtotal)
"""

DOCUMENTS = """
    SELECT doc.id, company.root_id AS company_id, doc.partner_id,
           (doc.date_order AT TIME ZONE 'UTC' AT TIME ZONE company.tz)::date AS day,
           company.digits, doc.account_move AS invoice_id, config.tip_product_id,
           config.currency_id,
           doc.amount_total - doc.amount_tax AS untaxed,
           COALESCE(NULLIF(doc.currency_rate, 0), 1) AS rate,
           GREATEST(
               company.rounding,
               currency.rounding / COALESCE(NULLIF(doc.currency_rate, 0), 1)
           ) AS step
      FROM pos_order AS doc
      JOIN company ON company.id = doc.company_id
      JOIN pos_config AS config ON config.id = doc.config_id
      JOIN res_currency AS currency ON currency.id = config.currency_id
"""
QUALIFIES = "doc.state IN ('paid', 'done') AND doc.partner_id IS NOT NULL"

# Tips aren't the price of anything.
OWN_LINES = """
    SELECT line.order_id AS document_id, FALSE AS linked, line.product_id,
           {sold} / document.rate AS amount, {sold} > 0 AS goods, line.qty AS quantity
      FROM document
      JOIN pos_order_line AS line ON line.order_id = document.id
     WHERE line.refunded_orderline_id IS NULL
       AND line.product_id IS DISTINCT FROM document.tip_product_id
""".format(sold=AMOUNT.format(line="line"))

# Three kinds of lines: those sold, those of refunds that name one of them (at the rate
# of the sale, so that refunding all of it leaves nothing), and those of credit notes
# that accounting wrote for the invoice of the order.
LINES = """
    {own_lines}
     UNION ALL
    SELECT line.order_id, TRUE, back.product_id,
           {back} / CASE WHEN config.currency_id = document.currency_id
                         THEN document.rate
                         ELSE COALESCE(NULLIF(refund.currency_rate, 0), 1)
                     END,
           {back} < 0, back.qty
      FROM document
      JOIN pos_order_line AS line ON line.order_id = document.id
      JOIN pos_order_line AS back ON back.refunded_orderline_id = line.id
      JOIN pos_order AS refund ON refund.id = back.order_id
      JOIN pos_config AS config ON config.id = refund.config_id
     WHERE refund.state IN ('paid', 'done')
       AND line.product_id IS DISTINCT FROM document.tip_product_id
     UNION ALL
    SELECT document.id, TRUE, line.product_id,
           -line.amount_currency / document.rate * part.share,
           line.amount_currency > 0, -abs(line.quantity) * part.share
      FROM document
      JOIN account_move AS note ON note.reversed_entry_id = document.invoice_id
      JOIN account_move_line AS line ON line.move_id = note.id
      CROSS JOIN LATERAL (
            SELECT CASE WHEN sum(sold.amount_total - sold.amount_tax) = 0
                        THEN 1.0 / count(*)
                        ELSE document.untaxed
                             / sum(sold.amount_total - sold.amount_tax)
                    END AS share
              FROM pos_order AS sold
             WHERE sold.account_move = document.invoice_id
           ) AS part
     WHERE note.state = 'posted' AND note.move_type = 'out_refund'
       AND line.display_type = 'product'
       AND NOT EXISTS (SELECT FROM pos_order AS till WHERE till.account_move = note.id)
""".format(own_lines=OWN_LINES, back=AMOUNT.format(line="back"))

ORIGINALS = """
    SELECT unnest(%(ids)s) AS id
     UNION
    SELECT sold.order_id
      FROM pos_order_line AS line
      JOIN pos_order_line AS sold ON sold.id = line.refunded_orderline_id
     WHERE line.order_id = ANY(%(ids)s)
"""


def till_orders():
    """Orders of tills that were paid, invoiced or not."""
    return Source(
        model="pos.order",
        documents=SQL(DOCUMENTS),
        qualifies=SQL(QUALIFIES),
        lines=SQL(LINES),
        own_lines=SQL(OWN_LINES),
        originals=lambda ids: SQL(ORIGINALS, ids=ids),
    )
