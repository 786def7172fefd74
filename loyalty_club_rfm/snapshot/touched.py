from odoo.tools import SQL

from .columns import MEMBER


class Touched:
    """Whom a night looks at again, and who has no segment."""

    def _collect_touched(self, rules, last):
        """Take our share of the log of touched customers, and pass on that of others.

        The log is only ever added to by sales, so that no till waits for a run.
        """
        self.temporary("touched", SQL("partner_id integer"))
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM loyalty_club_rfm_touched
                     WHERE company_id = %(company)s
                       AND (definition_id IS NULL OR definition_id = %(definition)s)
                 RETURNING partner_id, definition_id
                ), passed_on AS (
                    INSERT INTO loyalty_club_rfm_touched
                           (company_id, partner_id, definition_id)
                    SELECT DISTINCT %(company)s, taken.partner_id, other.id
                      FROM taken
                      JOIN loyalty_club_rfm_definition other
                        ON other.company_id = %(company)s
                       AND other.id != %(definition)s
                       AND other.active
                       AND other.last_run_id IS NOT NULL
                     WHERE taken.definition_id IS NULL
                )
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT partner_id FROM taken
                """,
                company=rules.company_id,
                definition=rules.definition_id,
            )
        )
        if last:
            self._touch_by_time(rules, last)
            self._touch_new_members(rules)
        self.env.cr.execute(
            """
            CREATE TEMP TABLE loyalty_club_rfm_tmp_once ON COMMIT DROP AS
                SELECT DISTINCT partner_id FROM loyalty_club_rfm_tmp_touched;
            DROP TABLE loyalty_club_rfm_tmp_touched;
            ALTER TABLE loyalty_club_rfm_tmp_once
                RENAME TO loyalty_club_rfm_tmp_touched;
            ANALYZE loyalty_club_rfm_tmp_touched
            """
        )

    def _touch_by_time(self, rules, last):
        """Customers with purchases on days that are in one of both windows only."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT partner_id
                  FROM loyalty_club_rfm_fact
                 WHERE company_id = %(company)s
                   AND (day >= %(day_before)s AND day < %(day)s
                        OR day >= least(%(from_before)s, %(from)s)
                       AND day < greatest(%(from_before)s, %(from)s))
                """,
                company=rules.company_id,
                day=rules.day,
                day_before=last.day,
                **{"from": rules.window_from, "from_before": last.window_from},
            )
        )

    def _touch_new_members(self, rules):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT member.partner_id
                  FROM loyalty_club_member member
                 WHERE member.club_id = ANY(%s)
                   AND %s
                   AND NOT EXISTS (SELECT FROM loyalty_club_rfm_score_now now
                                    WHERE now.id = %s)
                """,
                list(rules.club_ids),
                MEMBER,
                self.row_id(rules, SQL("member.partner_id")),
            )
        )

    def _collect_left_out(self, rules):
        """The customers without a segment: a small table, but for clubs of a few."""
        self.temporary("left_out", SQL("partner_id integer PRIMARY KEY"))
        parameters = rules.parameters
        ids = set(parameters["excluded_partner_ids"])
        if parameters["exclude_internal"]:
            ids |= self._own_people()
        tags = self.env["res.partner.category"].search(
            [("id", "child_of", parameters["excluded_tag_ids"])]
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_left_out
                SELECT unnest(%s::integer[])
                 UNION
                SELECT partner_id
                  FROM res_partner_res_partner_category_rel
                 WHERE category_id = ANY(%s)
                """,
                sorted(ids),
                tags.ids,
            )
        )

    def _is_left_out(self, rules, partner):
        """Whether a customer has no segment: left out, or no member of the club."""
        left_out = SQL(
            "%s IN (SELECT partner_id FROM loyalty_club_rfm_tmp_left_out)", partner
        )
        if not rules.only_members:
            return left_out
        return SQL(
            "(%s OR %s NOT IN (SELECT member.partner_id "
            "FROM loyalty_club_member member WHERE member.club_id = ANY(%s) AND %s))",
            left_out,
            partner,
            list(rules.club_ids),
            MEMBER,
        )

    def _own_people(self):
        # Whose login is internal is nothing that every manager of a club may read.
        users_sudo = (
            self.env["res.users"].sudo().with_context(active_test=False)
        ).search([("share", "=", False)])
        public_sudo = (
            self.env.ref("base.group_public")
            .sudo()
            .with_context(active_test=False)
            .all_user_ids
        )
        companies_sudo = (
            self.env["res.company"].sudo().search([("active", "in", (True, False))])
        )
        return {
            *users_sudo.partner_id.ids,
            *public_sudo.partner_id.ids,
            *companies_sudo.partner_id.ids,
        }
