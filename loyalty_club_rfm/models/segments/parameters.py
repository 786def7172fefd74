from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.scoring import parse_thresholds


class LoyaltyClubRfmParameters(models.AbstractModel):
    """What has to be said before two people get the same scores from the same sales."""

    _name = "loyalty.club.rfm.parameters"
    _description = "What recency, frequency and money mean"

    use_invoice = fields.Boolean("Invoices", default=True)
    use_door = fields.Boolean(
        "Integrations",
        default=True,
        help="Purchases that other programs report and that aren't in Odoo otherwise.",
    )
    window_count = fields.Integer("Window", required=True, default=365)
    window_unit = fields.Selection(
        [("day", "Days"), ("month", "Months")],
        required=True,
        default="day",
        help="Months are counted in the calendar of the club.",
    )
    frequency_by = fields.Selection(
        [("document", "Purchases"), ("day", "Days with a purchase")],
        "Frequency counts",
        required=True,
        default="document",
    )
    monetary_by = fields.Selection(
        [("total", "Total spent"), ("average", "Average purchase")],
        "Money is",
        required=True,
        default="total",
        help="Without taxes and after returns.",
    )
    customer_by = fields.Selection(
        [("contact", "Contact"), ("company", "Company of the contact")],
        "A customer is",
        required=True,
        default="contact",
    )
    exclude_internal = fields.Boolean(
        "Leave out our own people",
        default=True,
        help="Internal users, our companies and the public user.",
    )
    excluded_partner_ids = fields.Many2many(
        "res.partner",
        string="Leave out contacts",
        help="The customer that stands for everybody at the till, for example.",
    )
    excluded_tag_ids = fields.Many2many(
        "res.partner.category", string="Leave out contacts with tags"
    )
    excluded_categ_ids = fields.Many2many(
        "product.category", string="Leave out products of categories"
    )
    weight_r = fields.Integer("Weight of recency", default=1)
    weight_f = fields.Integer("Weight of frequency", default=1)
    weight_m = fields.Integer("Weight of money", default=1)
    cut_mode = fields.Selection(
        [("quantile", "Fifths of the customers"), ("fixed", "Fixed thresholds")],
        "Scores by",
        required=True,
        default="quantile",
    )
    min_customers = fields.Integer(
        "Thresholds below",
        default=500,
        help="With fewer customers than this, fifths jump from night to night: fixed "
        "thresholds are used then.",
    )
    r_thresholds = fields.Char(
        "Days since the last purchase", required=True, default="30, 90, 180, 270"
    )
    f_thresholds = fields.Char("Purchases", required=True, default="1, 2, 4, 8")
    m_thresholds = fields.Char(
        "Amounts",
        help="Left empty: the thresholds of purchases, times the average purchase.",
    )
    overdue_factor = fields.Float(
        "Overdue after",
        default=3.0,
        help="A customer is overdue when they have stayed away for longer than this "
        "many times their own average interval.",
    )
    overdue_min = fields.Integer("Purchases needed for that", default=4)

    @api.constrains("r_thresholds", "f_thresholds", "m_thresholds")
    def _check_thresholds(self):
        for record in self:
            for name in ("r_thresholds", "f_thresholds", "m_thresholds"):
                text = record[name]
                if not text and name == "m_thresholds":
                    continue
                try:
                    parse_thresholds(text or "")
                except ValueError as error:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: give four numbers, each larger than the one "
                            "before, like 30, 90, 180, 270.",
                            field=record._fields[name]._description_string(self.env),
                        )
                    ) from error

    @api.constrains(
        "window_count",
        "weight_r",
        "weight_f",
        "weight_m",
        "min_customers",
        "overdue_factor",
        "overdue_min",
    )
    def _check_numbers(self):
        for record in self:
            weights = (record.weight_r, record.weight_f, record.weight_m)
            if min(weights) < 0 or not any(weights):
                raise ValidationError(
                    self.env._("Weights are zero or more, and one of them is more.")
                )
            if not 1 <= record.window_count <= 3650:
                raise ValidationError(
                    self.env._("The window is between 1 and 3650 days or months long.")
                )
            if record.overdue_factor <= 1 or record.overdue_min < 2:
                raise ValidationError(
                    self.env._(
                        "A customer is overdue after more than one interval, and has "
                        "an interval from two purchases on."
                    )
                )
            if record.min_customers < 0:
                raise ValidationError(
                    self.env._("A number of customers can't be negative.")
                )

    @api.model
    def _source_parameters(self):
        """Which parameter says that a source of facts counts: a hook.

        :return: dict of source, as in ``loyalty.club.rfm.fact``, to a field's name
        """
        return {"inv": "use_invoice", "door": "use_door"}

    def _parameter_names(self):
        """Names of the fields that make up a version, sorted."""
        return sorted(
            name
            for name in self.env["loyalty.club.rfm.parameters"]._fields
            if name not in models.MAGIC_COLUMNS and name != "display_name"
        )

    def _parameter_values(self):
        """The parameters as plain JSON values; records as sorted ids."""
        self.ensure_one()
        values = {}
        for name in self._parameter_names():
            value = self[name]
            if isinstance(value, models.BaseModel):
                value = sorted(value.ids)
            values[name] = value
        return values
