from odoo import api, fields, models

from ... import jalali_groups


class IrQwebFieldDate(models.AbstractModel):
    """Dates on pages and reports, for who counts in Jalali.

    Where a template spells a pattern out, it stays as it is.
    """

    _inherit = "ir.qweb.field.date"

    @api.model
    def value_to_html(self, value, options):
        length = options.get("format")
        if value and length in jalali_groups.LENGTHS and self._club_reads_jalali():
            return jalali_groups.written(fields.Date.to_date(value), length)
        return super().value_to_html(value, options)


class IrQwebFieldDatetime(models.AbstractModel):
    _inherit = "ir.qweb.field.datetime"

    @api.model
    def value_to_html(self, value, options):
        length = options.get("format")
        if (
            not value
            or options.get("time_only")
            or length not in jalali_groups.LENGTHS
            or not self._club_reads_jalali()
        ):
            return super().value_to_html(value, options)
        zone = options.get("tz_name")
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=zone) if zone else self,
            fields.Datetime.to_datetime(value),
        )
        day = jalali_groups.written(local.date(), length)
        if options.get("date_only"):
            return day
        seconds = not length and not options.get("hide_seconds")
        return f"{day} {local:%H:%M:%S}" if seconds else f"{day} {local:%H:%M}"
