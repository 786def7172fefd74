from odoo import api, models
from odoo.tools import SQL

from ...ledger import Grant, Origin


class LoyaltyClubMember(models.Model):
    """The one way by which bonuses are given that come of themselves."""

    # A part of the model: bonuses that come of themselves.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _give_bonuses(self, club, trigger, dues, *, today=None):
        """Give a trigger's bonuses to who is due, and hasn't had one for the occasion.

        Only members who are active get one. The key of an entry says trigger, member
        and occasion: running again gives nothing twice. A number of statements that
        doesn't depend on how many are due.

        :param trigger: :class:`~...bonuses.Trigger`
        :param dues: list of :class:`~...bonuses.Due`, of one club
        :param today: the day from which ``trigger.apart`` counts back
        :return: number of bonuses given
        """
        wanted = {
            f"{trigger.name}:{due.member.id}:{due.occasion}": due
            for due in dues
            if due.units and due.member.state == "active"
        }
        if not wanted:
            return 0
        for key in self._bonuses_given(club, trigger, wanted, today):
            del wanted[key]
        card_of = self._bonus_accounts(wanted.values())
        grants = [
            Grant(
                card_of[due.account][due.member.id],
                due.units,
                "bonus",
                key=key,
                origin=due.origin or Origin(reference=trigger.reference),
            )
            for key, due in wanted.items()
            if due.member.id in card_of[due.account]
        ]
        if grants:
            self.env["loyalty.club.ledger"]._grant_bulk(grants)
        return len(grants)

    @api.model
    def _bonuses_given(self, club, trigger, wanted, today):
        """The keys of those bonuses that were given, or whose member had another one.

        :param wanted: dict of key to Due
        """
        apart = SQL("FALSE")
        if trigger.apart:
            apart = SQL(
                "entry.member_id = ANY(%s) AND entry.key LIKE %s AND entry.date > %s",
                [due.member.id for due in wanted.values()],
                f"{trigger.name}:%",
                (today or club._today()) - trigger.apart,
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.key, entry.member_id
                  FROM loyalty_club_entry AS entry
                 WHERE entry.club_id = %s AND (entry.key = ANY(%s) OR %s)
                """,
                club.id,
                list(wanted),
                apart,
            )
        )
        keys = {key for key, _member_id in rows}
        served = {member_id for _key, member_id in rows} if trigger.apart else ()
        return [
            key for key, due in wanted.items() if key in keys or due.member.id in served
        ]

    @api.model
    def _bonus_accounts(self, dues):
        """:return: dict of account to dict of member id to the id of their card"""
        ledger = self.env["loyalty.club.ledger"]
        members = {}
        for due in dues:
            members.setdefault(due.account, []).append(due.member.id)
        return {
            account: ledger._accounts(self.browse(ids), account)
            for account, ids in members.items()
        }
