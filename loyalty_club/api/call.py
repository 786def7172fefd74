"""How a call of the API comes in: its caller, its club, its key, one answer for a key.

The calls themselves are functions in the modules beside this one. Each takes the
running :class:`Call` and keyword-only parameters; :func:`public` makes of it a method
of ``loyalty.club``, which is what integrators call.
"""

import inspect
import json

from odoo import api
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..exceptions import ClubError
from . import payloads

# Calls that leave no entry: how many there were is counted at the member, so that a
# key that somebody deletes is missed.
PERSON_CALLS = ("enroll", "member_update", "member_erase")


class Call:
    """One call of the API, after its caller was checked.

    :ivar club: the club that it is for, as superuser, with nothing of the caller's
        context
    :ivar env: the environment of ``club``
    :ivar key: the caller's key; None for a call that only reads
    :ivar ledger_key: the key of what the ledger writes for it
    """

    def __init__(self, club, call_id=None, key=None):
        if call_id:
            # The purchase that it records keeps the id by this.
            club = club.with_context(loyalty_club_call=(call_id, key))
        self.club, self.env, self.key = club, club.env, key
        self.ledger_key = call_id and f"call:{call_id}"


def public(function, *, key=None):
    """A public method of ``loyalty.club`` that answers as ``function`` says.

    ``function`` gets the :class:`Call` and its keyword-only parameters; each
    parameter's annotation is the check that its value must pass.

    :param key: where the idempotency key is: ``"key"`` is an argument of that name,
        ``"uuid"`` is in the purchase. Such a function returns (member, answer), is run
        once for each key, and its answer says whether it is ``replayed``.
    """
    parameters = inspect.signature(function).parameters.values()
    named = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    checks = {"club": payloads.text(64), **{p.name: p.annotation for p in named}}
    required = [p.name for p in named if p.default is p.empty]
    if key == "key":
        checks["key"] = payloads.KEY
        required.insert(0, "key")

    # It accepts anything and has no __wrapped__: Odoo binds what is sent to the
    # signature of this function, and what doesn't fit would fail without a code.
    def method(self, /, *args, **kwargs):
        caller = _caller(self)
        if args:
            refuse("arguments", "must be named")
        try:
            values = payloads.fields(kwargs, checks, required)
        except payloads.Refused as error:
            raise ClubError("invalid_payload", str(error)) from None
        club = _club(caller, values.pop("club", None))
        # The group was checked above, and integrators have no rights of their own.
        club_sudo = club.sudo()
        if not key:
            return function(Call(club_sudo), **values)
        chosen = values.pop("key") if key == "key" else values["purchase"]["uuid"]
        return _once(club_sudo, function, chosen, kwargs, values)

    method.__name__ = function.__name__
    method.__qualname__ = function.__qualname__
    method.__doc__ = function.__doc__
    method.__module__ = function.__module__
    method.checks = checks  # of each argument, by its name
    # What only reads may be answered by a replica of the database.
    return api.model(method if key else api.readonly(method))


def refuse(field, reason):
    """:raises ClubError: invalid_payload"""
    raise ClubError("invalid_payload", f"{field}: {reason}")


def company_of(club):
    """Where the caller works, if the club serves that place; else its company."""
    company = club.env.company
    return company if club.company_id in company.parent_ids else club.company_id


# ---------------------------------------------------------------------- the caller


def _caller(Club):
    """The model of clubs in a clean context, for a caller who may use the API."""
    # Nothing else of the caller's context, such as default values or flags of other
    # code, may reach what the API does as superuser.
    lang = Club.env.context.get("lang")
    companies = Club.env.context.get("allowed_company_ids", [])
    known = dict(Club.env["res.lang"].get_installed())
    if not isinstance(lang, str) or lang not in known:
        lang = Club.env["res.users"].context_get()["lang"]
    if not (isinstance(companies, list) and all(isinstance(c, int) for c in companies)):
        refuse("allowed_company_ids", "must be a list of ids")
    # How a member joined is a field of theirs; a log of first values says no more.
    caller = Club.with_context(  # pylint: disable=context-overridden
        {
            "lang": lang,
            "allowed_company_ids": companies,
            "tracking_disable": True,
        }
    )
    if caller.env.user._club_role() not in ("manager", "integration"):
        raise AccessError(
            caller.env._("Only integrations and managers of the club may call this.")
        )
    return caller


