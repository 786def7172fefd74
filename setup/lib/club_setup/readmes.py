"""``setup/readme``: each addon's README.rst and its page in *Apps*, from fragments.

The fragments in an addon's folder ``readme/`` have the names that OCA gives them. Both
files are one text in Markdown: pandoc turns it into what a reader of sources sees, and
into what Odoo's *Apps* show.
"""

import ast
import re
import sys
from pathlib import Path

import pypandoc

from .paths import CHECKOUT, all_addons, is_for_tests

# Heading of each fragment, in the order of the page; the first one has none.
FRAGMENTS = {
    "DESCRIPTION": "",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "DEVELOP": "Development",
    "ROADMAP": "Limits",
    "CONTRIBUTORS": "Contributors",
}
NEEDED = set(FRAGMENTS) - {"INSTALL", "ROADMAP"}
FORMAT = "gfm-gfm_auto_identifiers"
NOTE = "This file is written by setup/readme from the fragments in readme/."
PICTURE = re.compile(r"static/description/(.+\.png)")


def manifest_of(addon: Path) -> dict:
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def markdown(addon: Path, pictures: str) -> str:
    """The page of an addon, with its pictures in the folder ``pictures``."""
    manifest = manifest_of(addon)
    parts = [f"# {manifest['name']}"]
    for name, heading in FRAGMENTS.items():
        path = addon / "readme" / f"{name}.md"
        if not path.exists():
            continue
        parts.append(f"## {heading}" if heading else "")
        parts.append(path.read_text().strip())
        if name == "DESCRIPTION":
            parts += [
                f"![{manifest['name']}]({pictures}{PICTURE.fullmatch(image)[1]})"
                for image in manifest.get("images", ())
                if not image.endswith("banner.png")
            ]
    parts.append(f"Licence: {manifest['license']}.")
    return "\n\n".join(filter(None, parts)) + "\n"


def rst(addon: Path) -> str:
    text = pypandoc.convert_text(
        markdown(addon, "static/description/"), "rst", format=FORMAT
    )
    return f"..\n   {NOTE}\n\n{text.rstrip()}\n".replace("\r\n", "\n")


def html(addon: Path) -> str:
    """A part of a page, as Odoo puts it into the form of the module."""
    text = pypandoc.convert_text(
        markdown(addon, ""),
        "html5",
        format=FORMAT,
        extra_args=["--syntax-highlighting=none"],
    )
    text = text.replace("<img ", '<img class="img img-fluid" ')
    text = text.replace("<table>", '<table class="table table-sm">')
    begin = f'<!-- {NOTE} -->\n<section class="oe_container">\n'
    return f"{begin}{text.rstrip()}\n</section>\n".replace("\r\n", "\n")


def generated(addon: Path) -> dict[Path, str]:
    return {
        addon / "README.rst": rst(addon),
        addon / "static" / "description" / "index.html": html(addon),
    }


def update() -> None:
    for name in all_addons():
        for path, text in generated(CHECKOUT / name).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def check() -> list[str]:
    """Fragments that are missing, and files that aren't what the fragments say."""
    problems = []
    for name in all_addons():
        addon = CHECKOUT / name
        there = {path.stem for path in (addon / "readme").glob("*.md")}
        needed = {"DESCRIPTION"} if is_for_tests(name) else NEEDED
        problems += [f"{name}/readme/{gone}.md is missing" for gone in needed - there]
        problems += [
            f"{name}/readme/{odd}.md is no fragment that pages have"
            for odd in there - set(FRAGMENTS)
        ]
        problems += [
            f"{path.relative_to(CHECKOUT)} is out of date; run setup/readme"
            for path, text in generated(addon).items()
            if not path.is_file() or path.read_text() != text
        ]
    return problems


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        problems = check()
        print(*problems, sep="\n")
        return 1 if problems else 0
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
