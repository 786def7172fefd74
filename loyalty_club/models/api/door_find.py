from decimal import Decimal
from fractions import Fraction

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.amounts import to_units
from ...engine.periods import day_bounds, period_start
from ...exceptions import ClubError
from ...facts import LineFacts, PurchaseFacts
from ...ledger import SCALE, Origin, units_from_scaled


class LoyaltyClub(models.Model):
    """From checked values to records and facts, and what the club allows with them."""

    _inherit = "loyalty.club"

    # ------------------------------------------------------------------ members

    def _door_member(self, text):
        return self.env["loyalty.club.member"]._find(self, text)

    def _door_kept(self, text):
        """A member whose person may be changed: not one who left or was erased."""
        member = self._door_member(text)
        if member.state == "left":
            raise ClubError("member_blocked", self.env._("This membership has ended."))
        return member

    def _door_active(self, text):
        member = self._door_member(text)
        if member.state != "active":
            raise ClubError(
                "member_blocked", self.env._("This membership is not active.")
            )
        return member

    # ------------------------------------------------------------------ limits

    def _door_hold(self, hold_id):
        domain = [
            ("id", "=", hold_id),
            ("club_id", "=", self.id),
            ("origin_model", "=", False),  # a till's belongs to its order
        ]
        if not self.env.user.has_group("loyalty_club.group_manager"):
            domain.append(("create_uid", "=", self.env.uid))
        hold = self.env["loyalty.club.hold"].search(domain)
        if not hold:
            self._door_refuse("hold", "is not known")
        return hold

    def _door_reason(self, code):
        companies = self.company_id.parent_ids
        reason = self.env["loyalty.club.reason"].search(
            [("code", "=", code), ("company_id", "in", (False, *companies.ids))],
            order="company_id",  # its own before the shared one
            limit=1,
        )
        if not reason or reason.direction == "take":
            self._door_refuse("reason", "is no code of a reason to give")
        return reason

    def _door_check_cap(self, units, account):
        """Count what the caller gives alone, and refuse what is too much."""
        if not self._cap_take(account, units):
            raise ClubError(
                "needs_approval",
                self.env._(
                    "You may give %(cap)s a day, of which %(left)s are left. A manager "
                    "of the club can post more, as an adjustment.",
                    cap=self._door_amount(self._cap(account), account),
                    left=self._door_amount(self._cap_left(account), account),
                ),
            )

    def _door_check_transfer(self, card_id, units, account):
        """Refuse more than the club lets a member give away, at once or in a month."""
        most, most_month = self.transfer_max, self.transfer_max_month
        digits = self._digits(account)
        if account != "points":
            most = to_units(self.transfer_max_money, digits)
            most_month = to_units(self.transfer_max_month_money, digits)
        given = units
        if most_month:
            given += self._door_transferred(card_id, digits)
        if (most and units > most) or (most_month and given > most_month):
            raise ClubError(
                "limit_exceeded",
                self.env._("The club doesn't let members give away so much."),
            )

    def _door_transferred(self, card_id, digits):
        """Units that an account gave away in the month of the club's calendar.

        Another transfer in the same second changes the account, so that the database
        refuses the later of the two, and Odoo runs it again.
        """
        month = period_start(self._today(), "month", self.calendar)
        start, _end = day_bounds(month, self.tz)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT round(COALESCE(-sum(amount), 0) * %s)::bigint
                  FROM loyalty_club_entry
                 WHERE card_id = %s AND kind = 'transfer' AND amount < 0 AND date >= %s
                """,
                10**SCALE,
                card_id,
                start,
            )
        )
        return units_from_scaled(rows[0][0], digits)

    # ------------------------------------------------------------------ places

    def _door_company(self):
        """Where the caller works, if the club serves that place; else its company."""
        company = self.env.company
        return company if self.company_id in company.parent_ids else self.company_id

    def _door_branch(self, text):
        """The branch that a purchase names, if the club and the caller have it."""
        companies = self.env["res.company"]
        if text:
            companies = companies.search(
                Domain("id", "child_of", self.company_id.id)
                & Domain("id", "child_of", self.env.companies.ids)
                & (Domain("name", "=", text) | Domain("company_registry", "=", text)),
                limit=1,
            )
        return companies or self._door_company()

    def _door_origin(self, **parts):
        return Origin(company_id=self._door_company().id, **parts)

    # ------------------------------------------------------------------ purchases

    def _door_moment(self, moment):
        """When it was: as the caller says, within the club's bound; or now.

        :raises ClubError: invalid_payload
        """
        if moment and self._is_too_late(moment):
            self._door_refuse(
                "date",
                f"is told too late: at most {self.late_days} days after it happened",
            )
        return moment or fields.Datetime.now()

    def _door_facts(self, purchase):
        """:class:`~..facts.PurchaseFacts` of a checked payload."""
        currency = purchase.get("currency")
        if currency and currency != self.currency_id.name:
            self._door_refuse("currency", "is not the club's")
        products = self._door_products(purchase["lines"])
        lines = [
            self._door_line(line, product)
            for line, product in zip(purchase["lines"], products, strict=True)
        ]
        if sum(line.total for line in lines) < 0:
            self._door_refuse("lines", "sum up to less than nothing: that is a return")
        return PurchaseFacts(
            source="door",
            key=purchase.get("uuid") or "quote",
            moment=self._door_moment(purchase.get("date")),
            lines=lines,
            channel=purchase.get("channel"),
            branch=purchase.get("branch"),
            company_id=self._door_branch(purchase.get("branch")).id,
            reference=purchase.get("reference"),
            payments=[
                {"method": payment["method"], "amount": format(payment["amount"], "f")}
                for payment in purchase.get("payments", ())
            ],
        )

    def _door_products(self, lines):
        """The product of each line, or an empty one for a line that has a name instead.

        One query, whatever the number of lines.
        """
        skus = [line["sku"] for line in lines if "sku" in line]
        ids = [line["product_id"] for line in lines if "product_id" in line]
        Product = self.env["product.product"].with_context(active_test=False)
        found = Product
        if skus or ids:
            found = Product.search_fetch(
                Domain("company_id", "in", (False, self.company_id.id))
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
            self._door_product(index, line, by_id, by_sku) or Product
            for index, line in enumerate(lines)
        ]

    def _door_product(self, index, line, by_id, by_sku):
        product = by_id.get(line.get("product_id")) or by_sku.get(line.get("sku", ""))
        if not product and "name" not in line:
            raise ClubError(
                "unknown_product",
                self.env._(
                    "The product of line %(line)s is not known, and no name is given.",
                    line=line["line"],
                ),
            )
        return product

    def _door_line(self, line, product):
        """:class:`~..facts.LineFacts` of a checked line."""
        quantity = line["quantity"]
        discount = line.get("discount", Decimal(0))
        price = line.get("unit_price")
        before = quantity * price if price is not None else line["total"]
        total = line.get("total", before * (100 - discount) / 100)
        units = self._door_units(total, "wallet", "total")
        untaxed = self._door_units(line.get("untaxed", total), "wallet", "untaxed")
        before_units = self._door_units(before, "wallet", "unit_price")
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
            cost=self._door_cost(product, quantity),
        )

    def _door_cost(self, product, quantity):
        """What the goods of a line cost, in units; None where it isn't known."""
        company = self.company_id
        price = product.with_company(company).standard_price
        if not price or company.currency_id != self.currency_id:
            return None
        return to_units(quantity * Decimal(repr(price)), self._digits("wallet"))
