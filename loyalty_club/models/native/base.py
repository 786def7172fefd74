from odoo import api, fields, models
from odoo.models import READ_GROUP_TIME_GRANULARITY
from odoo.tools import ormcache

from ... import jalali_groups
from ...exceptions import in_words, spoken

OURS = "loyalty_club"
# Odoo's own, which hold what is ours to guard.
ACCOUNTS = frozenset({"loyalty.card", "loyalty.history"})


def flat(items):
    """The items of lists within a list."""
    for item in items:
        yield from flat(item) if isinstance(item, (list, tuple)) else (item,)


class Base(models.AbstractModel):
    """What is guarded takes no default values from a caller.

    Odoo fills what a new record isn't given from ``default_…`` in the caller's context,
    and from defaults that every employee may set for themself. That is a way around
    every check of the values of ``create``, and it reaches what is created with raised
    rights on a caller's behalf. This is the one place where it ends: for all fields of
    our own models, and for our fields on Odoo's.
    """

    _inherit = "base"

    # Fields that an action of ours proposes to a screen where nobody can type them.
    # What becomes of them is checked as if they had been typed.
    _club_proposed = frozenset()

    @api.model
    @ormcache("self._name")
    def _club_guarded_fields(self):
        """Names of the fields that take no default values from a caller."""
        if self._name.replace(".", "_").startswith(OURS):
            return frozenset(self._fields) - self._club_proposed
        return frozenset(
            name
            for name, field in self._fields.items()
            if field._modules and all(m.startswith(OURS) for m in field._modules)
        )

    @api.model
    def _add_missing_default_values(self, values):
        guarded = self._club_guarded_fields()
        if not guarded:
            return super()._add_missing_default_values(values)
        context, model = self.env.context, self
        wished = {
            key
            for key in context
            if key.startswith("default_") and key.removeprefix("default_") in guarded
        }
        if wished:
            kept = {key: value for key, value in context.items() if key not in wished}
            model = self.with_context(kept)  # pylint: disable=context-overridden
        completed = super(Base, model)._add_missing_default_values(values)
        chosen = self.env["ir.default"]._get_model_defaults(self._name)
        for name in guarded & chosen.keys() - values.keys():
            field = self._fields[name]
            completed.pop(name, None)
            if field.default:
                value = field.convert_to_cache(field.default(model), self, False)
                completed[name] = field.convert_to_write(value, self)
        return completed

    # ------------------------------------------------------------- named records

    def onchange(self, values, field_names, fields_spec):
        """A form of ours tells nothing of records that its user may not read.

        A new record has no owner yet, so that no rule guards it; and what is computed
        for it with all rights would say, of any id that a caller names, what stands
        there.
        """
        if self._club_is_ours():
            self._club_check_named(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _club_is_ours(self):
        return self._name.replace(".", "_").startswith(OURS) or self._name in ACCOUNTS

    @api.model
    def _club_check_named(self, values):
        """Check that the caller may read what values name of our records.

        :param values: as a form sends them: ids, and commands for lists
        :raises AccessError:
        """
        for name, value in values.items():
            field = self._fields.get(name)
            if not value or not field or not field.relational:
                continue
            other = self.env[field.comodel_name]
            named, nested = [], []
            for item in value if isinstance(value, (list, tuple)) else [value]:
                if type(item) is int:
                    named.append(item)
                elif isinstance(item, dict):
                    nested.append(item)
                elif isinstance(item, (list, tuple)) and len(item) > 1:
                    ids = [item[1]] if item[1] else item[2:]
                    named += [id_ for id_ in flat(ids) if type(id_) is int]
                    nested += [part for part in item[2:] if isinstance(part, dict)]
            if other._club_is_ours():
                other.browse(named).exists().check_access("read")
            for part in nested:
                other._club_check_named(part)

    @api.model
    def _on_erase(self, person):
        """What this model holds of a person whom a club erases: a hook.

        Every model is asked, with all rights: whoever keeps something personal extends
        this where it is kept, and nobody else need know of it. The same list is shown
        before, carried out, and answered; so it has to be cheap and to change nothing.

        :param person: ``erasing.Person``: memberships, accounts, contacts, and tools
        :return: list of ``erasing.Gone`` and ``erasing.Kept``
        """
        return []

    @api.model
    def load(self, fields, data):
        """On the screen of an import, a refused row says why without a code.

        Odoo answers these as texts, not as errors. Programs that call ``load`` get the
        code, as everywhere.
        """
        answer = super().load(fields, data)
        if self.env.context.get("import_file"):
            for message in answer["messages"]:
                said = spoken(message["message"])
                message["message"] = in_words(said, self.env)
        return answer

    # ------------------------------------------------------------- Jalali groups

    def _club_jalali_unit(self, groupby_spec):
        """The Jalali unit that a user's screen groups by; None for any other group.

        Screens ask for it (``club_jalali``), and only whose days are Jalali gets it:
        what programs, dashboards and Odoo's own code count by month stays Gregorian.
        """
        unit = groupby_spec.rpartition(":")[2]
        wanted = self.env.context.get("club_jalali") and unit in jalali_groups.MONTHS
        return unit if wanted and self._club_reads_jalali() else None

    @api.model
    def _club_reads_jalali(self):
        """Whether days of this model are Jalali for whoever reads them.

        Who reads Persian counts so everywhere; others on the club's own models, where
        the club of their company counts so. Screens, groups, portal and reports all
        ask here.
        """
        if (self.env.lang or "").startswith("fa"):
            return True
        return (
            self._name.startswith("loyalty.club")
            and self.env["loyalty.club"]._counts_in_jalali()
        )

    def _club_grouped_field(self, groupby_spec):
        """The date that a group is about, of this model; None for anything else."""
        field = self._fields.get(groupby_spec.partition(":")[0])
        return field if field and field.type in ("date", "datetime") else None

    def _read_group_groupby(self, alias, groupby_spec, query):
        unit = self._club_jalali_unit(groupby_spec)
        field = unit and self._club_grouped_field(groupby_spec)
        if not field:
            return super()._read_group_groupby(alias, groupby_spec, query)
        by_day = f"{groupby_spec.partition(':')[0]}:day"
        day = super()._read_group_groupby(alias, by_day, query)
        return jalali_groups.trunc(unit, day, field.type)

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        native = super()._web_read_group_groupby_formatter(groupby_spec, values)
        name, _colon, granularity = groupby_spec.partition(":")
        shown = self.env.context.get("club_jalali") and self._club_reads_jalali()
        if (
            not shown
            or not self._club_grouped_field(groupby_spec)
            or granularity not in READ_GROUP_TIME_GRANULARITY
        ):
            return native

        def formatter(value):
            if not value:
                return native(value)
            text = jalali_groups.label(granularity, value, self.env.lang or "")
            if granularity not in jalali_groups.MONTHS:
                (key, _label), domain = native(value)
                return (key, text), domain
            timezone = self.env.context.get("tz")
            start, end = jalali_groups.bounds(granularity, value, timezone)
            return (start, text), ["&", (name, ">=", start), (name, "<", end)]

        return formatter

    def _web_read_group_fill_temporal(
        self, groups, groupby, aggregates, fill_from=False, fill_to=False, min_groups=0
    ):
        unit = self._club_jalali_unit(groupby[0])
        field = unit and self._club_grouped_field(groupby[0])
        if not field:
            return super()._web_read_group_fill_temporal(
                groups, groupby, aggregates, fill_from, fill_to, min_groups
            )
        rows = {}
        for group in groups:
            rows.setdefault(group[0], []).append(group)
        starts = [start for start in rows if start]
        empty = tuple(
            self._read_group_empty_value(spec) for spec in (*groupby[1:], *aggregates)
        )
        filled = []
        for day in jalali_groups.fill(
            unit,
            starts,
            fields.Date.to_date(fill_from),
            fields.Date.to_date(fill_to),
            min_groups,
        ):
            start = day if field.type == "date" else fields.Datetime.to_datetime(day)
            filled += rows.get(start, [(start, *empty)])
        return filled + [group for group in groups if not group[0]]
