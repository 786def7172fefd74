"""What the tests share: a club of its own, members, points, and a user of each kind.

Nothing here leans on demo data or on the company that a database starts with. All
amounts are units (``loyalty_club/ledger.py``): points, or cents of the club's euros.

    class TestSomething(ClubCase):
        def test_it(self):
            ali = self.member("Ali", mobile="09121234567")
            self.grant(ali, 100)                    # points, usable at once
            self.grant(ali, 2500, "wallet")         # 25.00
            self.assertEqual(self.available(ali), 100)
"""

import re
from contextlib import contextmanager

import psycopg2

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..exceptions import ClubError
from ..ledger import Origin

# What people who sell, and their managers, may do with native cards, history, programs
# and wizards. Odoo gives such rights with pos_loyalty and sale_loyalty; here they don't
# depend on what is installed.
SELLING = {
    "loyalty.card": (1, 1, 1, 0),
    "loyalty.history": (1, 1, 1, 1),
    "loyalty.program": (1, 1, 1, 0),
    "loyalty.rule": (1, 0, 0, 0),
    "loyalty.reward": (1, 0, 0, 0),
    "loyalty.mail": (1, 0, 0, 0),
    "loyalty.card.update.balance": (1, 1, 1, 0),
    "loyalty.generate.wizard": (1, 1, 1, 0),
}


