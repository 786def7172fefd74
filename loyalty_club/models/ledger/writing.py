from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ... import clock
from ...engine.periods import expiry_date
from ...ledger import NewLot, to_column

SEPARATOR = " · "  # in native history, between the kind and what it refers to

# Columns that the triggers and statements below write.
WRITTEN = {
    "loyalty.card": (
        "points",
        "club_pending",
        "club_debt",
        "club_idle_expires_on",
        "write_date",
    ),
}


class LoyaltyClubLedger(models.AbstractModel):
    """Writing: entries, lots, allocations and native history."""

    # A part of the model: writing entries.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    def _post(self, postings):
        """Write postings in their order; everything above ends here.

        One statement for each table, whatever the number of postings.

        :return: ids of the entries
        """
        if not postings:
            return []
        now = clock.now(self.env)
        entry_ids = self._insert_entries(postings, now)
        lot_ids = self._insert_lots(postings, entry_ids)
        self._insert_allocations(postings, entry_ids, lot_ids)
        self._insert_history(postings, entry_ids, now)
        self._note_activity(postings)
        self._forget_caches(postings)
        self.env["loyalty.club.event"]._note("posted", entry_ids)
        return entry_ids

    def _insert(self, table, columns, rows):
        """Insert rows in their order, one statement.

        :param columns: dict of column to its SQL type, in the order of the rows' values
        :return: ids
        """
        arrays, names, values = [], [], []
        for (name, sql_type), column in zip(
            columns.items(), zip(*rows, strict=True), strict=True
        ):
            # Most columns are the same in all rows: said once, they cost nothing. The
            # first is always a list, for the number of rows.
            if names and column.count(column[0]) == len(column):
                values.append(SQL(f"%s::{sql_type}", column[0]))
            else:
                arrays.append(SQL(f"%s::{sql_type}[]", list(column)))
                names.append(SQL.identifier(name))
                values.append(SQL.identifier("new", name))
        inserted = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS new (%s)"
                " RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(values),
                SQL(", ").join(arrays),
                SQL(", ").join(names),
            )
        )
        return [row[0] for row in inserted]

    def _insert_entries(self, postings, now):
        uid = self.env.uid
        clubs = {posting.account.club for posting in postings}
        day_of = {club: club._day(now) for club in clubs}
        rows = []
        for posting in postings:
            account, origin = posting.account, posting.origin
            rows.append(
                (
                    account.id,
                    account.club.id,
                    origin.company_id or account.company_id,
                    account.member_id,
                    account.kind,
                    posting.kind,
                    to_column(posting.amount, account.digits),
                    to_column(posting.pending, account.digits),
                    to_column(posting.debt, account.digits),
                    to_column(posting.balance, account.digits),
                    now,
                    posting.effective_on or day_of[account.club],
                    uid,
                    posting.key,
                    origin.purchase_id,
                    origin.hold_id,
                    origin.request_id,
                    origin.reason_id,
                    origin.reverses_id,
                    origin.counterpart_id,
                    origin.model,
                    origin.res_id,
                    origin.reference,
                )
            )
        columns = {
            "card_id": "int",
            "club_id": "int",
            "company_id": "int",
            "member_id": "int",
            "account": "varchar",
            "kind": "varchar",
            "amount": "numeric",
            "pending": "numeric",
            "debt": "numeric",
            "balance": "numeric",
            "date": "timestamp",
            "effective_on": "date",
            "user_id": "int",
            "key": "varchar",
            "purchase_id": "int",
            "hold_id": "int",
            "request_id": "int",
            "reason_id": "int",
            "reverses_id": "int",
            "counterpart_id": "int",
            "origin_model": "varchar",
            "origin_id": "int",
            "reference": "varchar",
        }
        return self._insert("loyalty_club_entry", columns, rows)

    def _insert_lots(self, postings, entry_ids):
        """:return: dict of ``id(NewLot)`` to the id of its row"""
        lots, rows = [], []
        for posting, entry_id in zip(postings, entry_ids, strict=True):
            account = posting.account
            for lot in posting.lots:
                lots.append(lot)
                units = to_column(lot.units, account.digits)
                rows.append(
                    (
                        account.id,
                        entry_id,
                        account.club.id,
                        posting.origin.company_id or account.company_id,
                        lot.purchase_id,
                        units,
                        units,
                        lot.pending,
                        lot.available_on,
                        lot.expires_on,
                    )
                )
        if not rows:
            return {}
        columns = {
            "card_id": "int",
            "entry_id": "int",
            "club_id": "int",
            "company_id": "int",
            "purchase_id": "int",
            "amount": "numeric",
            "remaining": "numeric",
            "pending": "bool",
            "available_on": "date",
            "expires_on": "date",
        }
        ids = self._insert("loyalty_club_lot", columns, rows)
        return {id(lot): lot_id for lot, lot_id in zip(lots, ids, strict=True)}

    def _insert_allocations(self, postings, entry_ids, lot_ids):
        rows = [
            (
                entry_id,
                lot_ids[id(lot)] if isinstance(lot, NewLot) else lot,
                posting.origin.company_id or posting.account.company_id,
                to_column(units, posting.account.digits),
            )
            for posting, entry_id in zip(postings, entry_ids, strict=True)
            for lot, units in posting.allocations
        ]
        if rows:
            columns = {
                "entry_id": "int",
                "lot_id": "int",
                "company_id": "int",
                "amount": "numeric",
            }
            self._insert("loyalty_club_allocation", columns, rows)

    def _insert_history(self, postings, entry_ids, now):
        """The native line of each entry that moves what can be spent.

        Its words are the same whoever writes it; the line's entry says them in the
        reader's language.
        """
        entries = self.env["loyalty.club.entry"].with_context(lang=None)
        labels = dict(entries._fields["kind"]._description_selection(entries.env))
        uid = self.env.uid
        rows = []
        for posting, entry_id in zip(postings, entry_ids, strict=True):
            if not posting.amount:
                continue
            label = labels[posting.kind]
            reference = posting.origin.reference
            amount = to_column(abs(posting.amount), posting.account.digits)
            zero = to_column(0, 0)
            rows.append(
                (
                    posting.account.id,
                    f"{label}{SEPARATOR}{reference}" if reference else label,
                    entry_id,
                    amount if posting.amount > 0 else zero,
                    amount if posting.amount < 0 else zero,
                    posting.origin.model,
                    posting.origin.res_id,
                    uid,
                    now,
                    uid,
                    now,
                )
            )
        if rows:
            columns = {
                "card_id": "int",
                "description": "text",
                "club_entry_id": "int",
                "issued": "float8",
                "used": "float8",
                "order_model": "varchar",
                "order_id": "int",
                "create_uid": "int",
                "create_date": "timestamp",
                "write_uid": "int",
                "write_date": "timestamp",
            }
            self._insert("loyalty_history", columns, rows)

    def _note_activity(self, postings):
        """Where points expire by inactivity, activity moves the account's last day.

        The club says which activity counts. Whatever counts, the clock of an account
        starts when something comes in while it doesn't run.
        """
        by_club = defaultdict(set)
        today_of = {}
        coming, going = self.env["loyalty.club.entry"]._activity_kinds()
        for posting in postings:
            account = posting.account
            if not account.idles:
                continue
            club = account.club
            if club not in today_of:
                today_of[club] = club._today()
            if (
                (posting.kind in coming and club.idle_reset_earn)
                or (
                    posting.kind in going
                    and posting.amount < 0
                    and club.idle_reset_spend
                )
                or (posting.amount > 0 and not account.is_running(today_of[club]))
            ):
                by_club[club].add(account.id)
        for club, card_ids in by_club.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE loyalty_card SET club_idle_expires_on = %s"
                    " WHERE id = ANY(%s)",
                    expiry_date(today_of[club], club._expiry_policy()),
                    list(card_ids),
                )
            )

    def _forget_caches(self, postings):
        """What was read before the SQL above no longer holds."""
        origins = [posting.origin for posting in postings]
        stale = {
            "loyalty.card": {posting.account.id for posting in postings},
            "loyalty.club.member": {posting.account.member_id for posting in postings},
            "loyalty.club.purchase": {origin.purchase_id for origin in origins},
            "loyalty.club.request": {origin.request_id for origin in origins},
        }
        for model, ids in stale.items():
            Model = self.env[model]
            Model.browse(ids - {None}).invalidate_recordset(
                [*WRITTEN.get(model, ()), *self._computed_fields(Model)], flush=False
            )
        self.env["loyalty.club.lot"].invalidate_model(
            ["remaining", "pending"], flush=False
        )

    @staticmethod
    def _computed_fields(Model):
        """Fields without a column: they follow from others, or are lists of them."""
        return [
            name
            for name, field in Model._fields.items()
            if not (field.store and field.column_type)
        ]
