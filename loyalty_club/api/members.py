"""Calls about members: joining, changing, erasing, reading.

In these modules ``call`` is the running :class:`~.call.Call` and ``club`` the club that
it is for, as superuser.
"""

from odoo.tools import SQL

from ..exceptions import ClubError
from . import answers, payloads


def enroll(
    call,
    *,
    mobile: payloads.text(64) = None,
    name: payloads.text(128) = None,
    email: payloads.text(254) = None,
    birthdate: payloads.birthday = None,
    gender: payloads.GENDER = None,
    referral_code: payloads.MEMBER = None,
    identifiers: payloads.IDENTIFIERS = None,
    tags: payloads.TAGS = None,
    consent: payloads.CONSENT = None,
):
    """Make a person a member and welcome them, or find that they are one already.

    :return: member summary, and ``created``
    """
    member, created = call.env["loyalty.club.member"]._enrol(
        call.club,
        {
            "mobile": mobile,
            "name": name,
            "email": email,
            "birthdate": birthdate,
            "gender": gender,
            "referral_code": referral_code,
            "identifiers": identifiers,
            "tags": tags,
            "consent": consent,
        },
        how="door",
    )
    if created:
        member._welcome()
    return member, {**answers.summary(call.club, member), "created": created}


def member_get(call, *, member: payloads.MEMBER):
    """:return: member summary"""
    return answers.summary(call.club, find(call.club, member))


def member_update(
    call,
    *,
    member: payloads.MEMBER,
    mobile: payloads.text(64) = None,
    name: payloads.text(128) = None,
    email: payloads.text(254) = None,
    birthdate: payloads.birthday = None,
    gender: payloads.GENDER = None,
    identifiers: payloads.IDENTIFIERS = None,
    tags: payloads.TAGS = None,
    consent: payloads.CONSENT = None,
):
    """Change what is given of a person; the rest stays.

    :return: member summary
    """
    found = kept(call.club, member)
    found._update(
        {
            "mobile": mobile,
            "name": name,
            "email": email,
            "birthdate": birthdate,
            "gender": gender,
            "identifiers": identifiers,
            "tags": tags,
            "consent": consent,
        },
        source="door",
    )
    return found, answers.summary(call.club, found)


def member_erase(call, *, member: payloads.MEMBER, reason: payloads.prose(256)):
    """Forget a person for good; their ledger stays, without a name.

    Also one who has left. Who was erased already is so once more.

    :return: ``erased`` and ``kept``: lists of what
    """
    found = find(call.club, member)
    return found, found._erase(reason)


def statement(
    call,
    *,
    member: payloads.MEMBER,
    account: payloads.ACCOUNT = None,
    after: payloads.whole(0) = 0,
    limit: payloads.whole(1, 500) = 100,
):
    """A page of a member's entries, of one account or of all.

    :return: ``entries``, oldest first, of which each has its ``trace``
    """
    found = find(call.club, member)
    domain = [("member_id", "=", found.id), ("id", ">", after)]
    if account:
        domain.append(("account", "=", account))
    else:
        _settle(call.club, found)
    entries = call.env["loyalty.club.entry"].search(domain, order="id", limit=limit)
    return {"entries": answers.entries(call.club, entries)}


# ---------------------------------------------------------------------- finding


def find(club, text):
    return club.env["loyalty.club.member"]._find(club, text)


def kept(club, text):
    """A member whose person may be changed: not one who left or was erased."""
    member = find(club, text)
    if member.state == "left":
        raise ClubError("member_blocked", club.env._("This membership has ended."))
    return member


def active(club, text):
    member = find(club, text)
    if member.state != "active":
        raise ClubError("member_blocked", club.env._("This membership is not active."))
    return member


def _settle(club, member):
    """Wait until nobody is writing to any account of a member.

    Entries of one account are committed in the order of their ids: the account is
    locked before an id is taken. Of two accounts the later id may come first, and
    who goes on after it would never see the other.
    """
    club.env.cr.execute(
        SQL(
            "SELECT FROM loyalty_card WHERE member_id = %s ORDER BY id FOR SHARE",
            member.id,
        )
    )
