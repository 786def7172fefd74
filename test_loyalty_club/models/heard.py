from odoo import api, fields, models


class TestLoyaltyClubHeard(models.Model):
    """What hooks and consumers have heard: one row for each fact and hearer.

    There is no unique index on purpose: what is heard twice has to be seen.
    """

    _name = "test.loyalty.club.heard"
    _description = "Heard by a test"
    _order = "id"

    hearer = fields.Char(required=True, index=True)
    kind = fields.Char()
    fact = fields.Integer()
    member_id = fields.Many2one("loyalty.club.member")
    call = fields.Integer(help="Facts of one call have the same number.")
    club_id = fields.Many2one(related="member_id.club_id", store=True)
    company_id = fields.Many2one(related="club_id.company_id", store=True)

    def _on_waved(self):
        self._hear("_on_waved", self)

    @api.model
    def _hear(self, hearer, records):
        """Note that a hook was called with these records."""
        if self._parameter("hooks"):
            call = self._next_call()
            self.create(
                [
                    {
                        "hearer": hearer,
                        "kind": record._name,
                        "fact": record.id,
                        "call": call,
                    }
                    for record in records
                ]
            )

    @api.model
    def _hear_events(self, events, hearer):
        """Note that a consumer was handed events; fail where a test wants it."""
        broken = self._parameter("broken")
        if broken and str(broken) in map(str, events.mapped("res_id")):
            raise ValueError("a test wants this event to fail")
        call = self._next_call()
        self.create(
            [
                {
                    "hearer": hearer,
                    "kind": event.kind,
                    "fact": event.res_id,
                    "member_id": event.member_id.id,
                    "call": call,
                }
                for event in events
            ]
        )

    @api.model
    def _first_hears(self, events):
        self._hear_events(events, "first")

    @api.model
    def _second_hears(self, events):
        self._hear_events(events, "second")

    @api.model
    def _third_hears(self, events):
        self._hear_events(events, "third")

    def _next_call(self):
        newest = self.search([], order="call desc", limit=1)
        return newest.call + 1

    @api.model
    def _parameter(self, name):
        parameters = self.env["ir.config_parameter"].sudo()  # a test has set it
        return parameters.get_param(f"test_loyalty_club.{name}")
