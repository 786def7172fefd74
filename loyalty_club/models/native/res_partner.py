from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql, sql

from ...engine.identifiers import name_key, name_words
from ...exceptions import ClubError
from ...words import day_text

FILLED_AT_ONCE = 10_000
EARLIEST_BIRTH = date(1900, 1, 1)

PERSONAL = "loyalty_club.group_desk,loyalty_club.group_auditor"


class ResPartner(models.Model):
    # A part of the model: what members show.
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    # The names that the ecosystem's own addons use, so that data is shared with them.
    # Contacts are shared by companies; this much of a person is the club's to know.
    birthdate_date = fields.Date("Birthdate", groups=PERSONAL)
    gender = fields.Selection(
        [("male", "Male"), ("female", "Female"), ("other", "Other")], groups=PERSONAL
    )
    club_member_ids = fields.One2many(
        "loyalty.club.member", "partner_id", groups="loyalty_club.group_desk"
    )
    club_member_count = fields.Integer(
        compute="_compute_club_member_count", groups="loyalty_club.group_desk"
    )

    club_name_key = fields.Char(
        "Name for searching",
        compute="_compute_club_name_key",
        store=True,
        precompute=True,
        index="trigram",
        prefetch=False,
        copy=False,
        help="The name in one spelling, whatever letters and joiners it was typed in.",
    )

    @api.constrains("birthdate_date")
    def _check_birthdate_date(self):
        """A person was born by now, and in a year that people are still alive of.

        A year of the Jalali calendar that was typed as a Gregorian one is among these.
        """
        today = fields.Date.context_today(self)
        for partner in self.sudo():  # whoever may write a birth date may not read all
            born = partner.birthdate_date
            if born and not EARLIEST_BIRTH <= born <= today:
                raise ClubError(
                    "invalid_payload",
                    self.env._(
                        "birthdate: %(day)s is no day on which a customer was born",
                        day=day_text(self.env, born, "jalali"),
                    ),
                )

    def _auto_init(self):
        """Fill the names of before in batches, not record by record."""
        cr = self.env.cr
        if not sql.column_exists(cr, self._table, "club_name_key"):
            sql.create_column(cr, self._table, "club_name_key", "varchar")
            self._fill_name_keys()
        return super()._auto_init()

    @api.model
    def _fill_name_keys(self):
        last = 0
        while rows := self.env.execute_query(
            SQL(
                """
                SELECT id, name FROM res_partner
                 WHERE id > %s AND name IS NOT NULL ORDER BY id LIMIT %s
                """,
                last,
                FILLED_AT_ONCE,
            )
        ):
            last = rows[-1][0]
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner AS contact SET club_name_key = new.key
                      FROM unnest(%s::int[], %s::text[]) AS new (id, key)
                     WHERE contact.id = new.id
                    """,
                    [contact_id for contact_id, _name in rows],
                    [name_key(name) for _contact_id, name in rows],
                ),
                log_exceptions=False,  # it tells names
            )

    @api.depends("name")
    def _compute_club_name_key(self):
        for partner in self:
            partner.club_name_key = name_key(partner.name or "")

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if operator == "ilike" and isinstance(value, str) and name_words(value):
            domain = Domain(domain) | self._club_called(value)
        return domain

    @api.model
    def _club_called(self, text, field="club_name_key"):
        """Domain of those who are called so, in any letters and order of words.

        :param field: where the key of the name is, seen from the model that is searched
        """
        return Domain.AND(
            Domain(field, "ilike", escape_psql(word)) for word in name_words(text)
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._club_without_key(vals) for vals in vals_list])

    def _club_without_key(self, vals):
        """The same values, less the key of a name: it is read off the name."""
        return {name: value for name, value in vals.items() if name != "club_name_key"}

    def write(self, vals):
        """Members are recognised by what their contacts say, whoever changes it."""
        if "club_name_key" in vals:
            vals = self._club_without_key(vals)
        res = super().write(vals)
        if {"phone", "email", "active"} & vals.keys():
            # Whoever may change a contact needs no right on the club.
            members_sudo = self.env["loyalty.club.member"].sudo()
            members_sudo = members_sudo.search([("partner_id", "in", self.ids)])
            if {"phone", "email"} & vals.keys():
                members_sudo._follow_contacts()
            if "active" in vals:
                members_sudo._follow_archiving()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_members(self):
        members_sudo = self.env["loyalty.club.member"].sudo()  # seen by everybody here
        member = members_sudo.search([("partner_id", "in", self.ids)], limit=1)
        if member:
            raise UserError(
                self.env._(
                    "%(name)s is a member of a club and can't be deleted. Archive the "
                    "contact, which pauses the membership, or let a club manager "
                    "erase the member.",
                    name=member.partner_id.name,
                )
            )

    @api.depends("club_member_ids")
    def _compute_club_member_count(self):
        counts = dict(
            self.env["loyalty.club.member"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.club_member_count = counts.get(partner, 0)
