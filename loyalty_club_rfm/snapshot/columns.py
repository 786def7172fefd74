"""The columns of the tables that a run writes, and reads back."""

from odoo.tools import SQL

ROW = SQL(
    "definition_id, partner_id, since, last_day, first_day, frequency, net, "
    "r, f, m, segment_id"
)
STATE = SQL("last_day, first_day, frequency, net")
CUTS = SQL(
    "customers integer, buyers integer, revenue numeric, by_fifths boolean, "
    "r date[], f integer[], m numeric[]"
)
CHANGED = SQL(
    "partner_id integer, last_day date, first_day date, frequency integer, "
    "net numeric, r smallint, f smallint, m smallint, segment_id integer, "
    "old_segment_id integer, was boolean, now_is boolean, recounted boolean"
)
# Of the table ``member``: who left the club, or became another, is none.
MEMBER = SQL("member.partner_id IS NOT NULL AND member.state != 'left'")
