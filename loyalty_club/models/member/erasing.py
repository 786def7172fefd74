from odoo import api, fields, models
from odoo.tools import SQL, unique

from ...erasing import ACCOUNTS, CONTACT, LOG, Gone, Kept, Person


class LoyaltyClubMember(models.Model):
    """A person is forgotten; the ledger stays whole and anonymous.

    What goes and what stays is said by whoever keeps it, see ``_on_erase``.
    """

    # A part of the model: erasing.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    def _erase(self, reason):
        """Forget the person, by whichever of their memberships.

        A second time finds what has come since, and answers like the first. To be
        called with all rights.

        :return: dict with lists ``erased`` and ``kept``
        """
        members = self._same_person()
        member = members[:1]
        person = Person(members)
        gone, kept = person.belongings()
        reason = person.masked(reason)
        # Nothing of before may be written into the log afterwards.
        for records in (members, person.contacts):
            records._track_discard()
        quiet = self.env(context={**self.env.context, "tracking_disable": True})
        for each in gone:
            each.erase()
        members.with_env(quiet).write(
            {
                "state": "left",
                "erased_at": member.erased_at or fields.Datetime.now(),
                "contact_archived": False,
                **{
                    f"consent_{channel}": False
                    for channel in self.env["loyalty.club.consent"]._channels()
                },
            }
        )
        self.env["loyalty.club.event"]._note("erased", members.ids)
        member.message_post(
            body=self.env._("The person was erased: %(reason)s", reason=reason)
        )
        return {
            "erased": list(unique(word for each in gone for word in each.words)),
            "kept": list(unique(word for each in kept for word in each.words)),
        }

    def _erase_preview(self):
        """What erasing would do, for people to read: lists of what goes and stays."""
        gone, kept = Person(self._same_person()).belongings()
        # Who it is comes first for people, though it goes after other things.
        gone.sort(key=lambda each: each.order != CONTACT)
        return (
            list(unique(text for each in gone for text in each.words.values())),
            list(unique(text for each in kept for text in each.words.values())),
        )

    def _same_person(self):
        """All memberships of one person in the club, the one that goes on first."""
        self.ensure_one()
        member = self.merged_into_id or self
        return member | self.search([("merged_into_id", "=", member.id)])

    def _erased_contacts(self):
        """The contacts of a person who is erased, with their addresses.

        :return: (contacts to blank, dict of the others to who needs them: see
            ``res.partner._on_erase_needed``)
        """
        roots = self.filtered(lambda member: not member.erased_at).partner_id
        own = roots._erased_with_addresses(self)
        needs = {}
        for contacts, words in own._on_erase_needed(self):
            for contact in contacts:
                needs.setdefault(contact, {}).update(words)
        blanked, needed = own.browse(), {}
        for root in roots:
            tree = own.filtered(lambda contact, root=root: root in contact._lineage())
            words = {}
            for contact in tree:
                words.update(needs.get(contact, {}))
            if words:
                needed[root] = words
            else:
                blanked |= tree
        return blanked, needed

    # ------------------------------------------------------------------ belongings

    @api.model
    def _on_erase(self, person):
        kept = {"number": self.env._("the member number")}
        if any(card.club_debt for card in person.cards):
            kept["debt"] = self.env._("what the member owes")
        return [
            *super()._on_erase(person),
            Gone(
                {"balances": self.env._("balances, and what is held of them")},
                lambda: self._erase_balances(person),
                ACCOUNTS,
            ),
            # What Odoo remembers of screens: for a few hours, but also what was typed.
            Gone({}, lambda: self._erase_screens(person), LOG),
            Kept(kept),
        ]

    @api.model
    def _erase_balances(self, person):
        """End holds and take what is left, by the ledger alone."""
        ledger = self.env["loyalty.club.ledger"]
        cards = person.members.card_ids
        ledger._release_all(cards.ids)
        for card in cards:
            ledger._forfeit(card.id)

    @api.model
    def _erase_screens(self, person):
        """Forget the rows of wizards that tell of the person, of whatever addon."""
        ids = {
            "loyalty.club.member": person.members.ids,
            "res.partner": person.contacts.ids,
        }
        tables = []
        for name, model in self.env.registry.items():
            if not model._transient or model._abstract or not model._auto:
                continue
            table = SQL.identifier(model._table)
            self.env[name].flush_model()
            tests = [SQL("%s::text ~* %s", table, person.pattern(telling=True))]
            for field in model._fields.values():
                if field.type == "many2one" and field.store:
                    for link_ids in filter(None, [ids.get(field.comodel_name)]):
                        column = SQL.identifier(field.name)
                        tests.append(SQL("%s = ANY(%s)", column, link_ids))
            tables.append(
                SQL(
                    "SELECT %s, id FROM %s WHERE %s",
                    name,
                    table,
                    SQL(" OR ").join(tests),
                )
            )
        self.env.cr.execute(SQL(" UNION ALL ").join(tables), log_exceptions=False)
        found = {}
        for name, row_id in self.env.cr.fetchall():
            found.setdefault(name, []).append(row_id)
        for name, row_ids in found.items():
            self.env[name].browse(row_ids).exists().unlink()