def _club(Club, code):
    """The club that the caller means, among those that they may see."""
    if code:
        clubs = _clubs(Club, [("code", "=", code)])
        # Callers of a branch can't read the companies above, whose clubs they use.
        above = Club.env.company.sudo().parent_ids
        own = clubs.filtered(lambda club: club.company_id in above)
        clubs = own or clubs
    else:
        here = Club.env.company.id
        clubs = _clubs(Club, [("company_id", "parent_of", here)])
    if len(clubs) != 1:
        reason = "several are possible, say which" if clubs else "is not known"
        refuse("club", reason)
    return clubs


def _clubs(Club, domain):
    """Search clubs and read them, in one query: they are read right afterwards."""
    columns = [
        name
        for name, field in Club._fields.items()
        if field.column_type and field.store and field.prefetch is True
    ]
    return Club.search_fetch(domain, columns)


# ---------------------------------------------------------------------- keys


def _once(club, function, key, payload, values):
    """Run ``function`` unless its key was answered before, and note the answer."""
    payload = {k: v for k, v in payload.items() if k not in ("club", "key")}
    name, mark = function.__name__, payloads.fingerprint(payload)
    call_id = _claim(club, name, key, mark)
    if not call_id:
        return _replay(club, name, key, mark)
    member, answer = function(Call(club, call_id, key), **values)
    answer["replayed"] = False
    club.env.cr.execute(
        SQL(
            """
            UPDATE loyalty_club_call SET answer = %s, member_id = %s WHERE id = %s
            """,
            json.dumps(answer),
            member.id,
            call_id,
        ),
        log_exceptions=False,  # Odoo logs what fails, and this tells of a person
    )
    if name in PERSON_CALLS:
        _count(club, member)
    return answer


def _count(club, member):
    """Count a call of the person; from before there was a count, all that are."""
    member.flush_recordset(["call_count"])
    club.env.cr.execute(
        SQL(
            """
            UPDATE loyalty_club_member
               SET call_count = COALESCE(call_count + 1, (
                       SELECT count(*) FROM loyalty_club_call
                        WHERE member_id = %(member)s AND method = ANY(%(names)s)
                   ))
             WHERE id = %(member)s
            """,
            member=member.id,
            names=list(PERSON_CALLS),
        )
    )
    member.invalidate_recordset(["call_count"], flush=False)


def _claim(club, name, key, mark):
    """Id of the new call, or None where the key was used before.

    Two calls with one key in the same second: the later one waits here, fails with
    a serialization error, is retried by Odoo, and then finds the first answer.
    """
    club.env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_club_call
                   (club_id, company_id, method, key, payload_hash,
                    create_uid, write_uid, create_date, write_date)
            VALUES (%(club)s, %(company)s, %(method)s, %(key)s, %(mark)s,
                    %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC')
            ON CONFLICT (club_id, method, key) DO NOTHING
            RETURNING id
            """,
            club=club.id,
            company=club.company_id.id,
            method=name,
            key=key,
            mark=mark,
            uid=club.env.uid,
        ),
        log_exceptions=False,  # a key may be a mobile
    )
    found = club.env.cr.fetchone()
    return found[0] if found else None


def _replay(club, name, key, mark):
    ((known_mark, answer),) = club.env.execute_query(
        SQL(
            """
            SELECT payload_hash, answer FROM loyalty_club_call
             WHERE club_id = %s AND method = %s AND key = %s
            """,
            club.id,
            name,
            key,
        )
    )
    if known_mark != mark:
        raise ClubError(
            "key_conflict",
            club.env._("This key was used before, for something else."),
        )
    return {**answer, "replayed": True}
