from odoo import models
from odoo.tools import file_open


class LoyaltyClubRfmScore(models.AbstractModel):
    """The table of all scores, with their past; see ``snapshot/``.

    People read it as ``loyalty.club.rfm.customer`` (now) and ``loyalty.club.rfm.move``.
    """

    _name = "loyalty.club.rfm.score"
    _description = "RFM score"

    def init(self):
        with file_open("loyalty_club_rfm/sql/score.sql") as file:
            self.env.cr.execute(file.read())
        self.env["loyalty.club.rfm.move"]._epoch()
