"""Moves are read by a cursor; two nights at once are in tests/concurrency."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.loyalty_club.exceptions import ClubError

from .test_runs import DAY, RunCase


class MovesCase(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Move = cls.env["loyalty.club.rfm.move"]
        cls.env.cr.execute("DELETE FROM loyalty_club_rfm_move")
        cls.env.cr.execute("DELETE FROM loyalty_club_rfm_epoch")
        cls.partners = cls._customers(3)
        cls.map = cls.definition.map_id

    @classmethod
    def wrote(cls, xact, epoch=1, count=1, definition=None, partner=None):
        """Moves as if a transaction of the past had written them. → their ids"""
        definition = definition or cls.definition
        segments = definition.map_id.segment_ids
        cls.env.cr.execute(
            """
            INSERT INTO loyalty_club_rfm_move
                   (definition_id, company_id, partner_id, day, reason,
                    from_segment_id, to_segment_id, epoch, xact)
            SELECT %s, %s, %s, %s, 'purchases', %s, %s, %s, %s::xid8
              FROM generate_series(1, %s) RETURNING id
            """,
            [
                definition.id,
                definition.company_id.id,
                (partner or cls.partners[0]).id,
                DAY,
                segments[0].id,
                segments[1].id,
                epoch,
                str(xact),
                count,
            ],
        )
        return [move_id for (move_id,) in cls.env.cr.fetchall()]

    def lives_in(self, *clusters):
        """The database was written to in these clusters; None is the present one."""
        self.env.cr.execute("DELETE FROM loyalty_club_rfm_epoch")
        for cluster in clusters:
            if not cluster:
                self.Move._epoch()
                continue
            self.env.cr.execute(
                "INSERT INTO loyalty_club_rfm_epoch "
                "SELECT count(*) + 1, %s FROM loyalty_club_rfm_epoch",
                [cluster],
            )

    @contextmanager
    def assertClubError(self, code):
        with self.assertRaises(ClubError) as caught:
            yield
        self.assertEqual(caught.exception.code, code)

    def read_all(self, limit=500, cursor=None):
        """All ids page by page, and the last cursor."""
        found = []
        while True:
            moves, cursor = self.Move._moves_since(cursor, limit)
            if not moves:
                return found, cursor
            found.append(moves.ids)


@tagged("post_install", "-at_install")
class TestMovesSince(MovesCase):
    def test_in_the_order_of_transactions(self):
        self.lives_in(None)
        late, early = self.wrote(9), self.wrote(7)
        pages, cursor = self.read_all()
        self.assertEqual(pages, [early + late])
        self.assertEqual(self.read_all(cursor=cursor), ([], cursor))
        later = self.wrote(9)  # the same transaction, after the cursor was taken
        self.assertEqual(self.read_all(cursor=cursor)[0], [later])

    def test_a_page_may_end_within_a_transaction(self):
        self.lives_in(None)
        ids = [*self.wrote(7, count=3), *self.wrote(9, count=4)]
        for limit in (1, 2, 3, 4, 5):
            with self.subTest(limit):
                pages, _cursor = self.read_all(limit)
                self.assertEqual([one for page in pages for one in page], ids)
                self.assertEqual({len(page) for page in pages[:-1]} - {limit}, set())

    def test_what_is_not_committed_waits(self):
        """Our own transaction is the one that has not ended."""
        self._fact(self.partners[0], DAY - timedelta(days=300), 10)
        self.definition._run(DAY, full=True)
        _pages, cursor = self.read_all()
        self._fact(self.partners[0], DAY, 900)
        run = self.definition._run(DAY + timedelta(days=1))
        self.assertTrue(run.moved)
        self.assertEqual(self.read_all(cursor=cursor), ([], cursor))
        self.env.cr.execute("SELECT DISTINCT epoch FROM loyalty_club_rfm_move")
        self.assertEqual(self.env.cr.fetchall(), [(1,)])

    def test_moves_from_before_the_cursor_come_first(self):
        new = self.wrote(7)
        old = self.wrote(0, epoch=0, count=2)
        self.assertEqual(self.Move._moves_since(None, 1)[0].ids, old[:1])
        _first, cursor = self.Move._moves_since(None, 1)
        self.lives_in(None)
        self.assertEqual(self.read_all(cursor=cursor)[0], [old[1:] + new])

    def test_a_restored_dump_loses_nothing(self):
        """Numbers of transactions are far smaller in the new cluster."""
        self.lives_in("old/00000001")
        ids = self.wrote(2**40, count=2)
        pages, cursor = self.read_all(1)
        self.assertEqual(pages, [ids[:1], ids[1:]], "before anything is written there")
        self.lives_in("old/00000001", None)
        after = self.wrote(5, epoch=2)
        self.assertEqual(self.read_all(cursor=cursor)[0], [after])
        self.assertEqual(self.read_all()[0], [ids + after])

    def test_a_cursor_of_a_life_that_is_gone_is_stale(self):
        self.lives_in("old/00000001", "gone/00000001")
        self.wrote(2**40, epoch=2)
        _pages, cursor = self.read_all()
        for lives in (("old/00000001",), ("old/00000001", None), ()):
            self.lives_in(*lives)
            with self.subTest(lives), self.assertClubError("stale_cursor"):
                self.Move._moves_since(cursor)

    def test_what_is_no_cursor(self):
        for cursor in (
            "1",
            "1-2-3",
            "a-0-0-0",
            "1-zz-1-1",
            "0-0-0-" + "9" * 19,
            "۱-0-0-0",
        ):
            with self.subTest(cursor), self.assertClubError("invalid_payload"):
                self.Move._moves_since(cursor)

    def test_rights_are_those_of_the_caller(self):
        self.lives_in(None)
        company = self.env["res.company"].create({"name": "Stranger"})
        other = self._definition(company_id=company.id, name="Theirs")
        ids, _theirs = self.wrote(7), self.wrote(7, definition=other)
        desk = new_test_user(
            self.env,
            "moves-desk",
            "loyalty_club.group_desk",
            company_id=self.company.id,
        )
        self.assertEqual(self.Move.with_user(desk)._moves_since()[0].ids, ids)
        clerk = new_test_user(self.env, "moves-clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.Move.with_user(clerk)._moves_since()

    def test_a_day_that_is_done_again_takes_no_move_back(self):
        """Who has read that somebody entered a segment is told that they left it."""
        partner = self.partners[0]
        self._fact(partner, DAY - timedelta(days=300), 10)
        for other in self.partners[1:]:
            self._fact(other, DAY - timedelta(days=200), 20)
        self.definition._run(DAY, full=True)
        later = DAY + timedelta(days=1)
        places = [self._rows()[partner.id][-1]]
        for net in (900, 900, -1800):
            self._fact(partner, DAY, net)
            self.definition._run(later)
            places.append(self._rows()[partner.id][-1])
        steps = [pair for pair in pairwise(places) if pair[0] != pair[1]]
        moves = self.Move.search([("partner_id", "=", partner.id)], order="id")
        self.assertTrue(steps)
        self.assertEqual(
            [(move.from_segment_id.id, move.to_segment_id.id) for move in moves], steps
        )


@tagged("post_install", "-at_install")
class TestApi(MovesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club = cls.env["loyalty.club"].create(
            {"name": "Moves", "code": "moves", "company_id": cls.company.id}
        )
        cls.api = cls.api_of("integration", cls.company)

    @classmethod
    def api_of(cls, kind, company):
        user = new_test_user(
            cls.env,
            f"moves-{kind}-{company.id}",
            f"loyalty_club.group_{kind}",
            company_id=company.id,
            company_ids=[company.id],
        )
        return cls.env(user=user, context={})["loyalty.club"]

    def test_answer(self):
        self.lives_in(None)
        member = self.env["loyalty.club.member"]._enrol(
            self.club, {"name": "Sara", "mobile": "+989121234567"}, how="door"
        )[0]
        ids = self.wrote(7, count=3, partner=member.partner_id)
        answer = self.api.segment_moves(limit=2)
        one, other = self.map.segment_ids[:2]
        self.assertEqual(
            answer["moves"][0],
            {
                "id": str(ids[0]),
                "day": DAY.isoformat(),
                "reason": "purchases",
                "definition": "Customers",
                "member": member.number,
                "partner_id": member.partner_id.id,
                "from": {"code": one.code, "name": one.name},
                "to": {"code": other.code, "name": other.name},
            },
        )
        rest = self.api.segment_moves(after=answer["cursor"], limit=2)
        self.assertEqual([move["id"] for move in rest["moves"]], [str(ids[2])])
        self.assertFalse(self.api.segment_moves(after=rest["cursor"])["moves"])

    def test_refusals_and_callers(self):
        for values in ({"limit": 0}, {"limit": 501}, {"after": 7}, {"after": "x"}):
            with self.subTest(values), self.assertClubError("invalid_payload"):
                self.api.segment_moves(**values)
        for kind in ("desk", "auditor"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.api_of(kind, self.company).segment_moves()

    def test_a_branch_and_another_company(self):
        """A branch's club is told of the company that its segments belong to."""
        self.lives_in(None)
        ids = self.wrote(7)
        branch, stranger = self.env["res.company"].create(
            [{"name": "Branch", "parent_id": self.company.id}, {"name": "Stranger"}]
        )
        self.env["loyalty.club"].create(
            [
                {"name": one.name, "code": one.name, "company_id": one.id}
                for one in (branch, stranger)
            ]
        )
        told = self.api_of("integration", branch).segment_moves(club="Branch")
        self.assertEqual(
            [move["id"] for move in told["moves"]], [str(one) for one in ids]
        )
        api = self.api_of("integration", stranger)
        self.assertFalse(api.segment_moves()["moves"])
        with self.assertClubError("invalid_payload"):
            api.segment_moves(club="moves")

    def test_as_many_queries_for_a_hundred(self):
        self.lives_in(None)
        counts = []
        for count in (1, 99):
            self.wrote(7, count=count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(
                len(self.api.segment_moves()["moves"]), 100 if count > 1 else 1
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
