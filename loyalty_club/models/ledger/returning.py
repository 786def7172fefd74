from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ...engine import lots as engine
from ...ledger import SCALE, NewLot, Origin, Posting, units_from_scaled


class LoyaltyClubLedger(models.AbstractModel):
    """The way back: what a purchase earned, and what it had cost."""

    # A part of the model: taking and giving back.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    def _take_back(self, card_id, units, purchase_id, *, key=None, origin=None):
        """Take back what the lines of a purchase earned.

        Its own lots first, the waiting ones before the usable, then others; what was
        spent already becomes a debt or a negative balance, as the club's policy says.
        """
        account = self._lock_one(card_id)
        own, others = [], []
        for lot, lot_purchase_id in self._open_lots([account])[card_id]:
            (own if lot_purchase_id == purchase_id else others).append(lot)
        posting = self._taken(account, own, others, units)
        posting.key = key
        posting.origin = origin or Origin()
        return self._post([posting])

    def _quote_take_back(self, card_id, units, purchase_id):
        """What of these units, taken back now, the member would owe; writes nothing.

        :return: units
        """
        account = self._read_accounts([card_id])[card_id]
        own, others = [], []
        for lot, lot_purchase_id in self._open_lots([account])[card_id]:
            (own if lot_purchase_id == purchase_id else others).append(lot)
        back = engine.take_back(own, others, units, account.club.clawback)
        return back.debt + back.negative

    def _taken(self, account, own, others, units):
        back = engine.take_back(own, others, units, account.club.clawback)
        allocations = [(a.lot_id, a.units) for a in back.allocations]
        waiting = [(a.lot_id, a.units) for a in back.pending]
        posting = Posting(
            account,
            "return",
            amount=-sum(units for _lot, units in allocations) - back.negative,
            pending=-sum(units for _lot, units in waiting),
            debt=back.debt,
            allocations=waiting + allocations,
        )
        return account.record(posting)

    def _give_back(self, entry_ids, units, *, key=None, origin=None):
        """Give back ``units`` of what these entries of one account had spent.

        Lot by lot, last used first; a lot that has expired meanwhile is replaced by a
        fresh one with the club's days of grace. Where the member was merged into
        another since, it goes on to that one.

        :raises ValueError: more than the entries spent and haven't got back
        """
        consumed_by_entry = self._consumed(entry_ids)
        card_id = self.env["loyalty.club.entry"].browse(entry_ids[:1]).card_id.id
        account = self._lock_one(card_id)
        self._lapse([account])
        postings, asked = [], units
        for entry_id in sorted(consumed_by_entry, reverse=True):
            consumed = [
                engine.Consumed(lot_id, units_from_scaled(scaled, account.digits), day)
                for lot_id, scaled, day in consumed_by_entry[entry_id]
            ]
            part = min(units, sum(item.units for item in consumed))
            if part:
                units -= part
                postings += self._restored(account, consumed, part, entry_id, origin)
        if units:
            left = units_from_scaled(self._spent_left(entry_ids), account.digits)
            if asked > left:
                raise ValueError(f"{units} units more than were spent")
            postings += self._forgiven(account, entry_ids, units, origin)
        for index, posting in enumerate(postings):
            posting.key = key and f"{key}:{index}"
        return self._post(postings) + self._follow_merge(account)

    def _forgiven(self, account, entry_ids, units, origin):
        """The postings that give back what these entries had spent beyond the balance.

        What of it is still owed is owed no more; the rest was paid from later earnings
        and comes back as a fresh lot.
        """
        owed = min(units, account.debt)
        posting = Posting(
            account,
            "give_back",
            amount=units - owed,
            debt=-owed,
            origin=self._reversing(origin, entry_ids[0]),
        )
        if not posting.amount:
            return [account.record(posting)]
        today = account.club._today()
        lot = NewLot(
            posting.amount,
            available_on=today,
            expires_on=self._default_expiry(account, today),
        )
        posting.lots.append(lot)
        return self._settled(posting, [(lot, lot.units)])

    def _spent_left(self, entry_ids):
        """Ten-thousandths that these entries spent or made owed and weren't given back.

        Unlike the lots that they used (``_consumed``) this counts what a till spent
        beyond the balance as well.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT round(COALESCE(sum(debt - amount), 0) * %s)::bigint
                  FROM loyalty_club_entry
                 WHERE id = ANY(%s) OR (kind = 'give_back' AND reverses_id = ANY(%s))
                """,
                10**SCALE,
                list(entry_ids),
                list(entry_ids),
            )
        )
        return rows[0][0]

    def _follow_merge(self, account):
        """Carry what came back to a merged member on to the one they became."""
        member = self.env["loyalty.club.member"].browse(account.member_id)
        target = member.merged_into_id
        if not target:
            return []
        return self._move_account(account.id, self._account(target, account.kind))

    def _consumed(self, entry_ids):
        """What each spending entry still has of its lots, in the order of use.

        :return: dict of entry id to list of (lot id, ten-thousandths, expires on)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT spent.id, lot.id, round(sum(used.amount) * %(scale)s)::bigint,
                       lot.expires_on
                  FROM loyalty_club_entry AS spent
                  JOIN loyalty_club_entry AS entry
                    ON entry.id = spent.id OR entry.reverses_id = spent.id
                  JOIN loyalty_club_allocation AS used
                    ON used.entry_id = entry.id
                   AND (entry.id = spent.id OR used.amount < 0)
                  JOIN loyalty_club_lot AS lot ON lot.id = used.lot_id
                 WHERE spent.id = ANY(%(ids)s)
                 GROUP BY spent.id, lot.id, lot.expires_on
                HAVING sum(used.amount) > 0
                 ORDER BY spent.id, min(used.id)
                """,
                scale=10**SCALE,
                ids=list(entry_ids),
            )
        )
        consumed = defaultdict(list)
        for entry_id, lot_id, scaled, expires_on in rows:
            consumed[entry_id].append((lot_id, scaled, expires_on))
        return consumed

    def _restored(self, account, consumed, units, entry_id, origin):
        """The postings that give back units of one spending entry."""
        today = account.club._today()
        grace = account.club.give_back_grace_days
        plan = engine.restore(consumed, units, today, grace)
        posting = Posting(
            account,
            "give_back",
            amount=units,
            allocations=[(a.lot_id, -a.units) for a in plan.back],
            origin=self._reversing(origin, entry_id),
        )
        usable = [(a.lot_id, a.units) for a in plan.back]
        for fresh in plan.fresh:
            lot = NewLot(fresh.units, available_on=today, expires_on=fresh.expires_on)
            posting.lots.append(lot)
            usable.append((lot, lot.units))
            posting.allocations += self._moved_on(consumed, plan, fresh.units)
        return self._settled(posting, usable)

    @staticmethod
    def _reversing(origin, entry_id):
        origin = origin or Origin()
        return Origin(
            company_id=origin.company_id,
            purchase_id=origin.purchase_id,
            reverses_id=entry_id,
            model=origin.model,
            res_id=origin.res_id,
            reference=origin.reference,
        )

    @staticmethod
    def _moved_on(consumed, plan, units):
        """Restore expired lots and empty them again: their units live in a fresh one.

        Without this pair a later return would find them still consumed and give them
        back a second time.
        """
        open_lots = {a.lot_id for a in plan.back}
        pairs = []
        for item in reversed(consumed):
            part = min(item.units, units)
            if part and item.lot_id not in open_lots:
                pairs += [(item.lot_id, -part), (item.lot_id, part)]
                units -= part
        return pairs