class ClubKit:
    """The helpers, for cases that can't inherit :class:`ClubCase` (``HttpCase``).

    Call ``setUpKit()`` at the end of ``setUpClass``. It sets:

    ``company``, ``club`` (code "test", euros, Gregorian, UTC, no expiry),
    ``ledger`` (``loyalty.club.ledger``) and ``users``: ``desk``, ``manager``,
    ``auditor``, ``integration``, ``internal`` (an employee and nothing else) and
    ``seller`` (an employee with the native rights of people who sell).
    """

    # Whether everybody works for a branch alone, whose company has the club: a second
    # class that says so runs a journey's tests there as well.
    at_a_branch = False

    @classmethod
    def setUpKit(cls):
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.company = cls.new_company("Corner Shop")
        cls.club = cls.new_club("test", cls.company)
        if cls.at_a_branch:
            cls.company = cls.new_company("Corner Shop 2", parent=cls.company)
        cls.ledger = cls.env["loyalty.club.ledger"]
        cls.selling = cls._selling_group()
        kinds = ("desk", "manager", "auditor", "integration")
        groups = {kind: cls.env.ref(f"loyalty_club.group_{kind}") for kind in kinds}
        groups |= {"internal": cls.env["res.groups"], "seller": cls.selling}
        # All at once: one by one they are half of what a class's set-up costs.
        people = cls._create_users(
            [cls._user_values(kind, cls.company, groups[kind]) for kind in groups]
        )
        cls.users = dict(zip(groups, people, strict=True))

    # ------------------------------------------------------------------ who and where

    @classmethod
    def new_company(cls, name, parent=None):
        """A company in Iran that counts in euros, or a branch of ``parent``."""
        values = {"name": name, "country_id": cls.env.ref("base.ir").id}
        if parent:
            values["parent_id"] = parent.id
        else:
            values["currency_id"] = cls.euro.id
        company = cls.env["res.company"].create(values)
        cls.env.user.company_ids += company
        return company

    @classmethod
    def new_club(cls, code, company, **policies):
        """A club; ``policies`` are fields of ``loyalty.club``."""
        values = {
            "name": f"Club {code}",
            "code": code,
            "company_id": company.id,
            "calendar": "gregorian",
            "tz": "UTC",
            **policies,
        }
        return cls.env["loyalty.club"].create(values)

    @classmethod
    def user(cls, login, *groups, companies=None):
        """An internal user (password = login) of ``companies``, or else of the shop."""
        refs = cls.env["res.groups"].union(*map(cls.env.ref, groups))
        values = cls._user_values(login, companies or cls.company, refs)
        return cls._create_users([values])

    @classmethod
    def _create_users(cls, values):
        users = cls.env["res.users"].with_context(no_reset_password=True)
        return users.create(values)

    @classmethod
    def _user_values(cls, login, companies, groups):
        return {
            "name": login.capitalize(),
            "login": f"club-{login}",
            "password": f"club-{login}",
            "email": f"{login}@example.com",
            "company_id": companies[0].id,
            "company_ids": [(6, 0, companies.ids)],
            "group_ids": [(6, 0, (cls.env.ref("base.group_user") + groups).ids)],
        }

    @classmethod
    def _selling_group(cls):
        group = cls.env["res.groups"].create({"name": "Selling"})
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"{model} selling",
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    "perm_read": read,
                    "perm_write": write,
                    "perm_create": create,
                    "perm_unlink": unlink,
                }
                for model, (read, write, create, unlink) in SELLING.items()
            ]
        )
        return group

    @classmethod
    def member(cls, name="Member", club=None, **values):
        """A member; ``values`` as in ``loyalty.club.member._enrol``: mobile, email…"""
        member, _created = cls.env["loyalty.club.member"]._enrol(
            club or cls.club, {"name": name, **values}
        )
        return member

    @classmethod
    def members(cls, count, club=None):
        """Many members, made in one go."""
        club = club or cls.club
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(count)]
        )
        return cls.env["loyalty.club.member"].create(
            [{"club_id": club.id, "partner_id": partner.id} for partner in partners]
        )

    # ------------------------------------------------------------------ balances

    @classmethod
    def account(cls, member, kind="points"):
        """Id of the member's account, made when they have none."""
        return cls.ledger._account(member, kind)

    @classmethod
    def card(cls, member, kind="points"):
        return cls.env["loyalty.card"].browse(cls.account(member, kind))

    @classmethod
    def grant(cls, member, units, account="points", kind="bonus", **options):
        """Give units; options: key, origin, available_on, expires_on. → entry ids"""
        return cls.ledger._grant(cls.account(member, account), units, kind, **options)

    @classmethod
    def spend(cls, member, units, account="points", kind="spend", **options):
        """Spend units; options: key, origin, hold. → entry ids"""
        return cls.ledger._spend(cls.account(member, account), units, kind, **options)

    @classmethod
    def purchase(cls, member, points=0, key=None, **values):
        """A bare purchase without lines or entries, for tests of the ledger alone."""
        today = member.club_id._today()
        purchase = cls.env["loyalty.club.purchase"].create(
            {
                "club_id": member.club_id.id,
                "company_id": member.company_id.id,
                "member_id": member.id,
                "source": "door",
                "key": key or f"sale-{cls.env.cr.now()}-{cls._next()}",
                "date": fields.Datetime.now(),
                "day": today,
                "currency_id": member.currency_id.id,
                "points": points,
                **values,
            }
        )
        if points:
            origin = Origin(purchase_id=purchase.id)
            cls.grant(member, points, kind="earn", origin=origin)
        return purchase

    _counter = 0

    @classmethod
    def _next(cls):
        ClubKit._counter += 1
        return ClubKit._counter

    @classmethod
    def balances(cls, member, account="points"):
        """Dict with available, pending, held, debt and expiring (units, day)."""
        return cls.ledger._balances(member)[account]

    @classmethod
    def available(cls, member, account="points"):
        return cls.balances(member, account)["available"]

    @classmethod
    def entries(cls, member):
        """The member's entries, the oldest first."""
        return cls.env["loyalty.club.entry"].search(
            [("member_id", "=", member.id)], order="id"
        )

    @classmethod
    def lots(cls, member, account="points"):
        """Lots as the database has them: list of (remaining, amount, last day)."""
        cls.env.cr.execute(
            """
            SELECT remaining, amount, expires_on FROM loyalty_club_lot
             WHERE card_id = %s ORDER BY id
            """,
            [cls.account(member, account)],
        )
        return cls.env.cr.fetchall()

    def books(self):
        """All that attacks are after, as it is in the database: compare two of them."""
        self.env.flush_all()
        tables = {
            "loyalty_card": "id, points, club_pending, club_debt, partner_id,"
            " member_id, program_id, club_id, code, active, expiration_date",
            "loyalty_history": "id, card_id, issued, used, description",
            "loyalty_club_entry": "id, card_id, amount, pending, debt, balance",
            "loyalty_club_lot": "id, card_id, remaining, amount, expires_on",
            "loyalty_club_allocation": "id, lot_id, amount",
            "loyalty_club_hold": "id, state, amount, captured",
            "loyalty_club_member": "id, number, state, tier_id, qualified, partner_id,"
            " club_id",
            "loyalty_club_request": "id, state, amount, user_id, decided_by_id",
            "loyalty_club_tier": "id, threshold, active, multiplier",
            "loyalty_club": "id, clawback, pending_days, cap_desk_points,"
            " welcome_points",
            "loyalty_program": "id, club_id, club_account, program_type",
        }
        found = {}
        for table, columns in tables.items():
            names = SQL(", ").join(map(SQL.identifier, columns.split(", ")))
            query = SQL("SELECT %s FROM %s ORDER BY id", names, SQL.identifier(table))
            self.env.cr.execute(query)
            found[table] = self.env.cr.fetchall()
        return found

    # ------------------------------------------------------------------ expectations

    @contextmanager
    def assertClubError(self, code):
        """The block is refused with this code."""
        with self.assertRaises(ClubError) as caught:
            yield caught
        self.assertEqual(caught.exception.code, code, str(caught.exception))

    @contextmanager
    def assertDatabaseRefuses(self, message):
        """The database itself refuses; the savepoint is rolled back."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.Error) as caught,
            self.env.cr.savepoint(),
        ):
            yield
        self.assertRegex(str(caught.exception), re.compile(message))


@tagged("post_install", "-at_install")
class ClubCase(ClubKit, TransactionCase):
    """A test case with the kit in place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()


@tagged("post_install", "-at_install")
class TwoCompaniesCase(ClubCase):
    """Two companies with a club and two branches each.

    ``north`` (the kit's ``company`` and ``club``) and ``south`` with ``south_club``;
    branches ``north_1``, ``north_2``, ``south_1``, ``south_2``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north, cls.south = cls.company, cls.new_company("South")
        cls.north_1 = cls.new_company("North 1", parent=cls.north)
        cls.north_2 = cls.new_company("North 2", parent=cls.north)
        cls.south_1 = cls.new_company("South 1", parent=cls.south)
        cls.south_2 = cls.new_company("South 2", parent=cls.south)
        cls.south_club = cls.new_club("south", cls.south)
