from odoo.http import request, route

from odoo.addons.loyalty.controllers.portal import CustomerPortalLoyalty


class CustomerPortal(CustomerPortalLoyalty):
    @route()
    def portal_get_card_history_values(self, card_id):
        """The last movements too are told in the reader's language."""
        values = super().portal_get_card_history_values(card_id)
        if values:
            # Answered above for cards of the reader alone.
            card_sudo = request.env["loyalty.card"].sudo().browse(int(card_id))
            lines = values["history_lines"]
            for line, history in zip(lines, card_sudo.history_ids, strict=False):
                line["description"] = history.club_description
        return values
