"""Reading what a till waits for in few statements."""

from odoo.fields import Domain


def fetch_lines(records, name, order=None):
    """Read the lines of a one2many and what they hold at once.

    Odoo takes two statements: one for their ids, one for their fields. What is known
    already is not read again.

    :param records: with all rights
    :param order: of the lines, where that of their model takes a join
    """
    field = records._fields[name]
    known = field._get_cache(records.env)
    unread = records.browse(id_ for id_ in records.ids if id_ not in known)
    if not unread:
        return
    model = records.env[field.comodel_name].with_context(active_test=False)
    domain = field.get_comodel_domain(unread) & Domain(
        field.inverse_name, "in", unread.ids
    )
    lines_of = model.search_fetch(domain, order=order).grouped(field.inverse_name)
    field._insert_cache(unread, [lines_of.get(record, model)._ids for record in unread])
