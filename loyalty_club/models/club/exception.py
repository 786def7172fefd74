from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...amounts import AMOUNT
from ...erasing import Gone, Kept
from ...exceptions import ClubError
from ...ledger import to_column
from ...rights import raised
from .club import ACCOUNTS


class LoyaltyClubException(models.Model):
    """Something that the club couldn't follow: listed for a person, never passed over.

    Code lists things with ``_list`` and takes them off again with ``_unlist`` when they
    have solved themselves; people tick them off, or attribute a return by hand. An
    addon adds a kind by ``selection_add``. What a till did has a list of its own.
    """

    _name = "loyalty.club.exception"
    _description = "Club Exception"
    _order = "id desc"
    _rec_name = "message"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("return", "Return without its sale"),
            ("refused", "Not followed"),
            ("rule", "Rule skipped"),
            ("late", "Told too late"),
            ("mobile", "Mobile of two members"),
        ],
        required=True,
    )
    member_id = fields.Many2one("loyalty.club.member", index="btree_not_null")
    res_model = fields.Char("Document's model")
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    reference = fields.Char(help="The document's number.")
    account = fields.Selection(ACCOUNTS)
    amount = fields.Float(
        help="What it is about: in the account's own unit, or else in money.", **AMOUNT
    )
    message = fields.Char(required=True)
    key = fields.Char(help="The same thing is listed once.")
    user_id = fields.Many2one(
        "res.users", string="Who", help="Whose act could not be followed."
    )
    purchase_id = fields.Many2one(
        "loyalty.club.purchase",
        string="Attributed to",
        index="btree_not_null",
        ondelete="restrict",
        help="The purchase whose goods came back, as a manager has said.",
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")], required=True, default="open"
    )
    done_by_id = fields.Many2one(
        "res.users",
        string="Dealt with by",
        help="Nobody, where it has solved itself.",
    )
    done_at = fields.Datetime("Dealt with at")
    can_attribute = fields.Boolean(compute="_compute_can_attribute")

    _key_uniq = models.UniqueIndex(
        "(club_id, key) WHERE key IS NOT NULL", "This is listed already."
    )
    _document_idx = models.Index("(res_model, res_id)")

    @api.depends("state", "kind", "res_model")
    def _compute_can_attribute(self):
        for exception in self:
            model = self.env.registry.get(exception.res_model)
            exception.can_attribute = (
                exception.state == "open"
                and exception.kind == "return"
                and hasattr(model, "_club_return_attributed")
            )

    # ------------------------------------------------------------------ listing

    @api.model
    def _list(
        self,
        club,
        kind,
        message,
        *,
        record=None,
        member=None,
        account=None,
        units=0,
        key=None,
    ):
        """List something that the club couldn't follow, once.

        To be called where following failed, in the transaction that caused it; whoever
        caused it needs no right on the list. Nothing is raised and nobody is stopped.

        :param club: the ``loyalty.club`` that it is about
        :param kind: a value of ``kind``
        :param message: a translated sentence that says what happened and what to do
        :param record: the document (one record of any model) that wasn't followed; its
            company is the row's, or else the club's
        :param member: the ``loyalty.club.member`` concerned, if one is
        :param account: "points", "wallet" or "credit": what ``units`` are counted in
        :param units: how much it is about, in smallest units of ``account`` (of money
            where there is no account)
        :param key: what makes it the same thing; left out, the kind and the record.
            Listed again it stays as it is: done when a person has dealt with it, open
            again when it had only solved itself. Where each time is a thing of its
            own, give a key of its own.
        :return: the row, with all rights
        """
        Exception_sudo = raised(self)  # see above: the club lists, not the user
        if record is not None and key is None:
            key = f"{kind}:{record._name}:{record.id}"
        known = Exception_sudo.browse()
        if key:
            known = Exception_sudo.search(
                [("club_id", "=", club.id), ("key", "=", key)]
            )
        if known:
            if known.state == "done" and not known.done_by_id:
                known.write({"state": "open", "done_at": False, "message": message})
            return known
        company = record is not None and "company_id" in record and record.company_id
        digits = club._digits(account or "wallet")
        return Exception_sudo.create(
            {
                "club_id": club.id,
                "company_id": (company or club.company_id).id,
                "kind": kind,
                "member_id": member.id if member else False,
                "res_model": record._name if record is not None else False,
                "res_id": record.id if record is not None else False,
                "reference": record.display_name if record is not None else False,
                "account": account,
                "amount": to_column(units, digits),
                "message": message,
                "key": key,
                "user_id": self.env.uid,
            }
        )

    @api.model
    def _unlist(self, kind, records, club=None, key=None):
        """Take documents off the list that can be followed by now, or are no more.

        :param kind: a value of ``kind``
        :param records: documents of one model
        :param club: only what was listed for this club
        :param key: only what was listed with this key
        """
        domain = [
            ("kind", "=", kind),
            ("res_model", "=", records._name),
            ("res_id", "in", records.ids),
            ("state", "=", "open"),
        ]
        if club:
            domain.append(("club_id", "=", club.id))
        if key:
            domain.append(("key", "=", key))
        raised(self).search(domain).write(
            {"state": "done", "done_at": fields.Datetime.now()}
        )

    @api.model
    def _on_erase(self, person):
        names, ids = ("message", "reference"), person.members.ids
        return [
            *super()._on_erase(person),
            Gone({}, lambda: person.mask(self._name, names, "member_id", ids)),
            Kept({"exceptions": self.env._("exceptions, without who it was")}),
        ]

    # ------------------------------------------------------------------ people

    def action_done(self):
        """A manager has dealt with it."""
        self._check_manager()
        self._done()
        return True

    def action_open_document(self):
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return document.get_formview_action()

    def action_attribute(self):
        """Ask which purchase came back."""
        self.ensure_one()
        self._check_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club.action_exception_attribute"
        )
        return {**action, "context": {"default_exception_id": self.id}}

    def _attribute(self, purchase):
        """Let the document be a return of this purchase, like any other, once.

        The document's model says how, by ``_club_return_attributed(purchase) -> bool``:
        whether anything was taken back. Models that have it can be attributed.

        :raises ClubError: over_return (nothing is left of it to return),
            invalid_payload (another club's purchase, or dealt with already)
        """
        self.ensure_one()
        self._check_manager()
        purchase = purchase.with_env(self.env)
        purchase.check_access("read")
        if not self.can_attribute or purchase.club_id != self.club_id:
            raise ClubError(
                "invalid_payload",
                self.env._("purchase: this can't be attributed to it"),
            )
        self._done(purchase_id=purchase.id)
        # The return follows the document, whose rights a manager may not have.
        document_sudo = raised(self.env[self.res_model]).browse(self.res_id)
        if not document_sudo._club_return_attributed(purchase.sudo()):
            raise ClubError(
                "over_return", self.env._("Nothing is left of it to return.")
            )

    def _done(self, **values):
        # Rows are written by these methods only, never with a caller's values.
        raised(self.filtered(lambda row: row.state == "open")).write(
            {
                "state": "done",
                "done_by_id": self.env.uid,
                "done_at": fields.Datetime.now(),
                **values,
            }
        )

    def _check_manager(self):
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(self.env._("Only a manager of the club may do this."))
        self.check_access("read")
