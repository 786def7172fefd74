from odoo import api, fields, models
from odoo.exceptions import UserError

from ...amounts import AMOUNT
from ...engine.amounts import scaled
from ...engine.tiering import TierRule
from ...rights import check_finite

# Only the publishing wizard holds this object, and no RPC call can send one: rules
# that already rank members can't change behind the preview.
PUBLISH = object()
RULES = {"threshold", "active", "club_id"}


class LoyaltyClubTier(models.Model):
    """A level of membership, reached at a threshold of the club's measure."""

    _name = "loyalty.club.tier"
    _inherit = ["loyalty.club.watched"]
    _description = "Club Tier"
    _club_proposed = frozenset({"club_id"})
    _order = "club_id, threshold, id"
    _check_company_auto = True

    club_id = fields.Many2one(
        "loyalty.club", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="club_id.company_id", store=True)
    currency_id = fields.Many2one(related="club_id.currency_id")
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    active = fields.Boolean(default=True)
    color = fields.Integer(default=0)
    icon = fields.Selection(
        [
            ("fa-certificate", "Rosette"),
            ("fa-star", "Star"),
            ("fa-trophy", "Trophy"),
            ("fa-diamond", "Diamond"),
            ("fa-heart", "Heart"),
            ("fa-leaf", "Leaf"),
        ],
        default="fa-certificate",
        required=True,
    )
    threshold = fields.Float(
        required=True,
        help="The measure from which the tier is deserved: status points, money or "
        "visits, as the club counts.",
        **AMOUNT,
    )
    multiplier = fields.Float(
        digits=(6, 3),
        default=1,
        help="Points of a purchase are multiplied by this: 1.5 gives half as much "
        "again.",
    )
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    welcome_points = fields.Integer(help="Given once when a member reaches the tier.")
    birthday_points = fields.Integer()
    member_ids = fields.One2many("loyalty.club.member", "tier_id")
    member_count = fields.Integer(compute="_compute_member_count")

    _code_uniq = models.UniqueIndex(
        "(club_id, code)", "Two tiers of a club can't have the same code."
    )
    _threshold_uniq = models.UniqueIndex(
        "(club_id, threshold) WHERE active",
        "Two tiers of a club can't have the same threshold.",
    )
    _values_positive = models.Constraint(
        """CHECK (threshold >= 0 AND multiplier > 0 AND welcome_points >= 0
            AND birthday_points >= 0)""",
        "Threshold and bonuses can't be negative, and the multiplier must be positive.",
    )

    def _compute_member_count(self):
        counts = dict(
            self.env["loyalty.club.member"]._read_group(
                [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
            )
        )
        for tier in self:
            tier.member_count = counts.get(tier, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_finite(self, vals)
        tiers = super().create(vals_list)
        tiers._check_published()
        return tiers

    def write(self, vals):
        check_finite(self, vals)
        if RULES & vals.keys():
            self._check_published()
        return super().write(vals)

    def unlink(self):
        self._check_published()
        return super().unlink()

    def _check_published(self):
        """Rules that rank members change through the preview only."""
        if self.env.context.get("loyalty_club_publish") is PUBLISH:
            return
        if self.env["loyalty.club.member"].search_count(
            [("club_id", "in", self.club_id.ids), ("tier_id", "!=", False)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Members already have tiers. Open the club and use “Change tier "
                    "rules”, which shows who would move before anything changes."
                )
            )

    def _rules(self):
        """These tiers, given lowest first, as the engine wants them.

        Thresholds are integers of the measure's ten-thousandth: what ``AMOUNT`` holds.
        """
        return [
            TierRule(code=str(tier.id), threshold=scaled(tier.threshold))
            for tier in self
        ]
