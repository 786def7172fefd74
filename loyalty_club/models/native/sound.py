import ast
import logging
import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...scopes import BROKEN

_logger = logging.getLogger(__name__)

# Far beyond any amount of a shop, and far from what can't be counted exactly.
MOST = 10**12


class LoyaltyClubSound(models.AbstractModel):
    """A rule or reward of a managed program that can be used as it is.

    One that can't is refused when it is saved. Where it was saved before, or a field
    that it names went away with an addon, it is skipped and shown: it never stops a
    sale. Rules of programs that no club manages stay Odoo's own business.
    """

    _name = "loyalty.club.sound"
    _description = "Rules and Rewards That Can Be Used"

    club_problem = fields.Char(compute="_compute_club_problem")

    def _club_domains(self):
        """Names of the fields that hold a domain of products."""
        return ()

    def _club_numbers(self):
        """Names of the numbers, and what each may be at most; all are positive or 0."""
        return {}

    @api.depends(lambda self: (*self._club_domains(), *self._club_numbers()))
    def _compute_club_problem(self):
        for record in self:
            problem = record.club_id and record._club_problem()
            record.club_problem = problem and self.env._(
                "“%(rule)s” is skipped: %(problem)s",
                rule=record._club_label(),
                problem=problem,
            )

    def _club_problem(self):
        """Why it can't be used, as a sentence; None where it can."""
        self.ensure_one()
        if name := self._club_unsound_number():
            return self.env._(
                "%(field)s is no number that can be counted with.",
                field=self._fields[name]._description_string(self.env),
            )
        for name in self._club_domains():
            if self._club_is_broken(name):
                return self.env._(
                    "%(field)s can't be read: %(domain)s",
                    field=self._fields[name]._description_string(self.env),
                    domain=self[name],
                )
        return None

    def _club_unsound_number(self):
        """The name of a number that nothing can be counted with, or None."""
        for name, most in self._club_numbers().items():
            if not (math.isfinite(self[name]) and 0 <= self[name] <= most):
                return name
        return None

    def _club_is_broken(self, name):
        """Whether this is a club's, and its domain in the field ``name`` is broken."""
        domain = self[name]
        if not domain or domain == "[]" or not self.club_id:
            return False
        return self._club_domains_broken([domain])

    def _club_domains_broken(self, texts):
        """Whether products can't be searched by one of these domains.

        They are run together in one statement, for no row.
        """
        Product_sudo = self.env["product.product"].sudo()  # as the sale will do
        if not texts:
            return False
        try:
            queries = [
                Product_sudo._search(Domain(ast.literal_eval(text))) for text in texts
            ]
            query = SQL(
                "SELECT 1 FROM (%s) AS product LIMIT 0",
                SQL(" UNION ALL ").join(query.select() for query in queries),
            )
            self.env.flush_query(query)
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
        except BROKEN:
            _logger.info("%s has a broken domain", self, exc_info=True)
            return True
        return False

    def _club_check_sound(self):
        """Refuse what can't be used.

        :raises ValidationError: with a sentence that says what is wrong
        """
        for record in self:
            if record.club_id and (problem := record._club_problem()):
                raise ValidationError(problem)
