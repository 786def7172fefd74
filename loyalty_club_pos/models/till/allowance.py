from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.amounts import AMOUNT
from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.ledger import to_column

from ... import answers


class LoyaltyClubAllowance(models.Model):
    """What a till may let a member spend while it has no network.

    Granted when the till sees the member online, and renewed each time. It sets nothing
    aside: it is the bound of what the shop risks.
    """

    _name = "loyalty.club.allowance"
    _description = "Offline Allowance"
    _log_access = False

    config_id = fields.Many2one("pos.config", required=True, ondelete="cascade")
    card_id = fields.Many2one("loyalty.card", required=True, ondelete="cascade")
    amount = fields.Float(required=True, **AMOUNT)
    used = fields.Float(required=True, default=0, **AMOUNT)
    granted_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True)

    _config_card_uniq = models.UniqueIndex(
        "(card_id, config_id)", "A till has one allowance for an account."
    )

    @api.model
    def _grant(self, config, member, balances):
        """Grant this till what it may let them spend offline; dict of account to it.

        What other tills were granted and can still use is taken off, so that all of
        them together stay within the club's share of the balance. Nobody can agree
        without a network: no more is granted than a card alone may spend.
        """
        club = member.club_id
        if not (club.offline_share and club.offline_minutes and member.card_ids):
            return {}
        now = fields.Datetime.now()
        until = now + timedelta(minutes=club.offline_minutes)
        cards = member.card_ids.filtered("active")
        till = self.env["loyalty.club.till"]
        elsewhere = self._elsewhere(config, cards, now)
        granted = spending.granted_offline(
            [
                spending.Offline(
                    key=card,
                    account=card.club_account,
                    available=balances[card.club_account]["available"],
                    elsewhere=elsewhere.get(card.id, 0),
                    cap=self._cap(club, card.club_account),
                )
                for card in cards
            ],
            club.offline_share,
            till._confirm_limits(club, cards, club.env["loyalty.club.hold"]),
        )
        allowed, rows = {}, []
        for card, units in granted.items():
            account = card.club_account
            rows.append((config.id, card.id, to_column(units, card._club_digits())))
            allowed[account] = {
                "amount": answers.amount(club, account, units),
                "until": f"{until.isoformat()}Z",
            }
        self._renew(rows, now, until)
        return allowed

    @api.model
    def _cap(self, club, account):
        if account == "points":
            return club.offline_cap_points
        return to_units(club.offline_cap_money, club._digits(account))

    @api.model
    def _elsewhere(self, config, cards, now):
        """Units that other tills may still spend offline: dict of account to units."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, sum(amount - used)
                  FROM loyalty_club_allowance
                 WHERE card_id = ANY(%s) AND config_id <> %s AND expires_at > %s
                 GROUP BY card_id
                """,
                cards.ids,
                config.id,
                now,
            )
        )
        digits = {card.id: card._club_digits() for card in cards}
        return {card_id: to_units(left, digits[card_id]) for card_id, left in rows}

    @api.model
    def _renew(self, rows, now, until):
        """Renew what a till is granted, one statement for all accounts of a member."""
        values = SQL(", ").join(
            SQL("(%s, %s, %s, 0, %s, %s)", config_id, card_id, amount, now, until)
            for config_id, card_id, amount in rows
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_allowance
                       (config_id, card_id, amount, used, granted_at, expires_at)
                VALUES %s
                    ON CONFLICT (card_id, config_id) DO UPDATE
                   SET amount = EXCLUDED.amount, used = 0,
                       granted_at = EXCLUDED.granted_at,
                       expires_at = EXCLUDED.expires_at
                """,
                values,
            )
        )
        self.invalidate_model()
