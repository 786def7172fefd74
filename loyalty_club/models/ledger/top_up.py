from collections import Counter

from odoo import models
from odoo.tools import SQL

from ...ledger import SCALE, units_from_scaled


class LoyaltyClubLedger(models.AbstractModel):
    """What documents load into wallets, and take out of them again."""

    # A part of the model: what was loaded.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    def _settle_top_up(self, program, partner, units, origin):
        """Let a document have loaded ``units`` in all, whatever it did before.

        More goes into the partner's wallet. Less is taken from the accounts that the
        document has loaded, the last one first: the entries say whose money it is, not
        the customer whom the document names by now. What was spent meanwhile follows
        the club's policy for returned goods.

        :param program: the club's wallet program
        :param partner: whose wallet is loaded
        :param origin: names the document, by model and id
        :return: ids of the entries
        """
        club = program.club_id
        loaded, count = self._loaded(club, origin)
        change = units - sum(loaded.values())
        key = f"{origin.model}:{origin.res_id}:top_up:{program.id}:{count}"
        if change > 0:
            card_id = self._account_of(club, partner, "wallet")
            return self._grant(card_id, change, "top_up", key=key, origin=origin)
        entry_ids = []
        for card_id, held in loaded.items():
            part = min(held, -change)
            if part > 0:
                part_key = f"{key}:{card_id}" if entry_ids else key
                entry_ids += self._take_back(
                    card_id, part, None, key=part_key, origin=origin
                )
                change += part
        return entry_ids

    def _loaded(self, club, origin):
        """What a document has loaded and not taken back, where it is by now.

        Money taken back that was spent already is a debt, and debts of an account that
        a top-up pays are entries of their own: ``amount - debt`` counts both right.

        :return: (dict of account id to units, the last loaded first; number of entries)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, round(sum(amount - debt) * %s)::bigint, count(*)
                  FROM loyalty_club_entry
                 WHERE origin_model = %s AND origin_id = %s AND club_id = %s
                   AND account = 'wallet' AND kind IN ('top_up', 'return')
                 GROUP BY card_id ORDER BY max(id) DESC
                """,
                10**SCALE,
                origin.model,
                origin.res_id,
                club.id,
            )
        )
        loaded = Counter()
        for card_id, scaled, _count in rows:
            units = units_from_scaled(scaled, club._digits("wallet"))
            loaded[self._present_account(card_id)] += units
        return loaded, sum(count for *_of_card, count in rows)

    def _present_account(self, card_id):
        """The account that has by now what this one had: members may be merged.

        :return: id of a ``loyalty.card``
        """
        card = self.env["loyalty.card"].browse(card_id)
        target = card.member_id.merged_into_id
        return self._account(target, card.club_account) if target else card_id
