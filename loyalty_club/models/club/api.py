from odoo import models

from ...api import members, purchases, spending
from ...api.call import public


class LoyaltyClub(models.Model):
    """The integrators' API; docs/api.md has the contract, and an example of each call.

    What each answers is in ``api/``. All of them can raise ``invalid_payload``, and
    those with a ``member`` ``unknown_member`` and ``ambiguous_member``. An addon adds a
    call of its own as it is done here.
    """

    # A part of the model: the calls of the API.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    enroll = public(members.enroll, key="key")
    member_get = public(members.member_get)
    member_update = public(members.member_update, key="key")
    member_erase = public(members.member_erase, key="key")
    statement = public(members.statement)

    purchase_quote = public(purchases.purchase_quote)
    purchase_record = public(purchases.purchase_record, key="uuid")
    purchase_return = public(purchases.purchase_return, key="key")

    hold_create = public(spending.hold_create, key="key")
    hold_capture = public(spending.hold_capture, key="key")
    hold_release = public(spending.hold_release, key="key")
    spend = public(spending.spend, key="key")
    top_up = public(spending.top_up, key="key")
    grant = public(spending.grant, key="key")
    transfer = public(spending.transfer, key="key")
