import inspect
import json

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ... import payloads
from ...exceptions import ClubError

# Calls that leave no entry: how many there were is counted at the member, so that a
# key that somebody deletes is missed.
PERSON_CALLS = ("enroll", "member_update", "member_erase")


def door(method=None, *, key=None):
    """Make a public method of ``loyalty.club`` out of what it does for one club.

    ``method`` gets the club as superuser, after the caller was checked, and its
    keyword-only parameters; each parameter's annotation is the check that its value
    must pass.

    :param key: where the idempotency key is: ``"key"`` is an argument of that name,
        ``"uuid"`` is in the purchase. Such a method returns (member, answer), is run
        once for each key, and its answer says whether it is ``replayed``.
    """
    if method is None:
        return lambda method: door(method, key=key)
    parameters = inspect.signature(method).parameters.values()
    named = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    checks = {"club": payloads.text(64), **{p.name: p.annotation for p in named}}
    required = [p.name for p in named if p.default is p.empty]
    if key == "key":
        checks["key"] = payloads.KEY
        required.insert(0, "key")

    # It accepts anything and has no __wrapped__: Odoo binds what is sent to the
    # signature of this function, and what doesn't fit would fail without a code.
    def call(self, /, *args, **kwargs):
        caller = self._door_caller()
        if args:
            caller._door_refuse("arguments", "must be named")
        try:
            values = payloads.fields(kwargs, checks, required)
        except payloads.Refused as error:
            raise ClubError("invalid_payload", str(error)) from None
        club = caller._door_club(values.pop("club", None))
        # The group was checked above, and integrators have no rights of their own.
        club_sudo = club.sudo()
        if not key:
            return method(club_sudo, **values)
        chosen = values.pop("key") if key == "key" else values["purchase"]["uuid"]
        return club_sudo._door_once(method, chosen, kwargs, values)

    call.__name__ = method.__name__
    call.__qualname__ = method.__qualname__
    call.__doc__ = method.__doc__
    call.__module__ = method.__module__
    return api.model(call)


class LoyaltyClub(models.Model):
    """Who may call the door, for which club, and what his key was answered before."""

    _inherit = "loyalty.club"

    def _door_caller(self):
        """This model in a clean context, for a caller who may use the door."""
        if self.env.user._club_role() not in ("manager", "integration"):
            raise AccessError(
                self.env._("Only integrations and managers of the club may call this.")
            )
        # Nothing else of the caller's context, such as default values or flags of other
        # code, may reach what the door does as superuser.
        lang = self.env.context.get("lang")
        companies = self.env.context.get("allowed_company_ids", [])
        if lang not in dict(self.env["res.lang"].get_installed()):
            lang = self.env["res.users"].context_get()["lang"]
        if not (
            isinstance(companies, list) and all(isinstance(c, int) for c in companies)
        ):
            self._door_refuse("allowed_company_ids", "must be a list of ids")
        # How a member joined is a field of his; a log of first values says no more.
        return self.with_context(  # pylint: disable=context-overridden
            {
                "lang": lang,
                "allowed_company_ids": companies,
                "tracking_disable": True,
            }
        )

    def _door_club(self, code):
        """The club that the caller means, among those that he may see."""
        if code:
            clubs = self._door_search([("code", "=", code)])
            # Callers of a branch can't read the companies above, whose clubs they use.
            above = self.env.company.sudo().parent_ids
            own = clubs.filtered(lambda club: club.company_id in above)
            clubs = own or clubs
        else:
            here = self.env.company.id
            clubs = self._door_search([("company_id", "parent_of", here)])
        if len(clubs) != 1:
            reason = "several are possible, say which" if clubs else "is not known"
            self._door_refuse("club", reason)
        return clubs

    def _door_search(self, domain):
        """Search clubs and read them, in one query: they are read right afterwards."""
        columns = [
            name
            for name, field in self._fields.items()
            if field.column_type and field.store and field.prefetch is True
        ]
        return self.search_fetch(domain, columns)

    def _door_once(self, method, key, payload, values):
        """Run ``method`` unless its key was answered before, and note the answer."""
        payload = {k: v for k, v in payload.items() if k not in ("club", "key")}
        name, mark = method.__name__, payloads.fingerprint(payload)
        call_id = self._door_claim(name, key, mark)
        if not call_id:
            return self._door_replay(name, key, mark)
        member, answer = method(
            self.with_context(loyalty_club_call=(call_id, key)), **values
        )
        answer["replayed"] = False
        self.env.cr.execute(
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
            self._door_count(member)
        return answer

    def _door_count(self, member):
        """Count a call of the person; from before there was a count, all that are."""
        member.flush_recordset(["call_count"])
        self.env.cr.execute(
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

    def _door_claim(self, name, key, mark):
        """Id of the new call, or None where the key was used before.

        Two calls with one key in the same second: the later one waits here, fails with
        a serialization error, is retried by Odoo, and then finds the first answer.
        """
        self.env.cr.execute(
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
                club=self.id,
                company=self.company_id.id,
                method=name,
                key=key,
                mark=mark,
                uid=self.env.uid,
            ),
            log_exceptions=False,  # a key may be a mobile
        )
        found = self.env.cr.fetchone()
        return found[0] if found else None

    def _door_replay(self, name, key, mark):
        ((known_mark, answer),) = self.env.execute_query(
            SQL(
                """
                SELECT payload_hash, answer FROM loyalty_club_call
                 WHERE club_id = %s AND method = %s AND key = %s
                """,
                self.id,
                name,
                key,
            )
        )
        if known_mark != mark:
            raise ClubError(
                "key_conflict",
                self.env._("This key was used before, for something else."),
            )
        return {**answer, "replayed": True}

    def _door_key(self):
        """The key of what the ledger writes for the running call."""
        call_id, _key = self.env.context["loyalty_club_call"]
        return f"call:{call_id}"
