"""Where facts come from: one :class:`Source` per kind of document, as pieces of SQL.

The pieces are put together by ``loyalty.club.rfm.fact``, for a few documents when they
are posted and for ranges of them when all are read, so both see the same.
"""

from dataclasses import dataclass

from odoo.tools import SQL


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of document.

    :param model: of the documents; facts name them by their ids
    :param documents: what may be a purchase or an unlinked return, a SELECT without
        WHERE from its table as ``doc`` and from ``company``, of ``id``, ``company_id``
        (the root), ``partner_id``, ``day`` (local), ``digits`` (of the company's
        currency), ``step`` (the smallest amount of the document's currency, in the
        company's) and whatever ``lines`` need
    :param qualifies: a condition on ``doc``: it is a purchase, or a return of its own
    :param lines: their lines and those of the returns that name them, a SELECT from
        ``document`` of ``document_id``, ``linked`` (of a return), ``product_id``,
        ``amount`` (untaxed, in the company's currency, negative for what comes back),
        ``goods`` (it sells something or takes it back) and ``quantity``
    :param originals: takes the SQL of an array of ids, returns a SELECT of these ids
        and of the documents that they return
    :param own_lines: ``lines`` of documents of which nothing came back, where somebody
        gathers such ones
    """

    model: str
    documents: SQL
    qualifies: SQL
    lines: SQL
    originals: object
    own_lines: SQL | None = None


# ---------------------------------------------------------------------- invoices

# A credit note may itself be reversed, and that again: all of them belong to the
# invoice at the root. In the invoice's own currency they count at its rate, so that
# crediting all of it leaves nothing whatever the rate has become.
INVOICE_DOCUMENTS = """
    SELECT doc.id, company.root_id AS company_id, doc.partner_id,
           doc.invoice_date AS day, company.digits, doc.currency_id,
           COALESCE(NULLIF(doc.invoice_currency_rate, 0), 1) AS rate,
           GREATEST(
               company.rounding,
               currency.rounding / COALESCE(NULLIF(doc.invoice_currency_rate, 0), 1)
           ) AS step
      FROM account_move AS doc
      JOIN company ON company.id = doc.company_id
      JOIN res_currency AS currency ON currency.id = doc.currency_id
"""
INVOICE_QUALIFIES = """
    doc.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
    AND doc.state = 'posted' AND doc.partner_id IS NOT NULL
    AND doc.reversed_entry_id IS NULL
"""
INVOICE_LINES = """
    SELECT tree.root_id AS document_id,
           tree.id <> tree.root_id AS linked,
           line.product_id,
           CASE WHEN tree.id = tree.root_id OR move.currency_id <> tree.currency_id
                THEN -line.balance
                ELSE -line.amount_currency / tree.rate
            END AS amount,
           line.balance * CASE move.move_type WHEN 'out_refund' THEN 1 ELSE -1 END > 0
               AND NOT %(prepaid)s AS goods,
           abs(line.quantity)
               * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS quantity
      FROM (
            WITH RECURSIVE tree AS (
                SELECT id AS root_id, id, currency_id, rate FROM document
                 UNION ALL
                SELECT tree.root_id, back.id, tree.currency_id, tree.rate
                  FROM tree
                  JOIN account_move AS back ON back.reversed_entry_id = tree.id
                 WHERE back.state = 'posted'
            )
            SELECT * FROM tree
           ) AS tree
      JOIN account_move AS move ON move.id = tree.id
      JOIN account_move_line AS line ON line.move_id = move.id
     WHERE line.display_type = 'product'
"""
INVOICE_ORIGINALS = """
    WITH RECURSIVE up AS (
        SELECT unnest(%s) AS id
         UNION
        SELECT move.reversed_entry_id
          FROM up
          JOIN account_move AS move ON move.id = up.id
         WHERE move.reversed_entry_id IS NOT NULL
    )
    SELECT id FROM up
"""


def invoices(has_prepaid):
    """Customer invoices, receipts and credit notes.

    :param has_prepaid: whether lines of invoices can be down payments: money for goods
        that a later invoice sells
    """
    prepaid = SQL("COALESCE(line.is_downpayment, FALSE)" if has_prepaid else "FALSE")
    return Source(
        model="account.move",
        documents=SQL(INVOICE_DOCUMENTS),
        qualifies=SQL(INVOICE_QUALIFIES),
        lines=SQL(INVOICE_LINES, prepaid=prepaid),
        originals=lambda ids: SQL(INVOICE_ORIGINALS, ids),
    )


# ---------------------------------------------------------------------- the API

# Purchases are in their club's currency. The rate is Odoo's: the company's own before
# one of all companies, the last one until that day, or else the first there is.
API_RATE = """
    SELECT rate.rate FROM res_currency_rate AS rate
     WHERE rate.currency_id = {currency}
       AND (rate.company_id = company.root_id OR rate.company_id IS NULL)
     ORDER BY rate.name > place.day, rate.company_id,
              CASE WHEN rate.name <= place.day THEN rate.name END DESC, rate.name
     LIMIT 1
"""
API_DOCUMENTS = """
    SELECT doc.id, company.root_id AS company_id, member.partner_id, place.day,
           company.digits, price.rate,
           GREATEST(company.rounding, currency.rounding / price.rate) AS step
      FROM loyalty_club_purchase AS doc
      JOIN company ON company.id = doc.company_id
      JOIN loyalty_club_member AS member ON member.id = doc.member_id
      JOIN res_currency AS currency ON currency.id = doc.currency_id
      CROSS JOIN LATERAL (
            SELECT (doc.date AT TIME ZONE 'UTC' AT TIME ZONE company.tz)::date AS day
           ) AS place
      CROSS JOIN LATERAL (
            SELECT CASE WHEN doc.currency_id = company.currency_id THEN 1
                   ELSE COALESCE(({of_purchase}), 1) / COALESCE(({of_company}), 1)
                    END AS rate
           ) AS price
""".format(
    of_purchase=API_RATE.format(currency="doc.currency_id"),
    of_company=API_RATE.format(currency="company.currency_id"),
)
API_QUALIFIES = """
    doc.source IN ('door', 'import') AND doc.kind = 'sale' AND doc.origin_id IS NULL
"""
# What undoes a return is recorded as a return of it.
API_LINES = """
    SELECT tree.root_id AS document_id, tree.id <> tree.root_id AS linked,
           line.product_id, line.untaxed / tree.rate AS amount,
           line.untaxed * tree.sign > 0 AS goods, line.quantity
      FROM (
            WITH RECURSIVE tree AS (
                SELECT id AS root_id, id, rate, 1 AS sign FROM document
                 UNION ALL
                SELECT tree.root_id, back.id, tree.rate, -tree.sign
                  FROM tree
                  JOIN loyalty_club_purchase AS back ON back.origin_id = tree.id
            )
            SELECT * FROM tree
           ) AS tree
      JOIN loyalty_club_purchase_line AS line ON line.purchase_id = tree.id
"""
API_ORIGINALS = """
    WITH RECURSIVE up AS (
        SELECT unnest(%s) AS id
         UNION
        SELECT purchase.origin_id
          FROM up
          JOIN loyalty_club_purchase AS purchase ON purchase.id = up.id
         WHERE purchase.origin_id IS NOT NULL
    )
    SELECT id FROM up
"""


def api():
    """Purchases that integrations and imports have recorded with the club."""
    return Source(
        model="loyalty.club.purchase",
        documents=SQL(API_DOCUMENTS),
        qualifies=SQL(API_QUALIFIES),
        lines=SQL(API_LINES),
        originals=lambda ids: SQL(API_ORIGINALS, ids),
    )
