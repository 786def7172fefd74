"""``setup/i18n``: the terms of our addons and their Persian.

Every addon has ``i18n/<addon>.pot``, written from a database with the demo
shop (so that its names are there too), and ``i18n/fa.po``. Terms of Odoo's own
addons that our users meet, and that Odoo lacks or says badly, are in
``i18n_extra/fa.po`` of the addon that stands on theirs.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import polib

from . import databases
from .paths import CHECKOUT, SetupError, clean_up_when_terminated, say, shop_addons

LANGUAGES = ("fa",)
# Whose terms an addon's ``i18n_extra`` has.
FOREIGN = {
    "loyalty_club": ("loyalty",),
    "loyalty_club_pos": ("pos_loyalty", "point_of_sale"),
    "loyalty_club_sale": ("sale_loyalty",),
}


EXPORT = """
from odoo.tools.translate import trans_export
for addon, path in {paths!r}.items():
    with open(path, "wb") as file:
        assert trans_export(False, [addon], file, "po", env(context={{}})), addon
"""


def export(database: str, paths: dict[str, Path]) -> dict[str, polib.POFile]:
    """The terms that Odoo finds in addons, as template files, by the addons' names."""
    wanted = {addon: str(path) for addon, path in paths.items()}
    databases.in_shell(database, EXPORT.format(paths=wanted))
    return {addon: _tidy(path) for addon, path in paths.items()}


def _tidy(path: Path) -> polib.POFile:
    terms = polib.pofile(str(path), wrapwidth=78)
    # The day of the export says nothing, and would differ each time.
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        terms.metadata.pop(name, None)
    return terms


def merge(terms: polib.POFile, path: Path, language: str) -> None:
    """Brings a translation up to date: new terms are empty, gone ones go."""
    if path.exists():
        translation = polib.pofile(str(path), wrapwidth=78)
    else:
        translation = polib.POFile(wrapwidth=78)
        translation.metadata = {**terms.metadata, "Language": language}
    translation.merge(terms)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(str(path))


def names_of(terms: polib.POFile) -> set[tuple]:
    return {(entry.msgctxt, entry.msgid) for entry in terms if not entry.obsolete}


# --- terms of Odoo's own addons ---------------------------------------------


def _foreign_paths():
    for addon in FOREIGN:
        for language in LANGUAGES:
            yield addon, CHECKOUT / addon / "i18n_extra" / f"{language}.po"


def _native_terms(module: str) -> polib.POFile:
    site = Path(os.environ["ODOO_SITE"]) / "odoo" / "addons"
    return polib.pofile(str(site / module / "i18n" / f"{module}.pot"))


def foreign(addon: str, path: Path) -> polib.POFile:
    """The translations in an ``i18n_extra`` file, as today's Odoo has their terms.

    A term of the code that the addon has itself is left out: Odoo would take the
    foreign translation for it.
    """
    own = polib.pofile(str(CHECKOUT / addon / "i18n" / f"{addon}.pot"))
    own_names = {entry.msgid for entry in own}
    known = polib.pofile(str(path), wrapwidth=78)
    wanted = {(_module_of(entry), entry.msgid): entry.msgstr for entry in known}
    result = polib.POFile(wrapwidth=78)
    result.metadata = known.metadata
    for module in FOREIGN[addon]:
        for entry in _native_terms(module):
            # A term may be in several addons' files: this one says it for its own.
            entry.comment = _said_for(module, entry.comment)
            entry.msgstr = wanted.get((module, entry.msgid), "")
            if entry.msgid in own_names:
                entry.occurrences = [
                    place
                    for place in entry.occurrences
                    if not place[0].startswith("code:")
                ]
            if entry.msgstr and entry.occurrences:
                result.append(entry)
    return result


def _module_of(entry: polib.POEntry) -> str:
    return re.match(r"modules?: (\w+)", entry.comment)[1]


def _said_for(module: str, comment: str) -> str:
    return re.sub(r"modules?: .*", f"module: {module}", comment, count=1)


def update_foreign() -> None:
    for addon, path in _foreign_paths():
        terms = foreign(addon, path)
        terms.save(str(path))
        say(f"{path.relative_to(CHECKOUT)}: {len(terms)} terms of Odoo's own")


def check_foreign() -> list[str]:
    """Files whose terms Odoo has no longer, or in other places."""
    return [
        f"{path.relative_to(CHECKOUT)} is out of date; run setup/i18n"
        for addon, path in _foreign_paths()
        if str(foreign(addon, path)) != path.read_text()
    ]


def _exported():
    with (
        databases.scratch(databases.demo_template(), "i18n") as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        paths = {addon: Path(folder) / f"{addon}.pot" for addon in shop_addons()}
        yield from export(database, paths).items()


def update() -> None:
    for addon, terms in _exported():
        folder = CHECKOUT / addon / "i18n"
        folder.mkdir(exist_ok=True)
        terms.save(str(folder / f"{addon}.pot"))
        for language in LANGUAGES:
            path = folder / f"{language}.po"
            merge(terms, path, language)
            missing = len(polib.pofile(str(path)).untranslated_entries())
            say(f"{path.relative_to(CHECKOUT)}: {missing} terms to translate")
    update_foreign()


def check() -> list[str]:
    """What ``update`` would change, and what is not translated."""
    problems = check_foreign()
    for addon, terms in _exported():
        folder = CHECKOUT / addon / "i18n"
        problems += _differences(terms, folder / f"{addon}.pot")
        for language in LANGUAGES:
            problems += _incomplete(terms, folder / f"{language}.po")
    return problems


def _differences(terms: polib.POFile, path: Path) -> list[str]:
    if not path.exists():
        return [f"{path.relative_to(CHECKOUT)} is missing; run setup/i18n"]
    changed = names_of(terms) ^ names_of(polib.pofile(str(path)))
    shown = [f"  {name!r}" for _context, name in sorted(changed, key=str)[:20]]
    if shown:
        shown.insert(0, f"{path.relative_to(CHECKOUT)} is out of date; run setup/i18n")
    return shown


def _incomplete(terms: polib.POFile, path: Path) -> list[str]:
    if not path.exists():
        return [f"{path.relative_to(CHECKOUT)} is missing; run setup/i18n"]
    translation = polib.pofile(str(path))
    done = {
        (entry.msgctxt, entry.msgid)
        for entry in translation
        if entry.translated() and not entry.fuzzy
    }
    missing = sorted(names_of(terms) - done, key=str)
    shown = [f"  {name!r}" for _context, name in missing[:20]]
    if shown:
        count = f"{len(missing)} terms are not translated"
        shown.insert(0, f"{path.relative_to(CHECKOUT)}: {count}")
    return shown


def main() -> int:
    clean_up_when_terminated()
    try:
        if sys.argv[1:] == ["--check"]:
            problems = check()
            print(*problems, sep="\n")
            return 1 if problems else 0
        update()
        return 0
    except SetupError as error:
        print(f"setup/i18n: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
