from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.rights import raised

# What a club's guards at a till go by: whose members it serves, whose holds it shares,
# and where its cards are read.
GUARDED = {"club_id", "club_box_ip", "club_box_reader", "trusted_config_ids"}


class PosConfig(models.Model):
    _inherit = "pos.config"

    club_id = fields.Many2one(
        "loyalty.club",
        string="Loyalty club",
        domain="[('company_id', 'parent_of', company_id)]",
        help="The club whose members this till serves. Empty: the shop's first club.",
    )
    club_box_ip = fields.Char(
        string="Card reader's box",
        help="Address of the IoT box, or of the computer, that the card reader is "
        "connected to, with its port where it isn't the usual one.",
    )
    club_box_reader = fields.Char(
        string="Card reader",
        default="device",
        help="The reader's identifier on the box; “device” is the first one it has.",
    )

    def write(self, vals):
        """Odoo lets who sells write tills; they would choose their own guards.

        At a till of another club a refund takes nothing back.
        """
        if (
            not self.env.su
            and GUARDED & vals.keys()
            and not self.env.user.has_group("point_of_sale.group_pos_manager")
        ):
            raise AccessError(
                self.env._("A till's club, trust and reader are its manager's to set.")
            )
        return super().write(vals)

    def _club(self):
        """The club that this till serves, with all rights; empty when there is none."""
        self.ensure_one()
        # Cashiers have no rights in the club; what a till may do is decided here.
        config_sudo = raised(self)
        if club := config_sudo.club_id:
            ours = club.company_id in config_sudo.company_id.parent_ids
            return club.filtered("active") if ours else club.browse()
        return config_sudo.env["loyalty.club"].search_fetch(
            [("company_id", "parent_of", config_sudo.company_id.id)], limit=1
        )

    @api.model
    def _club_till(self, config_id):
        """The till that an RPC call names, if its caller may work at it now.

        :raises AccessError: the caller sells nowhere, or not there
        :raises ClubError: invalid_payload when the till is closed
        """
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only people who sell may ask this."))
        config = self.search([("id", "=", self._club_id(config_id, "config_id"))])
        if not config:
            raise AccessError(self.env._("This till isn't yours."))
        if not config.current_session_id:
            raise ClubError(
                "invalid_payload", self.env._("config_id: this till is closed")
            )
        return config

    @api.model
    def _club_id(self, value, field):
        """An id that a client sent, if it can be one.

        :raises ClubError: invalid_payload
        """
        if type(value) is not int or not 0 < value < 2**31:
            raise ClubError("invalid_payload", f"{field}: must be an id")
        return value

    def _club_holds_domain(self, club, uuid):
        """The holds of an order: made at this till, or at one that shares its orders.

        A reference alone proves nothing: an integration may use the same one.
        """
        self.ensure_one()
        # Whom a till trusts is nothing that its cashier may read of the others.
        own_sudo = self.sudo()
        tills = (
            own_sudo
            | own_sudo.trusted_config_ids
            | own_sudo.search([("trusted_config_ids", "in", own_sudo.ids)])
        )
        return Domain(
            [
                ("club_id", "=", club.id),
                ("reference", "=", uuid),
                ("origin_model", "=", self._name),
                ("origin_id", "in", tills.ids),
            ]
        )

    # ------------------------------------------------------------------ loading

    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read:
            read[0]["_club"] = config._club_policy()
            # The first member founds the club: what it will give is told before.
            clubs = self.env["loyalty.club"].with_company(config.company_id)
            read[0]["_club_first_welcome"] = clubs._first_welcome()
        return read

    def get_limited_partners_loading(self, offset=0):
        """As Odoo's: who bought most often comes first, the others follow by name.

        Other addons add to Odoo's list, a country's final consumer for example: they
        are asked, and Odoo itself for none.
        """
        found = self._club_first_customers(offset)
        others = self.with_context(club_first_customers=True)
        added = super(PosConfig, others).get_limited_partners_loading(offset)
        return found + [row for row in added if row not in found]

    def _get_limited_partner_count(self):
        if self.env.context.get("club_first_customers"):
            return 0
        return super()._get_limited_partner_count()

    def _club_first_customers(self, offset):
        """Rows of one id each.

        Odoo sorts all customers each time that a till opens, and members are many.
        Those who never bought are as good in the order of the index on their names.
        """
        limit = self._get_limited_partner_count()
        return self.env.execute_query(
            SQL(
                """
                WITH bought AS (
                    SELECT partner_id, count(*) AS orders FROM pos_order
                     WHERE partner_id IS NOT NULL GROUP BY partner_id
                ), known AS (
                    SELECT partner.id, bought.orders, partner.name
                      FROM bought
                      JOIN res_partner AS partner ON partner.id = bought.partner_id
                     WHERE partner.company_id = %(company)s
                        OR partner.company_id IS NULL
                ), others AS (
                    SELECT id, 0::bigint AS orders, name FROM res_partner
                     WHERE (company_id = %(company)s OR company_id IS NULL)
                       AND id NOT IN (SELECT partner_id FROM bought)
                     ORDER BY name LIMIT %(enough)s
                )
                SELECT id FROM (TABLE known UNION ALL TABLE others) AS customer
                 ORDER BY orders DESC, name LIMIT %(limit)s OFFSET %(offset)s
                """,
                company=self.company_id.id,
                enough=limit + offset,
                limit=limit,
                offset=offset,
            )
        )

    def _club_policy(self):
        """What a till has to know of its club; nothing in it grows with the members.

        :return: dict of plain values, or False without a club
        """
        club = self._club()
        if not club:
            return False
        programs = club.program_ids
        points = club._program("points")
        digits = club.currency_id.decimal_places
        return {
            "id": club.id,
            "name": club.name,
            "calendar": club.calendar,
            "currency_digits": digits,
            "consents": self.env["loyalty.club.consent"]
            ._fields["channel"]
            ._description_selection(self.env),
            "mobile_prefix": f"+{club._country().phone_code or ''}",
            "programs": {program.club_account: program.id for program in programs},
            "tiers": [self._club_tier(tier) for tier in club._tiers()],
            "spend": {
                "share": club.spend_share,
                "least": club.spend_least,
                "step": club.spend_step,
            },
            "confirm": {"points": club.confirm_points, "money": club.confirm_money},
            "can_block": self.env.user.has_group("loyalty_club.group_desk"),
            # Who sells can't set a PIN: they could spend by it.
            "can_set_pin": self.env.user.has_group("loyalty_club.group_manager"),
            "rewards": {
                reward.id: reward.club_tier_ids.mapped("code")
                for reward in programs.reward_ids
                if reward.club_tier_ids
            },
            "earning": self._club_earning(points),
            "excluded": self._club_excluded(club),
            "welcome": {"points": club.welcome_points, "credit": club.welcome_credit},
        }

    @api.model
    def _club_tier(self, tier):
        return {
            "code": tier.code,
            "name": tier.name,
            "color": tier.color,
            "icon": tier.icon,
            "multiplier": tier.multiplier,
        }

    def _club_earning(self, program):
        """The rules that earn, as a till needs them for its estimate."""
        if not (program.active and program.pos_ok):
            return []
        rules = program.rule_ids.filtered(
            lambda rule: rule.mode == "auto" and not rule._club_unsound_number()
        )
        return [
            {
                "id": rule.id,
                "mode": rule.club_mode,
                "rate": float(rule._club_rate()),
                "products": None if rule.any_product else rule.valid_product_ids.ids,
                "excluded": rule._club_excluded_products().ids,
                "tax": rule.club_base_tax,
                "discount": rule.club_base_discount,
                "rounding": rule.club_rounding,
                "multiplied": rule.club_multiplied,
                "cap": rule.club_cap_purchase,
                "tiers": rule.club_tier_ids.mapped("code"),
                "least_qty": rule.minimum_qty,
                "least_amount": rule.minimum_amount,
                "least_tax": rule.minimum_amount_tax_mode,
                "step": rule.club_per_amount if rule._club_step() else 0,
                "full_price": rule.club_full_price,
            }
            for rule in rules
        ]

    def _club_excluded(self, club):
        """Products that never earn: what loads a wallet or gift card, and tips."""
        products = club.env["loyalty.club.purchase"]._unearning_products(club)
        return (products | self.tip_product_id.with_env(club.env)).ids
