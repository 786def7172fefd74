from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class LoyaltyClubRfmDefinition(models.Model):
    """What the overview and the movement show: one call for a screen.

    They read the sums of a run, 126 rows at most, however many customers there are.
    """

    _inherit = "loyalty.club.rfm.definition"

    @api.model
    def get_overview(self, definition_id=False, run_id=False):
        """All that the overview shows.

        :param definition_id: the one to show; the company's first when left out
        :param run_id: its snapshot to show; the last one when left out
        :return: ``definitions``, ``definition`` (False where there is none) and
            ``can_run``; where there is one, ``progress``, ``snapshots`` and
            ``snapshot`` (False before the first run) too
        """
        definitions = self._to_choose_from()
        definition = definitions.filtered(lambda one: one.id == definition_id)
        definition = definition or definitions[:1]
        values = {
            "definitions": [one._choice() for one in definitions],
            "definition": definition._choice() if definition else False,
            "can_run": self.env.user.has_group("loyalty_club.group_manager"),
        }
        if definition:
            runs = definition._snapshots()
            run = runs.filtered(lambda one: one.id == run_id) or runs[:1]
            earlier = runs.filtered(lambda one: one.day < run.day)
            values |= {
                "progress": definition._progress(),
                "snapshots": definition._snapshot_choices(runs),
                "snapshot": run._overview(earlier[:1]) if run else False,
            }
        return values

    @api.model
    def get_progress(self, definition_id):
        """How far a run is: asked every two seconds by who waits for it."""
        return self.browse(definition_id)._progress()

    @api.model
    def start(self, definition_id=False):
        """Have the segments worked out, also where nothing was set up before.

        :return: id of the definition
        """
        company = self.env.company
        definition = self.browse(definition_id or ())
        definition = definition or self._main() or self._found(company)
        if not definition:
            raise UserError(
                self.env._("The definition of this company is archived: restore it.")
            )
        definition.action_run()
        return definition.id

    # ------------------------------------------------------------------- to choose

    def _to_choose_from(self):
        """The definitions of the chosen companies, those of the current one first."""
        companies = self.env.companies.root_id
        main = self.env.company.root_id
        return self.search([("company_id", "in", companies.ids)]).sorted(
            lambda definition: definition.company_id != main
        )

    def _choice(self):
        self.ensure_one()
        name = self.name
        if len(self.env.companies.root_id) > 1:
            name = f"{name} ({self.company_id.name})"
        return {"id": self.id, "name": name, "currency_id": self.currency_id.id}

    def _snapshots(self):
        """The run that had the last word on each day, the latest day first."""
        self.ensure_one()
        runs = self.env["loyalty.club.rfm.run"].search_fetch(
            Domain("definition_id", "=", self.id) & Domain("state", "=", "done"),
            ["day"],
            order="day desc, id desc",
        )
        last = {}
        for run in runs:
            last.setdefault(run.day, run.id)
        return runs.browse(last.values())

    def _snapshot_choices(self, runs):
        write = self._day_writer()
        return [{"id": run.id, "day": write(run.day)} for run in runs]

    # -------------------------------------------------------------------- progress

    def _progress(self):
        """:return: dict of ``going`` (somebody has to wait), ``percent``, ``step`` (a
        sentence) and ``error`` (of the last run, if it failed)
        """
        self.ensure_one()
        run = self.current_run_id
        going = run.state == "running"
        percent, step = (run.progress, run.step) if going else (0, False)
        if not going and self.run_asked:
            percent, step = self._gathered()
        return {
            "going": going or self.run_asked,
            "percent": percent,
            "step": step or self.env._("Waiting to begin"),
            "error": run.state == "failed" and run.message,
        }

    def _gathered(self):
        """A run begins when all sales have been read: how far that is."""
        gathers = self.env["loyalty.club.rfm.gather"].search(
            [("company_id", "=", self.company_id.id)]
        )
        if all(gather.state == "done" for gather in gathers):
            return 0, False
        percent = sum(gathers.mapped("progress")) / len(gathers)
        return int(percent), self.env._("Reading the sales so far")
