from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...erasing import LOG, Gone, Kept


def about(person, model_field="res_model", id_field="res_id"):
    """Domain of what is about the records that tell of a person."""
    return Domain.OR(
        Domain(model_field, "=", model) & Domain(id_field, "in", ids)
        for model, ids in person.log.items()
    )


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def _on_erase(self, person):
        words = {"messages": self.env._("messages and the log of changes")}
        return [
            *super()._on_erase(person),
            Gone(words, lambda: self._erase_messages(person), LOG),
        ]

    @api.model
    def _erase_messages(self, person):
        """Delete what was written at the person, and their traces in other messages."""
        messages = self.search(about(person, "model", "res_id"))
        pending = messages.attachment_ids.filtered(
            lambda file: file.res_model in (self._name, "mail.compose.message")
        )
        pending.unlink()
        messages.unlink()
        ids = person.contacts.ids
        if not ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message SET outgoing_email_to = NULL
                 WHERE outgoing_email_to IS NOT NULL AND id IN (
                    SELECT mail_message_id FROM mail_notification
                     WHERE res_partner_id = ANY(%(ids)s)
                 );
                UPDATE mail_message SET email_from = NULL, reply_to = NULL
                 WHERE author_id = ANY(%(ids)s);
                DELETE FROM mail_notification WHERE res_partner_id = ANY(%(ids)s);
                UPDATE mail_tracking_value AS change
                   SET old_value_char = CASE
                           WHEN old_value_integer = ANY(%(ids)s) THEN NULL
                           ELSE old_value_char END,
                       new_value_char = CASE
                           WHEN new_value_integer = ANY(%(ids)s) THEN NULL
                           ELSE new_value_char END
                  FROM ir_model_fields AS field
                 WHERE field.id = change.field_id AND field.relation = 'res.partner'
                   AND (old_value_integer = ANY(%(ids)s)
                        OR new_value_integer = ANY(%(ids)s))
                """,
                ids=ids,
            ),
            log_exceptions=False,
        )
        self.env.invalidate_all(flush=False)


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone({}, lambda: self._erase_mails(person), LOG),
        ]

    @api.model
    def _erase_mails(self, person):
        self.search(
            Domain("recipient_ids", "in", person.contacts.ids)
            | Domain("email_to", "in", person.emails)
        ).unlink()


class MailScheduledMessage(models.Model):
    _inherit = "mail.scheduled.message"

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone({}, lambda: self.search(about(person, "model")).unlink(), LOG),
        ]


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _on_erase(self, person):
        activities = self.with_context(active_test=False)  # also those that are done
        words = {"activities": self.env._("activities")}
        return [
            *super()._on_erase(person),
            Gone(words, lambda: activities.search(about(person)).unlink(), LOG),
        ]


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    @api.model
    def _on_erase(self, person):
        domain = about(person) | Domain("partner_id", "in", person.contacts.ids)
        words = {"followers": self.env._("followers")}
        return [
            *super()._on_erase(person),
            Gone(words, lambda: self.search(domain).unlink(), LOG),
        ]


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    @api.model
    def _on_erase(self, person):
        found = super()._on_erase(person)
        addresses = person.contacts.mapped("email_normalized")
        if self.search_count([("email", "in", addresses)], limit=1):
            found.append(Kept(_wish(self)))
        return found


class PhoneBlacklist(models.Model):
    _inherit = "phone.blacklist"

    @api.model
    def _on_erase(self, person):
        found = super()._on_erase(person)
        mobiles = person.contacts.mapped("phone_sanitized")
        if self.search_count([("number", "in", mobiles)], limit=1):
            found.append(Kept(_wish(self)))
        return found


def _wish(model):
    return {
        "do-not-contact lists": model.env._(
            "the wish not to be written to: do-not-contact lists"
        )
    }


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _on_erase(self, person):
        words = {"files": self.env._("files")}
        return [
            *super()._on_erase(person),
            Gone(words, lambda: self._erase_files(person), LOG),
        ]

    @api.model
    def _erase_files(self, person):
        """Files of the records, and pictures; Odoo's nightly run empties the disk."""
        files = self.with_context(skip_res_field_check=True)  # pictures as well
        files.search(about(person)).unlink()


class IrModelData(models.Model):
    _inherit = "ir.model.data"

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone({}, lambda: self._erase_names(person), LOG),
        ]

    @api.model
    def _erase_names(self, person):
        """External ids that somebody imported: they may spell the person."""
        # Names of a few hundred addons, installed or not.
        addons = self.env["ir.module.module"].search([])  # pylint: disable=no-search-all
        modules = addons.mapped("name")
        domain = about(person, "model") & Domain("module", "not in", modules)
        self.search(domain).unlink()


class BusBus(models.Model):
    _inherit = "bus.bus"

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone({}, lambda: self._erase_notifications(person), LOG),
        ]

    @api.model
    def _erase_notifications(self, person):
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM bus_bus WHERE message ~* %s", person.pattern(telling=True)
            ),
            log_exceptions=False,
        )
        self.invalidate_model(flush=False)
