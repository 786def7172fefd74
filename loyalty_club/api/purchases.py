"""Calls about purchases, and the facts of the purchases that they tell of."""

from decimal import Decimal
from fractions import Fraction

from odoo import fields
from odoo.fields import Domain

from ..engine.amounts import to_units
from ..exceptions import ClubError
from ..facts import LineFacts, PurchaseFacts
from . import answers, members, payloads
from .call import company_of, refuse
from .spending import check_cap


def purchase_quote(call, *, purchase: payloads.QUOTED):
    """Say what a purchase would earn; nothing is written.

    :return: award
    """
    member = members.active(call.club, purchase["member"])
    facts = _facts(call.club, purchase)
    Purchase = call.env["loyalty.club.purchase"]
    award = Purchase._award(call.club, member, facts)
    pending_until = call.club._pending_until(call.club._day(facts.moment))
    return answers.award(
        call.club,
        award.points,
        award.status_points,
        pending_until if pending_until > call.club._today() else None,
        Purchase._trace_of(call.club, award),
        {account: sum(units.values()) for account, units in award.accounts.items()},
    )


def purchase_record(call, *, purchase: payloads.PURCHASE):
    """Record a paid purchase and give what it earns.

    An integration tells what was sold; anybody else gives up to their cap, like an
    adjustment.

    :return: ``uuid``, ``award``, ``entries``, ``balances``
    """
    member = members.active(call.club, purchase["member"])
    facts = _facts(call.club, purchase)
    recorded = call.env["loyalty.club.purchase"]._record(call.club, member, facts)
    if not call.env.user.has_group("loyalty_club.group_integration"):
        check_cap(call.club, to_units(recorded.points, 0), "points")
    return member, {
        "uuid": recorded.key,
        "award": answers.award(
            call.club,
            recorded.points,
            recorded.status_points,
            recorded.pending_until,
            recorded.trace or (),
            recorded._awarded(),
        ),
        **answers.moved(call.club, member, answers.entries_of(call.club, recorded).ids),
    }


def purchase_return(
    call,
    *,
    uuid: payloads.KEY,
    lines: payloads.return_lines = None,
    date: payloads.moment = None,
):
    """Return lines of a purchase, or all that is left of it.

    :return: ``uuid``, ``taken_back`` (points), ``taken`` and ``given_back`` (amounts
        by account), ``entries``, ``balances``
    """
    sale = call.env["loyalty.club.purchase"].search(
        [
            ("club_id", "=", call.club.id),
            ("source", "=", "door"),
            ("kind", "=", "sale"),
            ("key", "=", uuid),
        ]
    )
    if not sale:
        raise ClubError("unknown_purchase", call.env._("No purchase has this uuid."))
    back = sale._return(
        lines and {line["line"]: line["quantity"] for line in lines},
        source="door",
        key=call.key,
        moment=_moment(call.club, date),
    )
    entries = answers.entries_of(call.club, back)
    return sale.member_id, {
        "uuid": uuid,
        "taken_back": answers.amount_of(call.club, -to_units(back.points, 0), "points"),
        "taken": answers.by_account(
            call.club,
            -to_units(back.points, 0),
            {account: -units for account, units in back._awarded().items()},
        ),
        "given_back": answers.given_back(call.club, entries),
        **answers.moved(call.club, sale.member_id, entries.ids),
    }


# ---------------------------------------------------------------------- facts


def _moment(club, moment):
    """When it was: as the caller says, within the club's bound; or now.

    :raises ClubError: invalid_payload
    """
    if moment and club._is_too_late(moment):
        refuse(
            "date",
            f"is told too late: at most {club.late_days} days after it happened",
        )
    return moment or fields.Datetime.now()


def _branch(club, text):
    """The branch that a purchase names, if the club and the caller have it."""
    companies = club.env["res.company"]
    if text:
        companies = companies.search(
            Domain("id", "child_of", club.company_id.id)
            & Domain("id", "child_of", club.env.companies.ids)
            & (Domain("name", "=", text) | Domain("company_registry", "=", text)),
            limit=1,
        )
    return companies or company_of(club)


def _facts(club, purchase):
    """:class:`~..facts.PurchaseFacts` of a checked payload."""
    currency = purchase.get("currency")
    if currency and currency != club.currency_id.name:
        refuse("currency", "is not the club's")
    products = products_of(club, purchase["lines"])
    company = _branch(club, purchase.get("branch"))
    moment = _moment(club, purchase.get("date"))
    day = club._day(moment)
    lines = [
        _line(club, line, product, company, day)
        for line, product in zip(purchase["lines"], products, strict=True)
    ]
    if sum(line.total for line in lines) < 0:
        refuse("lines", "sum up to less than nothing: that is a return")
    return PurchaseFacts(
        source="door",
        key=purchase.get("uuid") or "quote",
        moment=moment,
        lines=lines,
        channel=purchase.get("channel"),
        branch=purchase.get("branch"),
        company_id=company.id,
        reference=purchase.get("reference"),
        payments=[
            {"method": payment["method"], "amount": format(payment["amount"], "f")}
            for payment in purchase.get("payments", ())
        ],
    )


def products_of(club, lines):
    """The product of each line, or an empty one for a line that has a name instead.

    One query, whatever the number of lines.
    """
    skus = [line["sku"] for line in lines if "sku" in line]
    ids = [line["product_id"] for line in lines if "product_id" in line]
    Product = club.env["product.product"].with_context(active_test=False)
    found = Product
    if skus or ids:
        found = Product.search_fetch(
            Domain("company_id", "in", (False, club.company_id.id))
            & (
                Domain("id", "in", ids)
                | Domain("default_code", "in", skus)
                | Domain("barcode", "in", skus)
            ),
            ["default_code", "barcode", "standard_price"],
            order="active DESC, id",
        )
    by_id = {product.id: product for product in found}
    by_sku = {}
    for field in ("default_code", "barcode"):
        for product in found:
            by_sku.setdefault(product[field], product)
    return [
        _product(club, index, line, by_id, by_sku) or Product
        for index, line in enumerate(lines)
    ]


def _product(club, index, line, by_id, by_sku):
    product = by_id.get(line.get("product_id")) or by_sku.get(line.get("sku", ""))
    if not product and "name" not in line:
        raise ClubError(
            "unknown_product",
            club.env._(
                "The product of line %(line)s is not known, and no name is given.",
                line=line["line"],
            ),
        )
    return product


def _line(club, line, product, company, day):
    """:class:`~..facts.LineFacts` of a checked line, sold by a company on a day."""
    quantity = line["quantity"]
    discount = line.get("discount", Decimal(0))
    price = line.get("unit_price")
    before = quantity * price if price is not None else line["total"]
    total = line.get("total", before * (100 - discount) / 100)
    units = answers.units_of(club, total, "wallet", "total")
    untaxed = answers.units_of(club, line.get("untaxed", total), "wallet", "untaxed")
    before_units = answers.units_of(club, before, "wallet", "unit_price")
    return LineFacts(
        key=line["line"],
        quantity=quantity,
        total=units,
        untaxed=untaxed,
        total_before_discount=before_units,
        untaxed_before_discount=(
            round(Fraction(before_units * untaxed, units)) if units else untaxed
        ),
        product_id=product.id or None,
        name=line.get("name"),
        category=line.get("category"),
        unit_price=price if price is not None else Decimal(0),
        discount=discount,
        cost=product._club_cost(club, quantity, company, day),
    )
