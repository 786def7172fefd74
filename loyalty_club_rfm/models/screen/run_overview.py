from datetime import timedelta

from odoo import models


class LoyaltyClubRfmRun(models.Model):
    """A snapshot as the overview shows it."""

    _inherit = "loyalty.club.rfm.run"

    def _overview(self, before):
        """
        :param before: the snapshot before this one, or an empty recordset
        :return: dict of sums, ``cells`` (lists of r, f, m, segment id, customers and
            revenue) and ``segments`` in the order of their map
        """
        self.ensure_one()
        definition = self.definition_id
        write = definition._day_writer()
        return {
            "id": self.id,
            "day": write(self.day),
            "from": write(self.window_from),
            "until": write(self.day - timedelta(days=1)),
            "customers": self.customers,
            "buyers": self.buyers,
            "revenue": self.revenue,
            "mode": self.mode,
            "min_customers": self.version_id.parameters["min_customers"],
            "cut_mode": self.version_id.parameters["cut_mode"],
            "before": write(before.day) if before else False,
            "cells": [
                [
                    cell.r,
                    cell.f,
                    cell.m,
                    cell.segment_id.id,
                    cell.customers,
                    cell.revenue,
                ]
                for cell in self.cell_ids
            ],
            "segments": self._segments_overview(before),
        }

    def _segments_overview(self, before):
        now, then = self._by_segment(), before._by_segment()
        version = self.version_id
        segments = self.env["loyalty.club.rfm.segment"].browse(
            {*version.cells, version.none_segment_id.id, *(s.id for s in now)}
        )
        return [
            {
                "id": segment.id,
                "name": segment.name,
                "hex": segment.hex,
                "action": segment.action or "",
                "is_none": segment.is_none,
                "customers": now.get(segment, (0, 0))[0],
                "revenue": now.get(segment, (0, 0))[1],
                "change": now.get(segment, (0, 0))[0] - then.get(segment, (0, 0))[0]
                if before
                else 0,
            }
            for segment in segments.sorted(lambda s: (s.is_none, s.sequence, s.id))
        ]

    def _by_segment(self):
        """Dict of segment to its customers and revenue."""
        rows = self.env["loyalty.club.rfm.run.cell"]._read_group(
            [("run_id", "in", self.ids)],
            ["segment_id"],
            ["customers:sum", "revenue:sum"],
        )
        return {segment: sums for segment, *sums in rows}
