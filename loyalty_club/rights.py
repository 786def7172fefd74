"""What of a caller's may pass where rights are raised.

Whoever raises rights takes two things along that the caller chose: the values to write
and the context. Values become named scalars here, and links to what the caller may
read; of the context only who asks and where stays, and objects of ours, which no RPC
call can send.
"""

import math

from odoo.fields import Command

from .clock import Clock
from .exceptions import ClubError

# What a context says of who asks and where.
PLACE = frozenset({"lang", "tz", "uid", "allowed_company_ids"})
SCALARS = frozenset(
    {
        "boolean", "char", "date", "datetime", "float", "integer", "monetary",
        "selection", "text",
    }
)  # fmt: skip
LINKING = (Command.LINK, Command.UNLINK, Command.SET, Command.CLEAR)


def raised(records):
    """The records with all rights, and without the wishes in the caller's context.

    Superuser's own code may have set flags: those stay, but for default values.
    """
    su = records.env.su
    context = {
        key: value
        for key, value in records.env.context.items()
        if key in PLACE
        or type(value) is object
        or isinstance(value, Clock)
        or (su and not key.startswith("default_"))
    }
    plain = records.with_context(context)  # pylint: disable=context-overridden
    return plain.sudo()


def scalars(model, vals, names):
    """Those of ``vals`` with these names, checked to be plain values of their fields.

    :return: dict to write with raised rights
    :raises ClubError: invalid_payload for what isn't a plain value
    """
    found = {}
    for name in names:
        if name not in vals:
            continue
        value, field = vals[name], model._fields[name]
        if field.type not in SCALARS or isinstance(value, (dict, list, tuple, set)):
            _refuse(model, name)
        found[name] = value
    return found


def check_finite(model, vals):
    """Refuse what is a number to a computer only: NaN and infinities.

    A database keeps them, and whatever is counted with them afterwards fails.

    :raises ClubError: invalid_payload
    """
    for name, value in vals.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ClubError(
                "invalid_payload",
                model.env._("%(field)s: must be a number", field=name),
            )


def link(model, vals, name):
    """The id of a many2one among ``vals``, when the caller may read what it names.

    :return: dict to write with raised rights
    :raises ClubError: invalid_payload for what is no id
    :raises AccessError: the caller may not read it
    """
    if name not in vals:
        return {}
    value = vals[name]
    if not value:
        return {name: False}
    if type(value) is not int:
        _refuse(model, name)
    _readable(model, name, [value])
    return {name: value}


def links(model, vals, name):
    """Commands that link or unlink what the caller may read; no others.

    :return: dict to write with raised rights
    :raises ClubError: invalid_payload for nested values and for deleting
    :raises AccessError: the caller may not read what is linked
    """
    if name not in vals:
        return {}
    value = vals[name] or []
    if not isinstance(value, (list, tuple)):
        _refuse(model, name)
    commands = []
    for command in value:
        if type(command) is int:
            command = (Command.LINK, command)
        if (
            not isinstance(command, (list, tuple))
            or not command
            or command[0] not in LINKING
        ):
            _refuse(model, name)
        kind = Command(command[0])
        if kind is Command.CLEAR:
            commands.append(Command.clear())
            continue
        if kind is Command.SET:
            ids = command[2] if len(command) > 2 else None
        else:
            ids = [command[1]] if len(command) > 1 else None
        if not isinstance(ids, (list, tuple)) or any(type(i) is not int for i in ids):
            _refuse(model, name)
        if kind is not Command.UNLINK:
            _readable(model, name, ids)
        commands.append(
            Command.set(list(ids)) if kind is Command.SET else (kind, ids[0], 0)
        )
    return {name: commands}


def _readable(model, name, ids):
    found = model.env[model._fields[name].comodel_name].browse(ids).exists()
    if len(found) < len(set(ids)):
        _refuse(model, name)
    found.check_access("read")


def _refuse(model, name):
    raise ClubError(
        "invalid_payload",
        model.env._("%(field)s: this can't be written here", field=name),
    )
