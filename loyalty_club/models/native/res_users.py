from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _club_role(self):
        """Whose caps hold for this user: manager, integration, desk or None."""
        self.ensure_one()
        for role in ("manager", "integration", "desk"):
            if self.has_group(f"loyalty_club.group_{role}"):
                return role
        return None
