from odoo import api, models
from odoo.tools import ormcache

from ..exceptions import spoken

OURS = "loyalty_club"


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

    @api.model
    def load(self, fields, data):
        """On the screen of an import, a refused row says why without a code.

        Odoo answers these as texts, not as errors. Programs that call ``load`` get the
        code, as everywhere.
        """
        answer = super().load(fields, data)
        if self.env.context.get("import_file"):
            for message in answer["messages"]:
                message["message"] = spoken(message["message"])
        return answer
