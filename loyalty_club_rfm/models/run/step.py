from odoo import fields, models


class LoyaltyClubRfmRunStep(models.Model):
    """How far a run is. Written beside its transaction, so that others can see it."""

    _name = "loyalty.club.rfm.run.step"
    _description = "Step of an RFM run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "loyalty.club.rfm.run", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    seconds = fields.Float(digits=(16, 2), help="Since the run began.")
    progress = fields.Integer(help="Percent")
