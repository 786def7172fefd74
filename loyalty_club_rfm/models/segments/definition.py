from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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
        definitions = super().create(vals_list)
        for definition in definitions:
            definition._version()
        self.env["loyalty.club.rfm.gather"]._ensure(definitions.company_id)
        return definitions

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {*self._parameter_names(), "map_id", "club_id"}:
            for definition in self:
                definition._version()
        return result

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

    # ---------------------------------------------------------------------- days

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

    # ---------------------------------------------------------------------- runs

    @api.model
    def _main(self, company=None):
        """The definition that speaks for a company where only one can: its first."""
        company = (company or self.env.company).root_id
        return self.search([("company_id", "=", company.id)], limit=1)

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

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_run(self):
        if self.run_ids:
            raise UserError(
                self.env._("A definition with snapshots is archived, not deleted.")
            )
