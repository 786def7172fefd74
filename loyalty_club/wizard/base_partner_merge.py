from odoo import models

from ..rights import raised


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge memberships and accounts before their contacts become one.

        Odoo would repoint the rows by SQL and delete those that then collide, with the
        points on them.
        """
        # Whoever may merge contacts needs no right on the club for its books to follow.
        raised(self)._club_merge_members(src_partners, dst_partner)
        raised(self)._club_merge_accounts(src_partners, dst_partner)
        # Nor to know a birth date, for it to be kept.
        raised(self)._club_merge_person(raised(src_partners), raised(dst_partner))
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _club_merge_members(self, src_partners, dst_partner):
        """One member remains in each club: the one of the contact that remains."""
        Member = self.env["loyalty.club.member"]
        domain = [("merged_into_id", "=", False)]
        target_of = {
            member.club_id: member
            for member in Member.search([*domain, ("partner_id", "=", dst_partner.id)])
        }
        for member in Member.search(
            [*domain, ("partner_id", "in", src_partners.ids)], order="id"
        ):
            target = target_of.setdefault(member.club_id, member)
            if target != member:
                member._merge_into(target)
            else:
                # The contact that remains may say something else, and both were shown.
                member.identifier_ids.write({"followed": False})

    def _club_merge_person(self, src_partners, dst_partner):
        """Odoo carries over what the user may read alone; the rest would be lost."""
        for name in ("birthdate_date", "gender"):
            if not dst_partner[name]:
                dst_partner[name] = src_partners.filtered(name)[:1][name]

    def _club_merge_accounts(self, src_partners, dst_partner):
        """Accounts of contacts who aren't members are folded into one as well."""
        cards = self.env["loyalty.card"].search(
            [
                ("club_id", "!=", False),
                ("partner_id", "in", (src_partners + dst_partner).ids),
            ],
            order="id",
        )
        ledger = self.env["loyalty.club.ledger"]
        for accounts in cards.grouped("program_id").values():
            kept = accounts.filtered(lambda card: card.partner_id == dst_partner)[:1]
            kept = kept or accounts[:1]
            for account in accounts - kept:
                ledger._move_account(account.id, kept.id)
                account.active = False
