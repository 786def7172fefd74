from odoo import api, models


class LoyaltyClubRfmDefinition(models.Model):
    """Who went from which segment to which, between any two snapshots."""

    _inherit = "loyalty.club.rfm.definition"

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
