from odoo import api, models
from odoo.exceptions import UserError

from ...engine.amounts import decimal, to_units


class ProductProduct(models.Model):
    # A part of the model: what programs need.
    _inherit = "product.product"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        if not vals.get("active", True) and not self.env.su:
            self.filtered("active")._club_refuse_end()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_club(self):
        self.with_context(active_test=False)._club_refuse_end()

    def _club_cost(self, club, quantity, company, day):
        """What pieces of this product cost the company that sold them.

        :param quantity: Decimal, of the product's own unit
        :param day: of the rate, where the company's currency isn't the club's
        :return: units of the club's money; None where nobody keeps a cost
        """
        price = self.with_company(company).standard_price
        if not price:
            return None
        cost = company.currency_id._convert(
            float(decimal(price) * quantity), club.currency_id, company, day
        )
        return to_units(cost, club._digits("wallet"))

    def _club_refuse_end(self):
        """Keep what wallets are loaded with, and what rewards are booked on.

        What is archived already (``active_test``) needs its product no more.

        :raises UserError: a club's program needs one of these products
        """
        if not self.ids:
            return
        # Whoever keeps products may not read programs.
        loading_sudo = (
            self.env["loyalty.rule"]
            .sudo()
            .search(
                [
                    ("program_id.club_account", "=", "wallet"),
                    ("product_ids", "in", self.ids),
                ],
                limit=1,
            )
        )
        rewards_sudo = (
            self.env["loyalty.reward"]
            .sudo()
            .search(
                [
                    ("program_id.club_id", "!=", False),
                    ("discount_line_product_id", "in", self.ids),
                ],
                limit=1,
            )
        )
        program_sudo = loading_sudo.program_id or rewards_sudo.program_id
        if program_sudo:
            raise UserError(
                self.env._(
                    "%(program)s needs this product: it can't be archived or deleted.",
                    program=program_sudo.name,
                )
            )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_club(self):
        self.with_context(active_test=False).product_variant_ids._club_refuse_end()
