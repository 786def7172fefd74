from odoo import models

from odoo.addons.loyalty_club import payloads
from odoo.addons.loyalty_club.models.loyalty_club_door_call import door

_PRODUCT = payloads.record((), sku=payloads.text(128), product_id=payloads.whole(1))


def product(value, field):
    """A product by its sku or barcode, or by its id in Odoo."""
    found = _PRODUCT(value, field)
    if not found:
        raise payloads.Refused(field, "needs sku or product_id")
    return found


class LoyaltyClub(models.Model):
    """What the door answers about products; see ``door`` in ``loyalty_club``."""

    _inherit = "loyalty.club"

    @door
    def recommendations(
        self,
        *,
        member: payloads.MEMBER,
        limit: payloads.whole(1, 20) = 5,
        basket: payloads.list_of(product, 100) = None,
    ):
        """Say what a member may like to buy next.

        :param basket: what he is about to buy, which goes with more
        :return: ``products``, the best first: ``product_id``, ``sku``, ``name``,
            ``score``, ``why``
        :raises ClubError: unknown_product
        """
        found = self._door_member(member)
        lines = [
            {"line": str(number), **item} for number, item in enumerate(basket or [], 1)
        ]
        rows = self.env["loyalty.club.rfm.pair"]._next_best(
            found.partner_id,
            limit=limit,
            basket=self.env["product.product"].union(*self._door_products(lines)),
            company=self.company_id,
        )
        told = ("product_id", "sku", "name", "score", "why")
        return {"products": [{name: row[name] for name in told} for row in rows]}
