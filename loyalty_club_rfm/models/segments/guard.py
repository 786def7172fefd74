from odoo import api, models
from odoo.exceptions import AccessError, UserError


class LoyaltyClubRfmDefinition(models.Model):
    """Runs alone say which of them was the last: the next one goes on from there."""

    _inherit = "loyalty.club.rfm.definition"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_last_run(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_last_run(vals)
        return super().write(vals)

    def _refuse_last_run(self, vals):
        if "last_run_id" in vals and not self.env.su:
            raise AccessError(self.env._("Only a run makes a snapshot."))


class LoyaltyClubRfmMap(models.Model):
    """A map may serve several companies: none of them changes it for the others."""

    _inherit = "loyalty.club.rfm.map"

    def write(self, vals):
        self.check_access("write")
        self._refuse_strangers()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_foreign(self):
        self._refuse_strangers()

    def _refuse_strangers(self):
        """Refuse whoever doesn't work in all companies that use the map."""
        if self.env.su:
            return
        # Which companies there are is nothing that he may read.
        definitions_sudo = self.env["loyalty.club.rfm.definition"].sudo()
        users = definitions_sudo.with_context(active_test=False).search(
            [("map_id", "in", self.ids)]
        )
        if users.company_id - self.env.user.company_ids.root_id:
            raise UserError(
                self.env._(
                    "Another company uses this map as well. Duplicate it, choose the "
                    "copy in your definition, and change that."
                )
            )


class LoyaltyClubRfmSegment(models.Model):
    """Segments are changed by whoever may change their map."""

    _inherit = "loyalty.club.rfm.segment"

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments.map_id._refuse_strangers()
        return segments

    def write(self, vals):
        self.check_access("write")
        self.map_id._refuse_strangers()
        res = super().write(vals)
        if "map_id" in vals:
            self.map_id._refuse_strangers()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_foreign(self):
        self.map_id._refuse_strangers()
