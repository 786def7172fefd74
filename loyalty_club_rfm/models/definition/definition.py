from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club import clock
from odoo.addons.loyalty_club.engine.periods import add_months, local_day


class LoyaltyClubRfmDefinition(models.Model):
    """What a company, or one of its clubs, means by recency, frequency and money."""

    _name = "loyalty.club.rfm.definition"
    _description = "RFM definition"
    _inherit = "loyalty.club.rfm.parameters"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.root_id,
        domain=[("parent_id", "=", False)],
        help="Sales of its branches count as well.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    rfm_tz = fields.Selection(related="company_id.rfm_tz", readonly=False)
    club_id = fields.Many2one(
        "loyalty.club",
        help="Only members of this club are scored. Left empty: all customers are.",
    )
    map_id = fields.Many2one(
        "loyalty.club.rfm.map",
        "Segments",
        required=True,
        default=lambda self: self._default_map(),
        ondelete="restrict",
    )
    version_ids = fields.One2many(
        "loyalty.club.rfm.version", "definition_id", "Versions"
    )
    version_number = fields.Integer("Version", compute="_compute_version_number")
    run_ids = fields.One2many("loyalty.club.rfm.run", "definition_id")
    run_asked = fields.Boolean(
        readonly=True, copy=False, help="Someone asked for a full run."
    )
    last_run_id = fields.Many2one(
        "loyalty.club.rfm.run", readonly=True, copy=False, ondelete="set null"
    )
    current_run_id = fields.Many2one(
        "loyalty.club.rfm.run", compute="_compute_current_run_id"
    )

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

    _last_run_idx = models.Index("(last_run_id)")

    @api.model
    def _default_map(self):
        return self.env["loyalty.club.rfm.map"].search([], limit=1)

    @api.depends("version_ids")
    def _compute_version_number(self):
        for definition in self:
            definition.version_number = max(
                definition.version_ids.mapped("number"), default=0
            )

    @api.depends("run_ids.state")
    def _compute_current_run_id(self):
        """The run that goes on now, or the last one that there was."""
        for definition in self:
            definition.current_run_id = definition.run_ids.search(
                [("definition_id", "in", definition.ids)], limit=1, order="id desc"
            )

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

    @api.depends("run_asked", "run_ids.state", "run_ids.progress")
    def _compute_progress(self):
        for definition in self:
            now = definition._progress()
            definition.is_going = now["going"]
            definition.progress = now["percent"]
            definition.progress_step = now["step"]
            definition.progress_error = now["error"]

    @api.constrains("company_id", "club_id")
    def _check_club_of_company(self):
        for definition in self:
            if definition.company_id.parent_id:
                raise ValidationError(
                    self.env._("A definition belongs to a company, not to a branch.")
                )
            club = definition.club_id
            if club and club.company_id.root_id != definition.company_id:
                raise ValidationError(
                    self.env._("The club belongs to another company.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_last_run(vals)
        shares = self.env["loyalty.club.rfm.fact.share"]
        before = shares._excluded()
        definitions = super().create(vals_list)
        for definition in definitions:
            definition._version()
        self.env["loyalty.club.rfm.gather"]._ensure(definitions.company_id)
        shares._follow(before)
        return definitions

    def write(self, vals):
        self._refuse_last_run(vals)
        shares = self.env["loyalty.club.rfm.fact.share"]
        before = shares._excluded()
        res = super().write(vals)
        if vals.keys() & {*self._parameter_names(), "map_id", "club_id"}:
            for definition in self:
                definition._version()
        # Leaving out other categories needs other shares of the facts.
        if vals.keys() & {"excluded_categ_ids", "active", "company_id"}:
            shares._follow(before)
        return res

    def unlink(self):
        before = self.env["loyalty.club.rfm.fact.share"]._excluded()
        res = super().unlink()
        self.env["loyalty.club.rfm.fact.share"]._follow(before)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_run(self):
        if self.run_ids:
            raise UserError(
                self.env._("A definition with snapshots is archived, not deleted.")
            )

    def _refuse_last_run(self, vals):
        """Runs alone say which of them was the last: the next one goes on from it."""
        if "last_run_id" in vals and not self.env.su:
            raise AccessError(self.env._("Only a run makes a snapshot."))

    def _version(self):
        """The version in force: a new one where anything has changed since the last.

        The segments of the map belong to it. They are compared only here, so that a
        half-edited map is nobody's version.
        """
        self.ensure_one()
        values = {
            "parameters": {**self._parameter_values(), "club_id": self.club_id.id},
            **self.map_id._version_values(),
        }
        last = self.version_ids.search([("definition_id", "=", self.id)], limit=1)
        if last and last._values() == values:
            return last
        # Versions come about by changes alone: nobody has the right to make one.
        versions_sudo = self.env["loyalty.club.rfm.version"].sudo()
        version_sudo = versions_sudo.create(
            {"definition_id": self.id, "number": (last.number or 0) + 1, **values}
        )
        return version_sudo.sudo(self.env.su)

    # ----------------------------------------------------------------------------- days

    def _clubs(self):
        """The clubs whose members are customers: one's own, or all of the company."""
        self.ensure_one()
        return self.club_id or self.env["loyalty.club"].search(
            [("company_id", "child_of", self.company_id.id)]
        )

    def _calendar(self):
        """``gregorian`` or ``jalali``: the calendar of months and of what is shown."""
        return (
            self._clubs()[:1].calendar
            or self.env["loyalty.club"]
            .with_company(self.company_id)
            ._default_calendar()
        )

    def _today(self):
        """The local day of the company."""
        self.ensure_one()
        return local_day(clock.now(self.env), self.rfm_tz or "UTC")

    def _window_from(self, day):
        """The first day whose purchases count for the snapshot of ``day``."""
        self.ensure_one()
        if self.window_unit == "month":
            return add_months(day, -self.window_count, self._calendar())
        return fields.Date.subtract(day, days=self.window_count)

    # ------------------------------------------------------------------------ which one

    @api.model
    def _main(self, company=None):
        """The definition that speaks for a company where only one can: its first."""
        company = (company or self.env.company).root_id
        return self.search([("company_id", "=", company.id)], limit=1)

    @api.model
    def _mains(self, companies):
        main = self.browse()
        for company in companies:
            main |= self._main(company)
        return main

    @api.model
    def _found(self, companies):
        """See to it that each of these companies has a definition, with our defaults.

        One that is archived is somebody's decision, and counts.

        :return: the definitions that were made
        """
        had = self.with_context(active_test=False).search(
            [("company_id", "in", companies.root_id.ids)]
        )
        made = self.create(
            [
                {"name": self.env._("All customers"), "company_id": company.id}
                for company in companies.root_id - had.company_id
            ]
        )
        made._name_in_all_languages()
        return made

    def _name_in_all_languages(self):
        """The name that we gave, as people of other languages would have given it."""
        for code, _name in self.env["res.lang"].get_installed():
            localized = self.with_context(lang=code)
            localized.name = localized.env._("All customers")

    # ------------------------------------------------------------------------ customers

    def _customer_column(self):
        """The column of a contact that tells under whom the last run counted them."""
        parameters = self.last_run_id.version_id.parameters or {}
        by_company = parameters.get("customer_by") == "company"
        return "commercial_partner_id" if by_company else "id"

    def _row_id(self, partner):
        """``SQL`` of the id of a customer's row; without definition, of none.

        :param partner: ``SQL`` of the id of the contact that is scored
        """
        return SQL("(%s::bigint << 32 | %s)", self.id or 0, partner)

    # -------------------------------------------------------------------------- actions

    def action_run(self):
        """Ask for a full run, which begins at once and can be watched."""
        self.check_access("write")
        self.map_id._check_complete()
        self.run_asked = True
        self.env.ref("loyalty_club_rfm.cron_run")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The segments are being worked out. This page shows how far it is."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

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
