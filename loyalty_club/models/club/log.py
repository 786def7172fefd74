from markupsafe import Markup

from odoo import models

from ...rights import raised
from .watched import TRACKED, UNTOLD


class LoyaltyClub(models.Model):
    """Every policy is tracked: who changed it, from what to what."""

    # A part of the model: its log.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

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

    def _heard(self):
        """These clubs without a caller's wish that nothing be tracked."""
        if self.env.su:
            return self
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
