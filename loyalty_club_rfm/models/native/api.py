from odoo import models

from odoo.addons.loyalty_club.api import members, payloads, purchases
from odoo.addons.loyalty_club.api.call import public

_PRODUCT = payloads.record((), sku=payloads.text(128), product_id=payloads.whole(1))


def product(value, field):
    """A product by its sku or barcode, or by its id in Odoo."""
    found = _PRODUCT(value, field)
    if not found:
        raise payloads.Refused(field, "needs sku or product_id")
    return found


def recommendations(
    call,
    *,
    member: payloads.MEMBER,
    limit: payloads.whole(1, 20) = 5,
    basket: payloads.list_of(product, 100) = None,
):
    """Say what a member may like to buy next.

    :param basket: what they are about to buy, which goes with more
    :return: ``products``, the best first: ``product_id``, ``sku``, ``name``,
        ``score``, ``why``
    :raises ClubError: unknown_product
    """
    found = members.find(call.club, member)
    lines = [
        {"line": str(number), **item} for number, item in enumerate(basket or [], 1)
    ]
    rows = call.env["loyalty.club.rfm.pair"]._next_best(
        found.partner_id,
        limit=limit,
        basket=call.env["product.product"].union(
            *purchases.products_of(call.club, lines)
        ),
        company=call.club.company_id,
    )
    names = ("product_id", "sku", "name", "score", "why")
    return {"products": [{name: row[name] for name in names} for row in rows]}


def segment_moves(
    call,
    *,
    after: payloads.text(64) = None,
    limit: payloads.whole(1, 500) = 100,
):
    """A page of who went from which segment to which, in the club's company.

    :param after: the ``cursor`` of the page before; left out: from the beginning
    :return: ``moves``, and the ``cursor`` after them
    :raises ClubError: stale_cursor
    """
    Move = call.env["loyalty.club.rfm.move"]
    company = call.club.company_id.root_id
    moves, cursor = Move._moves_since(after, limit, [("company_id", "=", company.id)])
    members = call.env["loyalty.club.member"].search_fetch(
        [("club_id", "=", call.club.id), ("partner_id", "in", moves.partner_id.ids)],
        ["number", "partner_id"],
    )
    number_of = {member.partner_id: member.number for member in members}
    return {
        "moves": [
            {
                # As text: XML-RPC has no integers as large as these can get.
                "id": str(move.id),
                "day": move.day.isoformat(),
                "reason": move.reason,
                "definition": move.definition_id.name or False,
                "member": number_of.get(move.partner_id, False),
                "partner_id": move.partner_id.id,
                "from": _segment(move.from_segment_id),
                "to": _segment(move.to_segment_id),
            }
            for move in moves
        ],
        "cursor": cursor,
    }


def _segment(segment):
    return segment and {"code": segment.code, "name": segment.name} or False


class LoyaltyClub(models.Model):
    """What the API answers about products and segments."""

    # A part of the model's package: the calls of the API.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    recommendations = public(recommendations)
    segment_moves = public(segment_moves)
