from odoo import fields, models


class LoyaltyClubRfmMove(models.Model):
    """An event: a customer left one segment and entered another.

    Other addons read them in the order of their ids, from where they got to the last
    time, or extend :meth:`_segment_changed` of the definition.
    """

    _name = "loyalty.club.rfm.move"
    _description = "Change of segment"
    _order = "id desc"
    _log_access = False
    # Made in sql/score.sql: five foreign keys would take longer than the rest of a
    # night. A contact's events go with the contact, see res_partner_unlink.py.
    _auto = False

    definition_id = fields.Many2one("loyalty.club.rfm.definition", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    day = fields.Date(readonly=True)
    reason = fields.Selection(
        [("purchases", "Purchases and time"), ("rules", "A new version of the rules")],
        readonly=True,
    )
    from_segment_id = fields.Many2one("loyalty.club.rfm.segment", "Left", readonly=True)
    to_segment_id = fields.Many2one(
        "loyalty.club.rfm.segment", "Entered", readonly=True
    )
