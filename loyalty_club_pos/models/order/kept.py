from odoo import models
from odoo.exceptions import UserError

# What the club finds an order by, and counts a refund, or money that comes later, from.
OF_ORDER = ("uuid", "session_id", "config_id", "company_id", "amount_total")


class PosOrder(models.Model):
    """An order that the club has followed stays what it was.

    Whoever sells may write orders and lines, paid ones too: a refund of one that was
    renamed would find nothing to take back, and one that was raised would pay out more
    than came in. A till never does that; goods and money come back by a refund.
    """

    # A part of the model's package: what stays as it was.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_check_write(self, vals):
        """Refuse what would change an order that the club has followed.

        :param vals: of a write
        :raises UserError:
        """
        for order in self.filtered("club_receipt"):
            names = OF_ORDER
            if order.partner_id and order._club_on_account():
                names += ("partner_id",)  # whose debt it is, and whose wallet
            order._club_check_kept(order, vals, names)

    def _club_check_kept(self, record, vals, names):
        """Refuse values that would change what the club has followed.

        :param record: this order, or a line of it
        :raises UserError:
        """
        for name in names:
            if name not in vals:
                continue
            field = record._fields[name]
            before = field.convert_to_cache(record[name], record, validate=False)
            after = field.convert_to_cache(vals[name], record, validate=False)
            if before != after:
                self._club_refuse_change()

    def _club_refuse_change(self):
        raise UserError(
            self.env._(
                "%(order)s is paid, and the club has followed it: it can be refunded, "
                "but not changed.",
                order=self.pos_reference or self.name,
            )
        )
