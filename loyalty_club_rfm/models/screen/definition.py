from odoo import api, fields, models
from odoo.fields import Domain


class LoyaltyClubRfmDefinition(models.Model):
    """A definition as its form and list show it."""

    _inherit = "loyalty.club.rfm.definition"

    is_main = fields.Boolean(
        "Main definition",
        compute="_compute_is_main",
        search="_search_is_main",
        help="The company's first one: contacts show its segments.",
    )
    is_going = fields.Boolean(compute="_compute_progress")
    progress = fields.Integer(compute="_compute_progress")
    progress_step = fields.Char(compute="_compute_progress")
    progress_error = fields.Char(compute="_compute_progress")
    last_day = fields.Date("Last snapshot", related="last_run_id.day")
    last_customers = fields.Integer("Customers", related="last_run_id.customers")

    @api.depends("sequence", "active", "company_id")
    def _compute_is_main(self):
        main = self._mains(self.company_id)
        for definition in self:
            definition.is_main = definition._origin in main

    def _search_is_main(self, operator, value):
        if operator != "in":
            return NotImplemented
        main = Domain("id", "in", self._mains(self.env.companies.root_id).ids)
        return Domain.OR(main if wanted else ~main for wanted in value)

    @api.model
    def _mains(self, companies):
        main = self.browse()
        for company in companies:
            main |= self._main(company)
        return main

    @api.depends("run_asked", "run_ids.state", "run_ids.progress")
    def _compute_progress(self):
        for definition in self:
            now = definition._progress()
            definition.is_going = now["going"]
            definition.progress = now["percent"]
            definition.progress_step = now["step"]
            definition.progress_error = now["error"]

    def action_customers(self):
        self.ensure_one()
        return self._list_action(
            "loyalty.club.rfm.customer", self.name, [("definition_id", "=", self.id)]
        )

    def action_runs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club_rfm.action_run"
        )
        return {**action, "domain": [("definition_id", "=", self.id)]}
