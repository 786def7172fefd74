import logging
from contextlib import contextmanager, nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.loyalty_club.amounts import AMOUNT
from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.exceptions import spoken
from odoo.addons.loyalty_club.ledger import Origin
from odoo.addons.loyalty_club.rights import raised

from ... import answers
from .payment import TOGETHER

_logger = logging.getLogger(__name__)

# What settling an order reads of its member: all of it with the search.
SETTLED_BY = (
    "partner_id",
    "club_id",
    "merged_into_id",
    "state",
    "number",
    "tier_id",
    "joined_on",
    "last_purchase_at",
    "qualified",
    "qualified_from",
    "qualified_until",
)


class PosOrder(models.Model):
    """Members earn and spend in the transaction that makes their order paid.

    Whatever made it paid (a till, a kiosk, a payment online, the back office) ends in
    ``action_pos_order_paid``, and so in ``_club_settle``, which reads what was bought,
    returned and spent from the saved order. What a client says of points counts for
    nothing. An order is settled once: ``club_receipt`` says that it was, and the keys
    of its purchase and entries are made of its uuid.
    """

    _inherit = "pos.order"

    club_receipt = fields.Json(
        readonly=True,
        copy=False,
        help="What the club did for this order, as its receipt tells it.",
    )
    club_exception_ids = fields.One2many(
        "loyalty.club.till.exception",
        "order_id",
        string="Club exceptions",
        readonly=True,
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
    )

    club_points = fields.Float(
        compute="_compute_club_points",
        help="Points that the order earned, less those that it took back.",
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
        **AMOUNT,
    )

    # Not a client's to say, be it in an order that a till sends or by a plain call.
    _CLUB_OWN = ("club_receipt", "club_exception_ids")

    @api.depends("club_receipt")
    def _compute_club_points(self):
        for order in self:
            told = order.club_receipt or {}
            order.club_points = told.get("earned", 0) - told.get("taken_back", 0)

    def action_open_club_purchases(self):
        self.ensure_one()
        purchases = self.env["loyalty.club.purchase"].search(
            [("source", "=", "pos"), ("key", "=", self.uuid)]
        )
        return purchases._get_records_action(name=self.env._("Club purchases"))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._club_without_own(vals) for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            self._club_check_write(vals)
        orders = self
        if "payment_ids" in vals:
            orders = self.with_context(club_payments=TOGETHER)
        res = super(PosOrder, orders).write(self._club_without_own(vals))
        if "payment_ids" in vals:
            self._club_follow_payments()
        if vals.get("state") == "cancel":
            # Who may cancel an order needs no right on accounts.
            raised(self)._club_let_go()
        return res

    def unlink(self):
        raised(self)._club_let_go()  # as above
        return super().unlink()

    @api.model
    def _club_without_own(self, vals):
        if self.env.su:
            return vals
        return {k: v for k, v in vals.items() if k not in self._CLUB_OWN}

    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        # Cashiers have no right on members or accounts; the club follows their orders.
        raised(self)._club_settle()
        return res

    # ------------------------------------------------------------------ settling

    def _club_settle(self):
        """Bring the club in line with this order, which has just been paid."""
        self.ensure_one()
        club = self.config_id._club()
        if not club or self.club_receipt:
            return
        holds = self._club_open_holds(club)
        member = self._club_member(club)
        if not (member or holds or self._club_concerned(club)):
            return
        told = self._club_nothing_yet(member)
        if club._is_too_late(self.date_order):
            message = self.env._(
                "The order says that it is of %(day)s: it counts as of now.",
                day=format_date(self.env, self.date_order.date()),
            )
            self._club_except("late", club, member, message=message)
        paid = False
        with self._club_guarded(club, member, writes=False):
            self._club_check_lines()
            paid = True
        if any(line.refunded_orderline_id or line.qty < 0 for line in self.lines):
            with self._club_guarded(club, member):
                self._club_settle_refunds(club, told, paid)
        if holds or any(self.lines.mapped("is_reward_line")):
            with self._club_guarded(club, member):
                self._club_settle_spending(club, member, holds, told)
        if paid:
            self._club_settle_gains(club, member, told)
        self.club_receipt = self._club_told(club, member, told)

    def _club_settle_gains(self, club, member, told):
        """Give what the order gives, if what came in for it is enough."""
        unearning, facts = self._club_unearning(club), None
        loads = self._club_loads(club, unearning)
        with self._club_guarded(club, member, writes=False):
            claimed = self._club_facts(club, unearning)
            self._club_check_gains(club, claimed, loads)
            facts = claimed
        if not facts:
            return
        if loads:
            with self._club_guarded(club, member):
                self._club_settle_top_up(club, loads, told)
        if facts.lines and member.state == "active":
            with self._club_guarded(club, member):
                self._club_settle_earning(club, member, facts, told)

    def _club_concerned(self, club):
        """Whether an order without a member moves anything of a club."""
        return any(
            line.refunded_orderline_id
            or line.coupon_id.club_id
            or line._club_loading_rule(club)
            for line in self.lines
        )

    def _club_member(self, club):
        """The member who buys: see ``_buyers`` of members."""
        Member = self.env["loyalty.club.member"]
        customer = (self.partner_id, self.partner_id.commercial_partner_id)
        buyers = Member._buyers(club, [customer], names=SETTLED_BY)
        return buyers[customer].get(club, Member)

    @contextmanager
    def _club_guarded(self, club, member, writes=True):
        """Let the sale go on when the club refuses, and list it for a manager.

        The customer has paid and has their goods: an order that can't be saved would
        help nobody.

        :param writes: whether there may be something to undo
        """
        try:
            with self.env.cr.savepoint() if writes else nullcontext():
                yield
        except (UserError, ValueError) as error:
            _logger.info("The club did not follow %s", self, exc_info=True)
            self._club_except("refused", club, member, message=spoken(str(error)))

    def _club_except(self, kind, club, member, account=None, units=0, message=""):
        """List something for the manager of the club."""
        digits = club._digits(account) if account else 0
        self.env["loyalty.club.till.exception"].create(
            {
                "kind": kind,
                "club_id": club.id,
                "company_id": self.company_id.id,
                "order_id": self.id,
                "user_id": (self.user_id or self.env.user).id,
                "member_id": member.id,
                "account": account,
                "amount": units / 10**digits,
                "message": message,
            }
        )

    def _club_settle_earning(self, club, member, facts, told):
        Purchase = self.env["loyalty.club.purchase"]
        purchase, entry_ids = Purchase._record_posted(club, member, facts)
        told["earned"] = to_units(purchase.points, 0)
        told["pending_until"] = fields.Date.to_string(purchase.pending_until) or False
        # What was owed is paid by an entry of its own.
        if len(entry_ids) > 1:
            told["paid_off"] = self._club_paid_off(purchase)

    def _club_paid_off(self, purchase):
        """What of the points that a purchase earned was taken for what was owed."""
        [(debt,)] = self.env["loyalty.club.entry"]._read_group(
            [
                ("purchase_id", "=", purchase.id),
                ("debt", "<", 0),
                # What waited and pays later is none of the sale's, and has no key.
                ("key", "!=", False),
            ],
            [],
            ["debt:sum"],
        )
        return {"points": to_units(-debt, 0)} if debt else {}

    def _club_origin(self, **parts):
        return Origin(
            company_id=self.company_id.id,
            model=self._name,
            res_id=self.id,
            reference=self.uuid,
            **parts,
        )

    # ------------------------------------------------------------------ the receipt

    def _club_nothing_yet(self, member):
        """What the steps of settling add to, in units; see ``_club_told``."""
        return {
            "earned": 0,
            "pending_until": False,
            "taken_back": 0,
            "spent": {},
            "given_back": {},
            "topped_up": 0,
            "paid_off": {},
            "tier_before": member.tier_id,
        }

    def _club_told(self, club, member, told):
        """What the till shows and prints: plain values, in the accounts' own units."""
        before = told.pop("tier_before")
        told["topped_up"] = answers.amount(club, "wallet", told["topped_up"])
        for part in ("spent", "given_back"):
            told[part] = {
                account: answers.amount(club, account, units)
                for account, units in told[part].items()
            }
        # Those of this order as it was saved: nothing is asked where there are none.
        messages = self.club_exception_ids.sorted("id", reverse=True)
        balances = member and self.env["loyalty.club.ledger"]._balances(member)
        moved_up = member.tier_id != before and (
            member.tier_id.threshold > before.threshold if before else member.tier_id
        )
        return {
            **told,
            "balance": {
                account: answers.amount(club, account, balance["available"])
                for account, balance in (balances or {}).items()
            },
            "owed": {
                account: answers.amount(club, account, balance["owed"])
                for account, balance in (balances or {}).items()
                if balance["owed"]
            },
            "tier": member.tier_id.name or False,
            "tier_up": bool(moved_up),
            "number": member.number or False,
            "exceptions": messages.mapped("message"),
        }
