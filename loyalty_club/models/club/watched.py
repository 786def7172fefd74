from odoo import api, models
from odoo.tools import formatLang

# What can be shown as it was and as it is.
SHOWN = frozenset(
    {
        "boolean", "char", "date", "datetime", "float", "integer", "many2many",
        "many2one", "monetary", "selection", "text",
    }
)  # fmt: skip
UNTOLD = {*models.MAGIC_COLUMNS, "sequence", "color"}
TRACKED = SHOWN - {"many2many"}


class LoyaltyClubWatched(models.AbstractModel):
    """Rules whose changes the club writes into its log."""

    _name = "loyalty.club.watched"
    _description = "Watched by a Club"

    def _watched_clubs(self):
        """The club of each of these records, with all rights; empty for native ones.

        :return: dict of record to club
        """
        # Who changes a rule need not be allowed to read its club.
        return {record: record.sudo().club_id for record in self}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record, club in records._watched_clubs().items():
            # What comes with a new club is no change of it.
            if club and club.create_date < self.env.cr.now().replace(microsecond=0):
                club.with_env(self.env)._note_rule(
                    self.env._("%(rule)s was added", rule=record._watched_name())
                )
        return records

    def write(self, vals):
        clubs = {r: club for r, club in self._watched_clubs().items() if club}
        names = self._watched_fields(vals)
        before = {record: record._watched_values(names) for record in clubs}
        res = super().write(vals)
        for record, club in clubs.items():
            after = record._watched_values(names)
            changes = [
                (self._fields[name].string, before[record][name], after[name])
                for name in names
                if before[record][name] != after[name]
            ]
            if changes:
                club.with_env(self.env)._note_rule(
                    self.env._("%(rule)s was changed", rule=record._watched_name()),
                    changes,
                )
        return res

    def unlink(self):
        gone = [
            (club.with_env(self.env), record._watched_name())
            for record, club in self._watched_clubs().items()
            if club
        ]
        res = super().unlink()
        for club, name in gone:
            club.exists()._note_rule(self.env._("%(rule)s was deleted", rule=name))
        return res

    def _watched_name(self):
        # The note names what was changed, whatever else of it one may read.
        record_sudo = self.sudo()
        return f"{self._description}: {record_sudo.display_name}"

    def _watched_fields(self, vals):
        """Names of what is watched among the values of a write."""
        return [
            name
            for name in vals
            if (field := self._fields.get(name))
            and field.store
            and field.type in SHOWN
            and name not in UNTOLD
        ]

    def _watched_values(self, names):
        """What stands in these fields, as people read it: dict of name to text."""
        record_sudo = self.sudo()  # products and categories have names for everybody
        return {name: record_sudo._watched_text(name) for name in names}

    def _watched_text(self, name):
        field, value = self._fields[name], self[name]
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type in ("float", "monetary", "integer"):
            text = formatLang(self.env, value, digits=4)
            return text.rstrip("0").rstrip(".") if "." in text else text
        return str(value or "")
