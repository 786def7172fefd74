"""Rules of tiers change behind a preview only, and the preview tells the truth."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .test_tiers import TierCase


class TestTierPublish(TierCase):
    def draft(self, user="manager"):
        return (
            self.env["loyalty.club.tier.publish"]
            .with_user(self.users[user])
            .with_context(default_club_id=self.club.id)
            .create({})
        )

    def line(self, draft, code):
        return draft.line_ids.filtered(lambda line: line.code == code)

    def with_status(self, *values):
        members = self.members(len(values))
        for member, value in zip(members, values, strict=True):
            if value:
                self.bought(member, value)
        return members

    def tier_codes(self, members):
        self.env.invalidate_all()
        return [member.tier_id.code or None for member in members]

    def pairs(self, draft):
        return {
            (move.from_tier_id.code or None, move.to_line_id.code or None): (
                move.direction,
                move.count,
            )
            for move in draft.move_ids
        }

    def test_the_draft_starts_as_the_present_rules(self):
        draft = self.draft()
        self.assertEqual(draft.line_ids.mapped("code"), ["blue", "silver", "gold"])
        self.assertEqual(draft.line_ids.tier_id, self.blue + self.silver + self.gold)
        self.assertEqual(draft.tier_downgrade, self.club.tier_downgrade)
        draft.action_preview()
        self.assertFalse(draft.move_ids)
        self.assertEqual(draft.previewed and draft.is_previewed, True)

    def test_the_screen_opens_and_is_saved(self):
        form = Form(
            self.env["loyalty.club.tier.publish"]
            .with_user(self.users["manager"])
            .with_context(default_club_id=self.club.id)
        )
        with form.line_ids.edit(2) as line:
            line.threshold = 400
        draft = form.save()
        self.assertEqual(draft.club_id, self.club)
        self.assertEqual(self.line(draft, "gold").threshold, 400)
        self.assertEqual(self.line(draft, "gold").tier_id, self.gold)

    def test_a_preview_says_who_would_move_and_writes_nothing(self):
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        members = self.with_status(0, 150, 450, 600)
        draft = self.draft()
        self.line(draft, "silver").threshold = 200
        self.line(draft, "gold").threshold = 400
        before = self.tier_codes(members), len(members.tier_move_ids)
        draft.action_preview()
        self.assertEqual(
            self.pairs(draft),
            {("silver", "blue"): ("down", 1), ("silver", "gold"): ("up", 1)},
        )
        self.assertEqual(
            (draft.member_count, draft.up_count, draft.down_count), (4, 1, 1)
        )
        shown = {
            line.member_id: (line.from_tier_id.code, line.to_line_id.code, line.value)
            for line in draft.member_ids
        }
        self.assertEqual(shown[members[1]], ("silver", "blue", 150))
        self.assertEqual(shown[members[2]], ("silver", "gold", 450))
        self.assertEqual((self.tier_codes(members), len(members.tier_move_ids)), before)
        self.assertEqual(self.silver.threshold, 100)

    def test_publishing_does_what_the_preview_said(self):
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        members = self.with_status(0, 150, 450, 600)
        draft = self.draft()
        self.line(draft, "silver").threshold = 200
        self.line(draft, "gold").threshold = 400
        draft.action_preview()
        draft.action_publish()
        self.assertEqual(self.tier_codes(members), ["blue", "blue", "gold", "gold"])
        moves = members.tier_move_ids.filtered(lambda move: move.reason == "rules")
        self.assertEqual(moves.member_id, members[1] + members[2])
        self.assertEqual((self.silver.threshold, self.gold.threshold), (200, 400))

    def test_what_wasnt_previewed_isnt_published(self):
        self.with_status(150)
        draft = self.draft()
        with self.assertRaisesRegex(UserError, "Preview"):
            draft.action_publish()
        draft.action_preview()
        self.line(draft, "silver").threshold = 400
        self.assertFalse(draft.is_previewed)
        with self.assertRaisesRegex(UserError, "Preview"):
            draft.action_publish()
        draft.action_preview()
        draft.tier_grace_days = 3
        with self.assertRaisesRegex(UserError, "Preview"):
            draft.action_publish()

    def test_grace_keeps_members_and_the_preview_says_so(self):
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 30})
        members = self.with_status(150)
        draft = self.draft()
        self.line(draft, "silver").threshold = 200
        draft.action_preview()
        self.assertEqual((draft.down_count, draft.kept_count), (0, 1))
        draft.action_publish()
        self.assertEqual(self.tier_codes(members), ["silver"])
        self.assertEqual(members.below_since, self.club._today())

    def test_a_removed_tier_sends_its_members_one_below(self):
        self.club.tier_downgrade = "none"
        members = self.with_status(600, 150)
        draft = self.draft()
        draft.line_ids = [Command.delete(self.line(draft, "gold").id)]
        draft.action_preview()
        self.assertEqual(self.pairs(draft), {("gold", "silver"): ("down", 1)})
        draft.action_publish()
        self.assertEqual(self.tier_codes(members), ["silver", "silver"])
        self.assertFalse(self.gold.active)
        self.assertEqual(members[0].tier_move_ids.sorted("id")[-1].reason, "rules")

    def test_a_removed_tier_comes_back_with_its_code(self):
        members = self.with_status(600)
        draft = self.draft()
        draft.line_ids = [Command.delete(self.line(draft, "gold").id)]
        draft.action_preview()
        draft.action_publish()
        draft = self.draft()
        draft.line_ids = [
            Command.create({"name": "Gold again", "code": "gold", "threshold": 300})
        ]
        draft.action_preview()
        self.assertEqual(self.pairs(draft), {("silver", "gold"): ("up", 1)})
        draft.action_publish()
        self.assertEqual(members.tier_id, self.gold)
        self.assertEqual(self.gold.threshold, 300)

    def test_a_new_tier_and_its_bonus(self):
        members = self.with_status(600, 2000)
        draft = self.draft()
        draft.line_ids = [
            Command.create(
                {
                    "name": "Diamond",
                    "code": "diamond",
                    "threshold": 1000,
                    "welcome_points": 70,
                    "multiplier": 2,
                }
            )
        ]
        draft.action_preview()
        self.assertEqual(self.pairs(draft), {("gold", "diamond"): ("up", 1)})
        self.assertEqual(draft.bonus_points, 70)
        draft.action_publish()
        self.assertEqual(self.tier_codes(members), ["gold", "diamond"])
        self.assertEqual(self.available(members[1]), 70)
        self.assertEqual(self.available(members[0]), 0)

    def test_moving_down_brings_no_bonus(self):
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        self.silver.welcome_points = 25
        members = self.with_status(600)  # to gold at once: never had silver's bonus
        draft = self.draft()
        self.line(draft, "gold").threshold = 5000
        draft.action_preview()
        self.assertEqual(draft.bonus_points, 0)
        draft.action_publish()
        self.assertEqual(self.tier_codes(members), ["silver"])
        self.assertEqual(self.available(members), 0)

    def test_thresholds_can_be_swapped(self):
        members = self.with_status(600)
        draft = self.draft()
        self.line(draft, "silver").threshold = 500
        self.line(draft, "gold").threshold = 100
        draft.action_preview()
        draft.action_publish()
        self.assertEqual((self.silver.threshold, self.gold.threshold), (500, 100))
        self.assertEqual(members.tier_id, self.silver)

    def test_another_measure_counts_everything_again(self):
        member = self.members(1)
        self.bought(member, 150, total=2000)
        draft = self.draft()
        draft.qualify_measure = "spend"
        draft.action_preview()
        self.assertEqual(self.pairs(draft), {("silver", "gold"): ("up", 1)})
        draft.action_publish()
        self.env.invalidate_all()
        self.assertEqual(member.qualified, 2000)
        self.bought(member, 1, total=10)
        self.assertEqual(member.qualified, 2010)

    def test_policies_that_rank_members_change_here_only(self):
        self.club.tier_grace_days = 5  # nobody has a tier yet
        self.with_status(150)
        for name, value in {
            "qualify_measure": "spend",
            "qualify_period": "year",
            "qualify_months": 3,
            "tier_downgrade": "none",
            "tier_grace_days": 1,
            "tier_validity_months": 4,
        }.items():
            with self.assertRaisesRegex(UserError, "Change tier rules"):
                self.club.write({name: value})
        self.club.welcome_points = 3  # ranks nobody

    def test_two_tiers_at_one_threshold_are_refused(self):
        draft = self.draft()
        self.line(draft, "gold").threshold = 100
        with self.assertRaisesRegex(UserError, "same threshold"):
            draft.action_preview()

    def test_only_a_manager_may(self):
        for kind in ("desk", "auditor", "integration", "internal"):
            with self.assertRaises(AccessError):
                self.draft(kind)
        draft = self.draft()
        draft.action_preview()
        for kind in ("desk", "auditor"):
            with self.assertRaises(AccessError):
                draft.with_user(self.users[kind]).action_publish()

    def test_a_context_from_outside_opens_nothing(self):
        self.with_status(150)
        silver = self.silver.with_user(self.users["manager"])
        with self.assertRaises(UserError):
            silver.with_context(loyalty_club_publish=True).threshold = 1

    def test_a_preview_is_a_bounded_number_of_statements(self):
        def statements(count):
            self.with_status(*[150] * count)
            draft = self.draft()
            self.line(draft, "silver").threshold = 300 + count
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            draft.action_preview()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        statements(1)
        self.assertEqual(statements(1), statements(100))
