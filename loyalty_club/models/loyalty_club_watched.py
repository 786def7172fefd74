from markupsafe import Markup

from odoo import api, models
from odoo.tools import formatLang

from ..rights import raised

# What can be shown as it was and as it is.
SHOWN = frozenset(
    {
        "boolean", "char", "date", "datetime", "float", "integer", "many2many",
        "many2one", "monetary", "selection", "text",
    }
)  # fmt: skip
UNTOLD = {*models.MAGIC_COLUMNS, "sequence", "color"}
TRACKED = SHOWN - {"many2many"}


class LoyaltyClub(models.Model):
    """Every policy is tracked: who changed it, from what to what."""

    _inherit = "loyalty.club"

    def _track_get_fields(self):
        found = super()._track_get_fields()
        own = {
            name
            for name, field in self._fields.items()
            if field.store
            and field.type in TRACKED
            # What nobody sets is no policy: how far a daily job has got.
            and not (field.related or field.readonly or name in UNTOLD)
        }
        return found | set(self.fields_get(own, attributes=()))

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        clubs = super(LoyaltyClub, self._heard()).create(vals_list)
        return clubs.with_env(self.env)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        return super(LoyaltyClub, self._heard()).write(vals)

    def _heard(self):
        """These clubs without a caller's wish that nothing be tracked."""
        silent = ("tracking_disable", "mail_notrack", "mail_create_nolog")
        context = {k: v for k, v in self.env.context.items() if k not in silent}
        return self.with_context(context)  # pylint: disable=context-overridden

    def _note_rule(self, title, changes=()):
        """Write into the club's log what somebody did to its rules.

        :param changes: list of (label, before, after), as people read them
        """
        self.ensure_one()
        rows = Markup().join(
            Markup("<li>%s: %s → %s</li>") % (label, before or "–", after or "–")
            for label, before, after in changes
        )
        body = Markup("<p>%s</p>") % title
        # Whoever may change a rule may leave the trace of it.
        raised(self)._message_log(body=body + (rows and Markup("<ul>%s</ul>") % rows))


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


class LoyaltyClubTier(models.Model):
    _name = "loyalty.club.tier"
    _inherit = ["loyalty.club.tier", "loyalty.club.watched"]


class LoyaltyProgram(models.Model):
    _name = "loyalty.program"
    _inherit = ["loyalty.program", "loyalty.club.watched"]


class LoyaltyRule(models.Model):
    _name = "loyalty.rule"
    _inherit = ["loyalty.rule", "loyalty.club.watched"]


class LoyaltyReward(models.Model):
    _name = "loyalty.reward"
    _inherit = ["loyalty.reward", "loyalty.club.watched"]
