import re

from odoo import models
from odoo.http import request
from odoo.tools.misc import file_open
from odoo.tools.translate import (
    JAVASCRIPT_TRANSLATION_COMMENT,
    get_po_paths,
    translation_file_reader,
)

from ...exceptions import ClubError

# What programs call: they act on the code, which stays in the text.
FOR_PROGRAMS = frozenset({"/jsonrpc"})
# JSON-2 is a dispatcher of its own; XML-RPC answers its errors itself.
FOR_BROWSERS = frozenset({"jsonrpc", "http"})


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def _get_translations_for_webclient(self, modules, lang):
        """Odoo's own words that are missing or misleading in a language.

        ``i18n_extra`` of an addon may have terms of other addons. Odoo loads those of
        records and views from there, but those of scripts only where their own addon
        has none; here ours come first.
        """
        translations, params = super()._get_translations_for_webclient(modules, lang)
        for module, words in self._foreign_words(modules, lang).items():
            if module in translations:
                known = translations[module]["messages"]
                merged = {item["id"]: item["string"] for item in known} | words
                translations[module] = {
                    "messages": [
                        {"id": source, "string": text}
                        for source, text in merged.items()
                    ]
                }
        return translations, params

    def _foreign_words(self, modules, lang):
        """Terms of scripts that addons translate for others.

        :return: dict of module to dict of source to translation
        """
        words = {}
        for module in modules:
            for path in get_po_paths(module, lang or "en_US"):
                if not re.search(r"[\\/]i18n_extra[\\/]", path):
                    continue
                with file_open(path, "rb") as file:
                    for row in translation_file_reader(file, fileformat="po"):
                        whose = row["module"]
                        if (
                            row["type"] == "code"
                            and row["value"]
                            and whose != module
                            and JAVASCRIPT_TRANSLATION_COMMENT in row["comments"]
                        ):
                            words.setdefault(whose, {})[row["src"]] = row["value"]
        return words

    def session_info(self):
        """Tell the client on which screens this user's days are Jalali."""
        info = super().session_info()
        reader = self.env(context={**self.env.context, "lang": self.env.user.lang})
        info["club_jalali"] = {
            "everywhere": reader["res.users"]._club_reads_jalali(),
            "on_club_screens": reader["loyalty.club"]._club_reads_jalali(),
        }
        return info

    @classmethod
    def _handle_error(cls, exception):
        """Say a refusal of the club to browsers as Odoo says its own.

        The web client, the till, the portal and the pages of a web site all pass here.
        """
        if isinstance(exception, ClubError) and cls._club_asked_by_browser():
            exception = exception.for_browser(request.env)
        return super()._handle_error(exception)

    @classmethod
    def _club_asked_by_browser(cls):
        return (
            request.dispatcher.routing_type in FOR_BROWSERS
            and request.httprequest.path not in FOR_PROGRAMS
        )
