from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyClubRfmVersion(models.Model):
    """A definition as it was when a snapshot was made: it never changes."""

    _name = "loyalty.club.rfm.version"
    _description = "Version of an RFM definition"
    _order = "number desc, id desc"
    _rec_name = "number"

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True)
    parameters = fields.Json(required=True, readonly=True)
    cells = fields.Json(
        readonly=True, help="Ids of the segments of the codes from 111 to 555."
    )
    none_segment_id = fields.Many2one(
        "loyalty.club.rfm.segment", readonly=True, ondelete="restrict"
    )

    _number_uniq = models.UniqueIndex(
        "(definition_id, number)", "This version exists already."
    )

    def _values(self):
        """What makes one version differ from another."""
        return {
            "parameters": self.parameters,
            "cells": self.cells,
            "none_segment_id": self.none_segment_id.id,
        }

    # Nobody writes one, so that there is nothing to pass on.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A version stays as it is: change its definition instead.")
        )

    @api.depends("number", "definition_id.name")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(definition)s, version %(number)s",
                definition=version.definition_id.name or "",
                number=version.number,
            )
