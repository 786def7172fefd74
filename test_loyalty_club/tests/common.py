from odoo.addons.loyalty_club.tests.common import ClubCase


class HookCase(ClubCase):
    """A club whose facts are heard: by the hooks, and by so many consumers."""

    consumers = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.heard = cls.env["test.loyalty.club.heard"]
        cls.events = cls.env["loyalty.club.event"]
        cls.listen("hooks", 1)
        cls.listen("consumers", cls.consumers)

    @classmethod
    def listen(cls, name, value):
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param(f"test_loyalty_club.{name}", value or False)

    def commit(self):
        """What a commit does before it writes: the hooks run, events are written."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def calls(self, hearer):
        """The facts of each call that a hook or consumer got: list of lists of ids."""
        calls = {}
        for row in self.heard.search([("hearer", "=", hearer)]):
            calls.setdefault(row.call, []).append(row.fact)
        return list(calls.values())
