from odoo import models
from odoo.tools import SQL

from ...rules import Rules


class LoyaltyClubRfmRun(models.Model):
    """What a run reads, and what it tells while it goes on."""

    _inherit = "loyalty.club.rfm.run"

    def _rules(self):
        """The version of the run, as :class:`~..rules.Rules`."""
        self.ensure_one()
        version = self.version_id
        definition = self.definition_id
        categories = self.env["product.category"].search(
            [("id", "child_of", version.parameters["excluded_categ_ids"])]
        )
        return Rules(
            definition_id=definition.id,
            company_id=self.company_id.id,
            club_ids=tuple(definition._clubs().ids),
            only_members=bool(version.parameters["club_id"]),
            day=self.day,
            window_from=self.window_from,
            parameters=version.parameters,
            cells=tuple(version.cells),
            none_segment_id=version.none_segment_id.id,
            category_ids=tuple(categories.ids),
        )

    def _report(self, percent, name, seconds, visible):
        """Note a step; a visible one at once, in a transaction of its own."""
        self.ensure_one()
        values = {
            "run_id": self.id,
            "progress": percent,
            "name": name,
            "seconds": seconds,
        }
        if not visible:
            self.env["loyalty.club.rfm.run.step"].create(values)
            return
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).env["loyalty.club.rfm.run.step"].create(
                values
            )

    def _write_cells(self, same=None):
        """Add up the snapshot by code, or take the sums of one that is the same."""
        self.ensure_one()
        if same:
            rows = SQL(
                "SELECT r, f, m, code, segment_id, customers, revenue "
                "FROM loyalty_club_rfm_run_cell WHERE run_id = %s",
                same.id,
            )
        else:
            rows = SQL(
                """
                SELECT coalesce(r, 0), coalesce(f, 0), coalesce(m, 0),
                       concat(r, f, m), segment_id, count(*), sum(net)
                  FROM loyalty_club_rfm_score_now
                 WHERE definition_id = %s AND segment_id IS NOT NULL
                 GROUP BY r, f, m, segment_id
                """,
                self.definition_id.id,
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_run_cell
                       (run_id, definition_id, company_id, day,
                        r, f, m, code, segment_id, customers, revenue)
                SELECT %s, %s, %s, %s, cell.* FROM (%s) cell
                """,
                self.id,
                self.definition_id.id,
                self.company_id.id,
                self.day,
                rows,
            )
        )
        self.invalidate_recordset(["cell_ids"])
