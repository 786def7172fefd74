from odoo import api, models
from odoo.tools import SQL

from ...erasing import CONTACT, Gone, Kept

TEXTS = frozenset({"char", "text", "html", "binary", "json"})
# What each company says of a contact in a column of its own kind.
BY_COMPANY = frozenset({"char", "text", "html"})


class ResPartner(models.Model):
    """A contact whom only the club knew is blanked; others stay for whom they serve."""

    # A part of the model: erasing, beside that of members.
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _on_erase_needed(self, members):
        """Who needs to know whom these contacts are, apart from a club: a hook.

        An addon extends this with its documents. Such a contact is not blanked: the
        memberships let go of it.

        :param members: ``loyalty.club.member`` that are erased, which don't count
        :return: list of (contacts, dict of the contract's word to what people read)
        """
        companies = self.env["res.company"].search([("partner_id", "in", self.ids)])
        others = self.env["loyalty.club.member"].search(
            [("partner_id", "in", self.ids), ("id", "not in", members.ids)]
        )
        return [
            (
                self.with_context(active_test=False).filtered("user_ids"),
                {"contact: user": self.env._("the contact, who is a user")},
            ),
            (
                companies.partner_id,
                {
                    "contact: company": self.env._(
                        "the contact, which is a company of yours"
                    )
                },
            ),
            (
                self._named_in("account.move", "partner_id", "partner_shipping_id")
                | self._named_in("account.move.line", "partner_id")
                | self._named_in("account.payment", "partner_id"),
                {
                    "contact: accounting": self.env._(
                        "the contact, for invoices and payments"
                    )
                },
            ),
            (
                others.partner_id,
                {"contact: member": self.env._("the contact, for another membership")},
            ),
        ]

    def _named_in(self, model, *names, domain=()):
        """Those of these contacts that records of a model name."""
        found = self.browse()
        for name in names:
            groups = self.env[model]._read_group(
                [(name, "in", self.ids), *domain], [name]
            )
            found |= self.browse(contact.id for (contact,) in groups)
        return found

    def _lineage(self):
        """The contact, what it belongs to, and so on."""
        self.ensure_one()
        found, above = self, self.parent_id
        while above and above not in found:
            found |= above
            above = above.parent_id
        return found

    def _erased_with_addresses(self, members):
        """These contacts and what is noted under them: addresses, not other people.

        :param members: ``loyalty.club.member`` that are erased
        """
        if not self:
            return self
        below = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids), ("id", "not in", self.ids)]
        )
        below = below.with_env(self.env)
        others = self.env["loyalty.club.member"].search(
            [("partner_id", "in", below.ids), ("id", "not in", members.ids)]
        )
        people = below.with_context(active_test=False).filtered("user_ids")
        people |= others.partner_id | below.filtered(
            lambda contact: contact.type == "contact" and contact.parent_id.is_company
        )
        return self | below.filtered(lambda contact: not contact._lineage() & people)

    # ------------------------------------------------------------------ belongings

    @api.model
    def _on_erase(self, person):
        found = super()._on_erase(person)
        profile = {
            "birth date": self.env._("birth date"),
            "gender": self.env._("gender"),
            "tags": self.env._("tags"),
        }
        if person.contacts:
            words = {
                "name": self.env._("name"),
                "mobile": self.env._("mobile"),
                "e-mail": self.env._("e-mail"),
                "address": self.env._("addresses"),
                **profile,
                "notes": self.env._(
                    "notes, picture and all other texts of the contact"
                ),
            }
            erase = lambda: self._erase_contacts(person)  # noqa: E731
            found.append(Gone(words, erase, CONTACT))
        lonely = [
            contact
            for contact, words in person.needed.items()
            if "contact: member" not in words
        ]
        if person.needed:
            words = {"link to the contact": self.env._("the link to the contact")}
            if lonely:
                words.update(profile)
            erase = lambda: self._erase_profile(person, lonely)  # noqa: E731
            found.append(Gone(words, erase, CONTACT))
        for words in person.needed.values():
            found.append(Kept({"contact": self.env._("the contact"), **words}))
        # What tags are called is the shop's, whoever had them.
        return [
            *found,
            Kept({"names of tags": self.env._("the names of tags, for others")}),
        ]

    @api.model
    def _erase_contacts(self, person):
        """Blank the contacts, once nothing of the club leads to them."""
        self._let_go(person)
        contacts = person.contacts.with_context(tracking_disable=True)
        # The employer tells of them too, and nothing of this is to reach it.
        contacts.filtered(
            lambda contact: contact.parent_id not in contacts
        ).parent_id = False
        contacts.write(
            {
                **self._blank_values(),
                "name": self.env._("Erased"),
                "category_id": [(5,)],
                "active": False,
            }
        )
        columns = {
            name: None
            for name, field in self._fields.items()
            if field.store
            and (
                (field.company_dependent and field.type in BY_COMPANY)
                or field.type == "properties"
            )
        }
        person.set("res.partner", columns, "id", contacts.ids)

    @api.model
    def _blank_values(self):
        """What a contact may say of a person, in fields of whatever addon."""
        values = {"gender": False, "state_id": False, "country_id": False}
        for name, field in self._fields.items():
            typed = field.store and not field.required and not field.related
            if not typed or (field.compute and field.readonly):
                continue
            if field.type in TEXTS or field.type == "date":
                values[name] = False
            elif name in ("partner_latitude", "partner_longitude"):
                values[name] = 0.0
        return values

    @api.model
    def _erase_profile(self, person, contacts):
        """Let go of contacts that stay, and take along what is the club's of them.

        :param contacts: those that no other membership needs
        """
        self._let_go(person)
        self.union(*contacts).with_context(tracking_disable=True).write(
            {"birthdate_date": False, "gender": False, "category_id": [(5,)]}
        )

    @api.model
    def _let_go(self, person):
        """Give the memberships and accounts a contact without a name of their own."""
        held = person.contacts.union(*person.needed)
        members = person.members.filtered(lambda member: member.partner_id in held)
        if not members:
            return  # they have one already
        anonymous = self.with_context(tracking_disable=True).create(
            {
                "name": self.env._(
                    "Erased member %(number)s", number=person.members[:1].number
                )
            }
        )
        members = members.with_context(tracking_disable=True)
        person.cards.filtered(lambda card: card.member_id in members).write(
            {"partner_id": anonymous.id}
        )
        members.write({"partner_id": anonymous.id})


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.model
    def _on_erase(self, person):
        """Blank the accounts of blanked contacts: Odoo never deletes one."""
        found = super()._on_erase(person)
        if person.contacts:
            banks = self.with_context(active_test=False).search(
                [("partner_id", "in", person.contacts.ids)]
            )
            person.logged(banks)
            words = {"bank accounts": self.env._("bank accounts")}
            found.append(Gone(words, lambda: self._erase_accounts(person, banks)))
        return found

    @api.model
    def _erase_accounts(self, person, banks):
        # By Odoo's own way each change would be noted at the contact, with the number,
        # and an account that was trusted couldn't be changed at all.
        number = SQL("'ERASED' || id")
        values = {"acc_number": number, "sanitized_acc_number": number}
        values |= {
            name: None
            for name, field in self._fields.items()
            if field.store and field.type in ("char", "text") and name not in values
        }
        values |= {"allow_out_payment": False, "active": False}
        person.set("res.partner.bank", values, "id", banks.ids)
