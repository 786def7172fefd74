from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import scoring


class LoyaltyClubRfmMap(models.Model):
    """Which codes of scores make up which segment: a table that managers can edit."""

    _name = "loyalty.club.rfm.map"
    _description = "Map of segments"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    dimensions = fields.Selection(
        [
            ("rfm", "Recency, frequency and money: 125 codes"),
            ("rf", "Recency and frequency: 25 codes"),
        ],
        required=True,
        default="rfm",
    )
    segment_ids = fields.One2many("loyalty.club.rfm.segment", "map_id", copy=True)
    problem = fields.Char(compute="_compute_problem")
    is_complete = fields.Boolean(compute="_compute_problem")
    segment_count = fields.Integer("Segments", compute="_compute_counts")
    definition_count = fields.Integer("Used by", compute="_compute_counts")

    @api.depends("dimensions", "segment_ids.codes", "segment_ids.is_none")
    def _compute_problem(self):
        for record in self:
            record.problem = record._problem() or False
            record.is_complete = not record.problem

    @api.depends("segment_ids")
    @api.depends_context("allowed_company_ids")
    def _compute_counts(self):
        used = dict(
            self.env["loyalty.club.rfm.definition"]._read_group(
                [("map_id", "in", self.ids)], ["map_id"], ["__count"]
            )
        )
        for record in self:
            record.segment_count = len(record.segment_ids)
            record.definition_count = used.get(record._origin, 0)

    def _problem(self):
        """What keeps the map from giving each code exactly one segment; or ''."""
        nones = self.segment_ids.filtered("is_none")
        if len(nones) != 1:
            return self.env._(
                "One segment, and only one, is for customers without a purchase."
            )
        words = {
            "missing": self.env._("in no segment: %s"),
            "double": self.env._("in several segments: %s"),
            "unknown": self.env._("not a code: %s"),
        }
        codes = defaultdict(list)
        for problem in scoring.check_codes(self._codes(), self.dimensions):
            codes[problem.kind].append(problem.code)
        return "; ".join(words[kind] % " ".join(codes[kind]) for kind in codes)

    def _codes(self):
        """The codes of each segment with scores: ``{segment id: text}``."""
        return {
            segment.id or segment._origin.id or str(segment.id): segment.codes or ""
            for segment in self.segment_ids
            if not segment.is_none
        }

    def _version_values(self):
        """What a version keeps of the map: the segments of the codes 111 to 555.

        ``cells`` is empty as long as the map leaves a code without a segment.
        """
        self.ensure_one()
        return {
            "cells": False
            if self.problem
            else scoring.cells(self._codes(), self.dimensions),
            "none_segment_id": self.segment_ids.filtered("is_none")[:1].id,
        }

    @api.constrains("dimensions", "segment_ids")
    def _check_complete(self):
        for record in self:
            # One without segments yet is being made; no run takes it.
            if record.segment_ids and (problem := record._problem()):
                raise ValidationError(
                    self.env._(
                        "Every code belongs to exactly one segment. %(problem)s.",
                        problem=problem[:1].upper() + problem[1:],
                    )
                )

    def write(self, vals):
        self.check_access("write")
        self._refuse_strangers()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_foreign(self):
        self._refuse_strangers()

    def _refuse_strangers(self):
        """Refuse whoever doesn't work in all companies that use the map.

        A map may serve several: none of them changes it for the others.
        """
        if self.env.su:
            return
        # Which companies there are is nothing that everybody may read.
        definitions_sudo = self.env["loyalty.club.rfm.definition"].sudo()
        users = definitions_sudo.with_context(active_test=False).search(
            [("map_id", "in", self.ids)]
        )
        if users.company_id - self.env.user.company_ids.root_id:
            raise UserError(
                self.env._(
                    "Another company uses this map as well. Duplicate it, choose the "
                    "copy in your definition, and change that."
                )
            )

    def _shown_definition(self):
        """Whose numbers stand beside the segments: the asked one's, or the first's."""
        definitions = self.env["loyalty.club.rfm.definition"]
        asked = definitions.browse(self.env.context.get("rfm_definition_id") or ())
        return asked or definitions.search(
            [
                ("map_id", "=", self._origin.id),
                ("company_id", "=", self.env.company.root_id.id),
            ],
            limit=1,
        )

    def action_definitions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club_rfm.action_definition"
        )
        return {**action, "domain": [("map_id", "=", self.id)]}
