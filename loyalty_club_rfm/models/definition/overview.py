import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...explanation import Explanation
from ...words import Words


class LoyaltyClubRfmDefinition(models.Model):
    """What the screens show: one call for each of them.

    Overview and movement read the sums of a run, 126 rows at most, however many
    customers there are.
    """

    # A part of the model's package: what screens ask.
    _inherit = "loyalty.club.rfm.definition"  # pylint: disable=consider-merging-classes-inherited

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

    # ------------------------------------------------------------------------ to choose

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
        words = Words(self)
        return [{"id": run.id, "day": words.day(run.day)} for run in runs]

    # ------------------------------------------------------------------------- progress

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

    # ------------------------------------------------------------------------- movement

    @api.model
    def get_movement(self, definition_id=False, before_id=False, after_id=False):
        """All that the movement shows.

        :param before_id: a run; when left out, the last one a month before ``after_id``
        :param after_id: a run; the last one when left out
        :return: ``definitions``, ``definition`` (False where there is none) and, where
            there is one, ``snapshots``, ``before_id``, ``after_id``, ``segments`` in
            the order of their maps, and ``flows`` (dicts of ``from``, ``to`` (segment
            ids, or False for customers who weren't there), ``customers``, ``revenue``)
        """
        definitions = self._to_choose_from()
        definition = definitions.filtered(lambda one: one.id == definition_id)
        definition = definition or definitions[:1]
        values = {
            "definitions": [one._choice() for one in definitions],
            "definition": definition._choice() if definition else False,
        }
        if definition:
            runs = definition._snapshots()
            after = runs.filtered(lambda one: one.id == after_id) or runs[:1]
            before = runs.filtered(lambda one: one.id == before_id)
            before = before or definition._month_before(runs, after)
            values |= {
                "snapshots": definition._snapshot_choices(runs),
                "before_id": before.id,
                "after_id": after.id,
                **definition._flows(before, after),
            }
        return values

    def _month_before(self, runs, after):
        """The snapshot nearest to a month before, of those that are earlier."""
        earlier = runs.filtered(lambda run: run.day < after.day)
        return earlier.sorted(lambda run: abs((after.day - run.day).days - 30))[:1]

    def _flows(self, before, after):
        if not before:
            return {"segments": [], "flows": []}
        flows = [
            {
                "from": flow["from"] or False,
                "to": flow["to"] or False,
                "customers": flow["customers"],
                "revenue": float(flow["revenue"]),  # to be shown, not to count with
            }
            for flow in self._movement(before.day, after.day)
        ]
        segments = self.env["loyalty.club.rfm.segment"].browse(
            {flow[end] for flow in flows for end in ("from", "to") if flow[end]}
        )
        return {
            "flows": flows,
            "segments": [
                {"id": segment.id, "name": segment.name, "hex": segment.hex}
                for segment in segments.sorted(
                    lambda s: (s.map_id.sequence, s.is_none, s.sequence, s.id)
                )
            ],
        }

    # --------------------------------------------------------------- lists of customers

    @api.model
    def get_customers_action(self, run_id, place):
        """The customers of a cell or segment of a snapshot.

        :param place: dict of ``r``, ``f``, ``segment_id``, or some of them
        :return: action
        """
        run = self.env["loyalty.club.rfm.run"].browse(run_id)
        definition = run.definition_id
        name = self._place_name(place)
        if run == definition.last_run_id:
            domain = [("definition_id", "=", definition.id)]
            domain += [(field, "=", value) for field, value in place.items()]
            return self._list_action("loyalty.club.rfm.customer", name, domain)
        at = [[run.day.isoformat(), place]]
        return definition._partners_action(
            self.env._(
                "%(place)s on %(day)s",
                place=name,
                day=Words(definition).day(run.day),
            ),
            at,
        )

    @api.model
    def get_moved_action(self, before_id, after_id, from_id, to_id):
        """The customers of one flow between two snapshots.

        :param from_id: segment, False for who wasn't there; so is ``to_id``
        :return: action
        """
        before, after = self.env["loyalty.club.rfm.run"].browse([before_id, after_id])
        at = [
            [run.day.isoformat(), segment_id and {"segment_id": segment_id} or None]
            for run, segment_id in ((before, from_id), (after, to_id))
        ]
        segment = self.env["loyalty.club.rfm.segment"]
        nobody = self.env._("Not a customer")
        name = self.env._(
            "From %(before)s to %(after)s",
            before=segment.browse(from_id).name or nobody,
            after=segment.browse(to_id).name or nobody,
        )
        return before.definition_id._partners_action(name, at)

    def _place_name(self, place):
        if segment_id := place.get("segment_id"):
            return self.env["loyalty.club.rfm.segment"].browse(segment_id).name
        return Words(self).digits(
            self.env._("R = %(r)s, F = %(f)s", r=place["r"], f=place["f"])
        )

    def _partners_action(self, name, at):
        place = json.dumps({"definition": self.id, "at": at})
        return self._list_action("res.partner", name, [("rfm_place", "=", place)])

    def _list_action(self, model, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": domain,
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "mobile_view_mode": "kanban",
        }

    # --------------------------------------------------------------------- one customer

    @api.model
    def get_explanation(self, partner_id, definition_id=False):
        """All that the page of one customer shows.

        :return: ``definitions``, ``definition`` (False where there is none),
            ``partner`` and :meth:`~...explanation.Explanation.all`
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        definitions = self._to_choose_from()
        definition = definitions.filtered(lambda one: one.id == definition_id)
        definition = definition or definitions[:1]
        return {
            "definitions": [one._choice() for one in definitions],
            "definition": definition._choice() if definition else False,
            "partner": {"id": partner.id, "name": partner.display_name},
            **(Explanation(definition, partner).all() if definition else {}),
        }

    @api.model
    def get_purchases(self, definition_id, partner_id, offset):
        """A further page of the purchases of :meth:`get_explanation`."""
        definition = self.browse(definition_id)
        definition.check_access("read")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        return Explanation(definition, partner).purchases(offset)

    @api.model
    def _explain_action(self, partner):
        """Open the page of one customer."""
        return {
            "type": "ir.actions.client",
            "tag": "loyalty_club_rfm.explain",
            "name": partner.display_name,
            "params": {"partner_id": partner.id, "definition_id": self.id},
        }

    def _on_explain(self, row, words):
        """What else there is to say of a customer who has bought; for other addons.

        :param row: their ``loyalty.club.rfm.customer``
        :param words: :class:`~...words.Words`, to write days, numbers and money with
        :return: list of dicts of ``icon``, ``kind`` (a colour: info, muted, warning)
            and ``text``
        """
        return []
