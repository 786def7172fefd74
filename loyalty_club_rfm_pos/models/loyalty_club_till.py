from odoo import api, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.exceptions import ClubError

NEXT_BEST = 3
# Of what a till sends; a longer basket says no more about what goes with it.
LARGEST_BASKET = 100


class LoyaltyClubTill(models.AbstractModel):
    """What a till is told of a member: their segment, and what they may like next."""

    _inherit = "loyalty.club.till"

    def _summary(self, config, member, balances):
        pairs = self.env["loyalty.club.rfm.pair"]
        definition = self._rfm_definition(config)
        segment = pairs._segment_of(member.partner_id, definition)
        return {
            **super()._summary(config, member, balances),
            "segment": bool(segment) and {"name": segment.name, "color": segment.color},
            "next_best": self._next_best(config, definition, member.partner_id),
        }

    @api.model
    def _rfm_definition(self, config):
        # Cashiers have no rights on it; what they are told of it stands here.
        definitions_sudo = self.env["loyalty.club.rfm.definition"].sudo()
        return definitions_sudo._main(config.company_id)

    @api.model
    def _next_best(self, config, definition, partner, basket=None):
        rows = self.env["loyalty.club.rfm.pair"]._next_best(
            partner,
            limit=NEXT_BEST,
            basket=basket,
            company=config.company_id,
            definition=definition,
            only=self._sold_here(config),
        )
        names = ("product_id", "name", "kind", "because", "on", "why")
        return [{name: row[name] for name in names} for row in rows]

    @api.model
    def _sold_here(self, config):
        """SQL of a select of the products that this till may sell, as it loads them."""
        templates = self.env["product.template"]
        domain = templates._load_pos_data_domain({}, config)
        return SQL(
            "SELECT id FROM product_product WHERE product_tmpl_id IN %s",
            templates._search(domain, bypass_access=True).subselect(),
        )

    @api.model
    def recommendations(self, config_id, product_ids, partner_id=False):
        """What goes with a basket, and with what its customer bought before.

        :param product_ids: products of the basket
        :param partner_id: its customer, who need not be a member
        :return: list, the best first, as ``next_best`` of a member's summary
        :raises ClubError: invalid_payload
        """
        config, _club = self._club_of(config_id)
        if not isinstance(product_ids, list) or len(product_ids) > LARGEST_BASKET:
            raise ClubError("invalid_payload", "product_ids: must be a short list")
        ids = [self._id(product_id, "product_ids") for product_id in product_ids]
        partner = self.env["res.partner"]
        if partner_id:
            # Whom the cashier can't see has bought nothing that they are told.
            partner_id = self._id(partner_id, "partner_id")
            partner = partner.search([("id", "=", partner_id)])
        basket = self.env["product.product"].browse(ids)
        return self._next_best(config, self._rfm_definition(config), partner, basket)
