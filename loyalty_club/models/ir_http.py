import re

from odoo import models
from odoo.tools.misc import file_open
from odoo.tools.translate import (
    JAVASCRIPT_TRANSLATION_COMMENT,
    get_po_paths,
    translation_file_reader,
)


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
