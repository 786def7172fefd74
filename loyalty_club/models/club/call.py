from odoo import api, fields, models

from ...erasing import Gone, Kept


class LoyaltyClubCall(models.Model):
    """What an integrator's key was answered: the same key gets the same answer."""

    _name = "loyalty.club.call"
    _description = "Integrator Call"
    _order = "id desc"
    _rec_name = "key"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    method = fields.Char(required=True)
    key = fields.Char(required=True)
    payload_hash = fields.Char(required=True)
    member_id = fields.Many2one(
        "loyalty.club.member", index="btree_not_null", ondelete="restrict"
    )
    answer = fields.Json()

    _key_uniq = models.UniqueIndex("(club_id, method, key)")

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone(
                {
                    "answers to integrations": self.env._(
                        "answers kept for integrations"
                    )
                },
                lambda: self._forget(person.members),
            ),
            # The same key is never answered twice, also when its person has gone.
            Kept({"keys of calls": self.env._("keys that integrations have chosen")}),
        ]

    def _forget(self, members):
        """Keep the keys of erased persons, and nothing that tells who they were.

        A hash of a payload with a mobile in it could be guessed; without it, a call
        with an old key is refused as a conflict.
        """
        self.search([("member_id", "in", members.ids)]).write(
            {"payload_hash": "erased", "answer": False}
        )
