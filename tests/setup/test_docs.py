"""The documents stay true where a program can tell: what they name is there."""

import ast
import functools
import re
import subprocess

import polib
import pytest
from club_setup.paths import CHECKOUT

PAGES = sorted(
    [
        *CHECKOUT.glob("*.md"),
        *CHECKOUT.glob("docs/*.md"),
        *CHECKOUT.glob("setup/*.md"),
        *CHECKOUT.glob("loyalty_club*/readme/*.md"),
    ]
)
NAMES = [str(page.relative_to(CHECKOUT)) for page in PAGES]
LONGEST_README = 150
MOST_FILES = 12  # that are entered to follow a journey
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
# `loyalty_club/engine/lots.py`, `tests/api/`, `setup/run`: what a page calls a path.
PATH = re.compile(r"[.\w][\w.*-]*(?:/[\w.*-]+)+/?")
SUFFIXES = (".py", ".md", ".js", ".xml", ".sql", ".json", ".png", ".scss", ".csv")


@functools.cache
def tracked():
    """Paths of the repository's files and folders, relative, without a last slash."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        text=True,
    )
    files = [CHECKOUT / line for line in listed.splitlines()]
    paths = {file.relative_to(CHECKOUT) for file in files if file.exists()}
    return paths | {parent for path in paths for parent in path.parents}


def is_there(path):
    if path.startswith(".."):  # outside of the repository
        return False
    if "*" in path:
        return any(known.match(path) for known in tracked())
    return (CHECKOUT / path).exists()


def paths_in(text):
    """What a page names in backticks and means as a path of this repository."""
    ours = {str(path) for path in tracked() if len(path.parts) == 1} | {".."}
    return [
        path.rstrip("/")
        for path in CODE.findall(text)
        if PATH.fullmatch(path)
        and (path.split("/")[0] in ours or path.endswith(SUFFIXES))
    ]


def headings(page):
    """The names by which other pages link to a page's headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in found}


def lost(page):
    """Paths and links of a page that lead nowhere."""
    text = page.read_text()
    gone = [path for path in paths_in(text) if not is_there(path)]
    for link in LINK.findall(text):
        target, _hash, heading = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        other = (page.parent / target).resolve() if target else page
        if not other.exists() or (heading and heading not in headings(other)):
            gone.append(link)
    return gone


def rows(page):
    """Cells of all rows of a page's tables."""
    lines = (CHECKOUT / page).read_text().splitlines()
    found = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [[cell.strip(" |`") for cell in row] for row in found]


def methods(path):
    """Methods of a file, as dict of name to docstring."""
    tree = ast.parse(path.read_text())
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


# How a docstring says that a method is there for other addons.
OPEN = re.compile(
    r": a hook\b|\bA hook: |\ba hook like it\b"
    r"|\bopen lists?\b|\b[Ff]or (an|other) addons?\b"
)


def hooks():
    """Name and file of all hooks in the addons, which tests of addons extend."""
    return {
        (name, str(path.relative_to(CHECKOUT)))
        for path in CHECKOUT.glob("loyalty_club*/**/*.py")
        if "tests" not in path.parts
        for name, docstring in methods(path).items()
        if OPEN.search(docstring)
    }


def test_hooks_of_the_page_are_in_the_code():
    named = [row for row in rows("docs/hooks.md") if row[0].startswith("_")]
    assert len(named) > 20
    gone = [row for row in named if row[0] not in methods(CHECKOUT / row[-1])]
    assert gone == []


def test_hooks_of_the_code_are_on_the_page():
    named = {(row[0], row[-1]) for row in rows("docs/hooks.md")}
    assert hooks() - named == set()
    names = {name for name, _path in named}
    events = {
        name
        for path in CHECKOUT.glob("loyalty_club*/**/*.py")
        if "tests" not in path.parts
        for name in methods(path)
        if name.startswith("_on_")
    }
    assert events - names == set()


def test_words_are_those_of_the_screens():
    said = "\n".join(
        entry.msgstr
        for path in CHECKOUT.glob("loyalty_club*/i18n/fa.po")
        for entry in polib.pofile(str(path))
    )
    words = {row[2] for row in rows("docs/glossary.md")[1:] if len(row) > 2}
    assert len(words) > 20
    assert {word for word in words if word not in said} == set()


def test_journeys_are_short():
    text = (CHECKOUT / "docs/architecture.md").read_text()
    journeys = (
        text.split("## Three journeys\n")[1].split("\n## ")[0].split("\n### ")[1:]
    )
    steps = [re.findall(r"^\d+\. `([\w/.]+)`", one, re.MULTILINE) for one in journeys]
    assert len(steps) == 3 and all(steps)
    assert all(len(set(files)) == len(files) <= MOST_FILES for files in steps)


def test_readme_is_short():
    assert len((CHECKOUT / "README.md").read_text().splitlines()) <= LONGEST_README


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_names_is_there(name):
    assert lost(CHECKOUT / name) == []


def test_what_is_gone_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "`tests/gone`, `models/gone.py`, `tests/*/gone.py`, `../shared/api.md`,\n"
        "[one](gone.md), [two](#gone), [me](#a-b)\n## A b\n"
        "`tests/setup`, `tests/*/test_docs.py`, `/json/2/x`, [page](page.md#a-b)\n"
    )
    assert lost(page) == [
        "tests/gone", "models/gone.py", "tests/*/gone.py", "../shared/api.md",
        "gone.md", "#gone",
    ]  # fmt: skip


def test_every_page_of_docs_is_reached_from_the_readme():
    linked = set(LINK.findall((CHECKOUT / "README.md").read_text()))
    pages = {name for name in NAMES if name.startswith("docs/")}
    assert pages <= linked


def test_commands_of_the_readme_are_there():
    text = (CHECKOUT / "README.md").read_text()
    commands = set(re.findall(r"(?<![\w/(])setup/\w+\b(?!\.)", text))
    assert {"setup/run", "setup/test"} <= commands
    for command in commands:
        assert (CHECKOUT / command).exists(), command
