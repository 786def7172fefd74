from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import lots as engine
from ...ledger import NewLot, Origin, Posting


@dataclass(slots=True)
class Opening:
    """What a native card had, in units of the account that takes it over.

    ``expires_on`` is the card's own last day; None leaves it to the club's policy.
    """

    card_id: int
    account_id: int
    units: int
    expires_on: date | None = None


class LoyaltyClubLedger(models.AbstractModel):
    """Many accounts at once: a bounded number of statements, whatever their number."""

    # A part of the model: opening many accounts.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _accounts(self, members, kind):
        """The accounts of members of one club, made where they are missing.

        :return: dict of member id to the id of its ``loyalty.card``
        """
        if not members:
            return {}
        # Native programs are closed to most of the club's staff.
        program = members.club_id.sudo()._program(kind)
        member_of = {member.partner_id.id: member.id for member in members}
        card_of = self._find_accounts(program, member_of)
        missing = {p: m for p, m in member_of.items() if p not in card_of}
        if missing:
            self._create_accounts(program, missing)
            card_of |= self._find_accounts(program, missing)
        return {member_of[partner]: card_id for partner, card_id in card_of.items()}

    def _find_accounts(self, program, member_of):
        """The accounts in a program that are there already.

        :param member_of: dict of partner id to member id, or to None
        :return: dict of partner id to the id of their account
        """
        Card = self.env["loyalty.card"]
        Card.flush_model(["program_id", "partner_id", "member_id", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, id, member_id FROM loyalty_card
                 WHERE program_id = %s AND partner_id = ANY(%s) AND active
                   AND club_id IS NOT NULL
                """,
                program.id,
                list(member_of),
            )
        )
        for partner_id, card_id, owner_id in rows:
            if not owner_id and (member_id := member_of[partner_id]):
                # A native flow opened it before this customer became a member.
                Card.browse(card_id).sudo().write({"member_id": member_id})
        return {partner_id: card_id for partner_id, card_id, _owner in rows}

    def _create_accounts(self, program, member_of):
        # By SQL, as two tills may do it in the same second: the one that comes late
        # gets a serialization failure, is retried by Odoo and finds the account.
        Card = self.env["loyalty.card"]
        self.env.execute_query(
            SQL(
                """
                INSERT INTO loyalty_card
                       (program_id, club_id, company_id, partner_id, member_id, code,
                        points, club_pending, club_debt, active,
                        create_uid, create_date, write_uid, write_date)
                SELECT %(program)s, %(club)s, %(company)s, new.partner_id,
                       new.member_id, new.code, 0, 0, 0, true,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(partners)s::int[], %(members)s::int[],
                              %(codes)s::text[])
                       AS new (partner_id, member_id, code)
                    ON CONFLICT DO NOTHING
                RETURNING id
                """,
                program=program.id,
                club=program.club_id.id,
                company=program.company_id.id or None,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                partners=list(member_of),
                members=list(member_of.values()),
                codes=[Card._generate_code() for _partner in member_of],
            )
        )
        Card.invalidate_model()
        self.env["loyalty.club.member"].invalidate_model(["card_ids"])

    @api.model
    def _open(self, openings):
        """Give accounts what native cards had: a lot for each, or a negative balance.

        What was below zero goes first, so that the other cards of the same customer
        pay for it. Both leave the native balance what it was.

        :param openings: list of :class:`Opening`, none of them zero
        """
        accounts = self._lock({opening.account_id for opening in openings})
        self._lapse(accounts.values())
        usable = {
            card_id: [
                (lot.id, lot.remaining)
                for lot in engine.spending_order(lot for lot, _purchase in found)
                if not lot.pending
            ]
            for card_id, found in self._open_lots(list(accounts.values())).items()
        }
        postings = []
        owing_first = sorted(openings, key=lambda item: (item.units > 0, item.card_id))
        for opening in owing_first:
            account = accounts[opening.account_id]
            key = f"opening:{opening.card_id}"
            origin = Origin()
            if opening.card_id != opening.account_id:
                origin.counterpart_id = opening.card_id
            if opening.units > 0:
                lot = self._opening_lot(account, opening)
                postings += self._give(account, lot, "opening", key, origin)
            else:
                posting = Posting(account, "opening", opening.units, key=key)
                posting.origin = origin
                usable[account.id] = self._use_up(
                    usable.get(account.id, []), -opening.units, posting.allocations
                )
                postings.append(account.record(posting))
        return self._post(postings)

    def _opening_lot(self, account, opening):
        today = account.club._today()
        expires_on = opening.expires_on or self._default_expiry(account, today)
        return NewLot(opening.units, available_on=today, expires_on=expires_on)
