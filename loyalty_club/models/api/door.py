from odoo import models

from ... import payloads
from ...engine.amounts import to_units
from ...engine.earning import trace_to_json
from ...exceptions import ClubError
from .door_answer import utc
from .door_call import door


class LoyaltyClub(models.Model):
    """The integrators' door; docs/api.md has the contract, and an example of each call.

    In the methods here ``self`` is the club, as superuser (see ``door``). All of them
    can raise ``invalid_payload``, and those with a ``member`` ``unknown_member`` and
    ``ambiguous_member``.
    """

    _inherit = "loyalty.club"

    # ------------------------------------------------------------------ members

    @door(key="key")
    def enroll(
        self,
        *,
        mobile: payloads.text(64) = None,
        name: payloads.text(128) = None,
        email: payloads.text(254) = None,
        birthdate: payloads.birthday = None,
        gender: payloads.GENDER = None,
        referral_code: payloads.MEMBER = None,
        identifiers: payloads.IDENTIFIERS = None,
        tags: payloads.TAGS = None,
        consent: payloads.CONSENT = None,
    ):
        """Make a person a member and welcome him, or find that he is one already.

        :return: member summary, and ``created``
        """
        member, created = self.env["loyalty.club.member"]._enrol(
            self,
            {
                "mobile": mobile,
                "name": name,
                "email": email,
                "birthdate": birthdate,
                "gender": gender,
                "referral_code": referral_code,
                "identifiers": identifiers,
                "tags": tags,
                "consent": consent,
            },
            how="door",
        )
        if created:
            member._welcome()
        return member, {**self._door_summary(member), "created": created}

    @door
    def member_get(self, *, member: payloads.MEMBER):
        """:return: member summary"""
        return self._door_summary(self._door_member(member))

    @door(key="key")
    def member_update(
        self,
        *,
        member: payloads.MEMBER,
        mobile: payloads.text(64) = None,
        name: payloads.text(128) = None,
        email: payloads.text(254) = None,
        birthdate: payloads.birthday = None,
        gender: payloads.GENDER = None,
        identifiers: payloads.IDENTIFIERS = None,
        tags: payloads.TAGS = None,
        consent: payloads.CONSENT = None,
    ):
        """Change what is given of a person; the rest stays.

        :return: member summary
        """
        found = self._door_kept(member)
        found._update(
            {
                "mobile": mobile,
                "name": name,
                "email": email,
                "birthdate": birthdate,
                "gender": gender,
                "identifiers": identifiers,
                "tags": tags,
                "consent": consent,
            },
            source="door",
        )
        return found, self._door_summary(found)

    @door(key="key")
    def member_erase(self, *, member: payloads.MEMBER, reason: payloads.prose(256)):
        """Forget a person for good; their ledger stays, without a name.

        Also one who has left. Who was erased already is so once more.

        :return: ``erased`` and ``kept``: lists of what
        """
        found = self._door_member(member)
        return found, found._erase(reason)

    # ------------------------------------------------------------------ purchases

    @door
    def purchase_quote(self, *, purchase: payloads.QUOTED):
        """Say what a purchase would earn; nothing is written.

        :return: award
        """
        member = self._door_active(purchase["member"])
        facts = self._door_facts(purchase)
        award = self.env["loyalty.club.purchase"]._award(self, member, facts)
        pending_until = self._pending_until(self._day(facts.moment))
        return self._door_award(
            award.points,
            award.status_points,
            pending_until if pending_until > self._today() else None,
            trace_to_json(award.trace),
        )

    @door(key="uuid")
    def purchase_record(self, *, purchase: payloads.PURCHASE):
        """Record a paid purchase and give what it earns.

        :return: ``uuid``, ``award``, ``entries``, ``balances``
        """
        member = self._door_active(purchase["member"])
        facts = self._door_facts(purchase)
        recorded = self.env["loyalty.club.purchase"]._record(self, member, facts)
        return member, {
            "uuid": recorded.key,
            "award": self._door_award(
                recorded.points,
                recorded.status_points,
                recorded.pending_until,
                recorded.trace or (),
            ),
            **self._door_moved(member, self._door_entries_of(recorded).ids),
        }

    @door(key="key")
    def purchase_return(
        self,
        *,
        uuid: payloads.KEY,
        lines: payloads.return_lines = None,
        date: payloads.moment = None,
    ):
        """Return lines of a purchase, or all that is left of it.

        :return: ``uuid``, ``taken_back`` (points), ``given_back`` (amount by account),
            ``entries``, ``balances``
        """
        sale = self.env["loyalty.club.purchase"].search(
            [
                ("club_id", "=", self.id),
                ("source", "=", "door"),
                ("kind", "=", "sale"),
                ("key", "=", uuid),
            ]
        )
        if not sale:
            raise ClubError(
                "unknown_purchase", self.env._("No purchase has this uuid.")
            )
        back = sale._return(
            lines and {line["line"]: line["quantity"] for line in lines},
            source="door",
            key=self.env.context["loyalty_club_call"][1],
            moment=self._door_moment(date),
        )
        entries = self._door_entries_of(back)
        return sale.member_id, {
            "uuid": uuid,
            "taken_back": self._door_amount(-to_units(back.points, 0), "points"),
            "given_back": self._door_given_back(entries),
            **self._door_moved(sale.member_id, entries.ids),
        }

    # ------------------------------------------------------------------ spending

    @door(key="key")
    def hold_create(
        self,
        *,
        member: payloads.MEMBER,
        account: payloads.ACCOUNT,
        amount: payloads.POSITIVE,
        seconds: payloads.whole(1, 86400) = 900,
        reference: payloads.REFERENCE = None,
    ):
        """Set an amount aside for a basket that is being paid.

        :return: ``hold``, ``expires_at``, ``balances``
        :raises ClubError: member_blocked, insufficient_balance
        """
        found = self._door_member(member)
        ledger = self.env["loyalty.club.ledger"]
        hold = ledger._hold(
            ledger._account(found, account),
            self._door_positive(amount, account),
            seconds,
            key=self._door_key(),
            reference=reference,
            company=self._door_company(),
        )
        return found, {
            "hold": hold.id,
            "expires_at": utc(hold.expires_at),
            "balances": self._door_balances(found),
        }

    @door(key="key")
    def hold_capture(
        self, *, hold: payloads.whole(1), amount: payloads.POSITIVE = None
    ):
        """Spend what was set aside, or less; the rest is free again.

        :return: ``entries``, ``balances``
        :raises ClubError: hold_expired, hold_closed, limit_exceeded, member_blocked
        """
        found = self._door_hold(hold)
        account = found.card_id.club_account
        entry_ids = self.env["loyalty.club.ledger"]._capture(
            found,
            amount and self._door_positive(amount, account),
            key=self._door_key(),
        )
        return found.member_id, self._door_moved(found.member_id, entry_ids)

    @door(key="key")
    def hold_release(self, *, hold: payloads.whole(1)):
        """Give up what was set aside.

        :return: ``entries`` (none), ``balances``
        :raises ClubError: hold_expired, hold_closed
        """
        found = self._door_hold(hold)
        self.env["loyalty.club.ledger"]._release_hold(found)
        return found.member_id, self._door_moved(found.member_id)

    @door(key="key")
    def spend(
        self,
        *,
        member: payloads.MEMBER,
        account: payloads.ACCOUNT,
        amount: payloads.POSITIVE,
        reference: payloads.REFERENCE = None,
    ):
        """Spend at once; ``reference`` is the uuid of the purchase it pays for.

        :return: ``entries``, ``balances``
        :raises ClubError: member_blocked, insufficient_balance
        """
        found = self._door_member(member)
        ledger = self.env["loyalty.club.ledger"]
        entry_ids = ledger._spend(
            ledger._account(found, account),
            self._door_positive(amount, account),
            key=self._door_key(),
            origin=self._door_origin(reference=reference),
        )
        return found, self._door_moved(found, entry_ids)

    # ------------------------------------------------------------------ giving

    @door(key="key")
    def top_up(
        self,
        *,
        member: payloads.MEMBER,
        amount: payloads.POSITIVE,
        reference: payloads.REFERENCE = None,
    ):
        """Put money that the member paid into their wallet.

        An integration tells what a till or bank took in; anybody else posts up to
        their cap, like an adjustment.

        :return: ``entries``, ``balances``
        :raises ClubError: member_blocked, needs_approval
        """
        found = self._door_active(member)
        units = self._door_positive(amount, "wallet")
        if not self.env.user.has_group("loyalty_club.group_integration"):
            self._door_check_cap(units, "wallet")
        ledger = self.env["loyalty.club.ledger"]
        entry_ids = ledger._grant(
            ledger._account(found, "wallet"),
            units,
            "top_up",
            key=self._door_key(),
            origin=self._door_origin(reference=reference),
        )
        return found, self._door_moved(found, entry_ids)

    @door(key="key")
    def grant(
        self,
        *,
        member: payloads.MEMBER,
        account: payloads.ACCOUNT,
        amount: payloads.POSITIVE,
        reason: payloads.text(64),
        note: payloads.prose(256) = None,
        expires_on: payloads.day = None,
    ):
        """Give a member something for a reason, up to the caller's cap.

        :return: ``entries``, ``balances``
        :raises ClubError: member_blocked, needs_approval
        """
        found = self._door_active(member)
        units = self._door_positive(amount, account)
        reason = self._door_reason(reason)
        if expires_on and expires_on < self._today():
            self._door_refuse("expires_on", "lies in the past")
        self._door_check_cap(units, account)
        ledger = self.env["loyalty.club.ledger"]
        entry_ids = ledger._grant(
            ledger._account(found, account),
            units,
            "bonus",
            key=self._door_key(),
            expires_on=expires_on,
            origin=self._door_origin(reason_id=reason.id, reference=note),
        )
        return found, self._door_moved(found, entry_ids)

    @door(key="key")
    def transfer(
        self,
        *,
        member: payloads.MEMBER,
        to_member: payloads.MEMBER,
        account: payloads.ACCOUNT,
        amount: payloads.POSITIVE,
    ):
        """Move an amount from one member to another; it keeps its expiry.

        :return: ``entries`` of both, ``balances`` of the giver
        :raises ClubError: member_blocked, insufficient_balance, limit_exceeded
        """
        giver, taker = self._door_active(member), self._door_active(to_member)
        if giver == taker:
            self._door_refuse("to_member", "is the same member")
        units = self._door_positive(amount, account)
        ledger = self.env["loyalty.club.ledger"]
        from_card_id = ledger._account(giver, account)
        self._door_check_transfer(from_card_id, units, account)
        entry_ids = ledger._transfer(
            from_card_id,
            ledger._account(taker, account),
            units,
            key=self._door_key(),
            origin=self._door_origin(),
        )
        return giver, self._door_moved(giver, entry_ids)

    # ------------------------------------------------------------------ reading

    @door
    def statement(
        self,
        *,
        member: payloads.MEMBER,
        account: payloads.ACCOUNT = None,
        after: payloads.whole(0) = 0,
        limit: payloads.whole(1, 500) = 100,
    ):
        """A page of a member's entries, of one account or of all.

        :return: ``entries``, oldest first, of which each has its ``trace``
        """
        found = self._door_member(member)
        domain = [("member_id", "=", found.id), ("id", ">", after)]
        if account:
            domain.append(("account", "=", account))
        else:
            self._door_settle(found)
        entries = self.env["loyalty.club.entry"].search(domain, order="id", limit=limit)
        return {"entries": self._door_statement(entries)}
