import json

from odoo import api, models


class LoyaltyClubRfmDefinition(models.Model):
    """The lists of customers that the screens open."""

    _inherit = "loyalty.club.rfm.definition"

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
                day=definition._day_writer()(run.day),
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
        return self._digits(
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
