"""Files have the form that ``.editorconfig`` promises, and tools have one version."""

import functools
import re
import subprocess

from club_setup.paths import CHECKOUT

PINNED = re.compile(r"(@?[\w/-]+?)(?:==|@)(\d[\w.]*)")


@functools.cache
def texts():
    """Text of each file that is or may be committed, by path."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        text=True,
    )
    found = {}
    for name in listed.splitlines():
        path = CHECKOUT / name
        if path.is_file() and b"\0" not in path.read_bytes():
            found[name] = path.read_bytes().decode()
    return found


def test_files_end_lines_and_themselves_alike():
    bad = {
        name
        for name, text in texts().items()
        if "\r" in text
        or (text and not text.endswith("\n"))
        or (not name.endswith(".po") and re.search(r"[ \t]$", text, re.MULTILINE))
    }
    assert not bad


def test_files_are_indented_by_spaces():
    shell = re.compile(r"#!/usr/bin/env bash")
    bad = {
        name
        for name, text in texts().items()
        if re.search(r"^ *\t", text, re.MULTILINE)
        and not (name.endswith(".sh") or shell.match(text))
    }
    assert not bad


def test_commits_are_checked_by_the_same_versions():
    """.pre-commit-config.yaml has tools of its own; setup/lint has others."""
    pinned = {}
    for name in ("setup/requirements-test.txt", "setup/lib/node.sh"):
        pinned.update(PINNED.findall(texts()[name]))
    hooks = PINNED.findall(texts()[".pre-commit-config.yaml"])
    assert {tool for tool, _version in hooks} >= {"ruff", "mypy", "eslint", "prettier"}
    assert [pair for pair in hooks if pinned.get(pair[0], pair[1]) != pair[1]] == []


def test_containers_have_what_is_tested():
    pinned = dict(PINNED.findall(texts()["setup/requirements.txt"]))
    packages = dict(PINNED.findall(texts()["Dockerfile"]))
    assert set(packages) == {"persiantools", "phonenumbers", "python-stdnum"}
    assert packages == {name: pinned[name] for name in packages}
    ours = {path.parent.name for path in CHECKOUT.glob("loyalty_club*/__manifest__.py")}
    let_through = texts()[".dockerignore"].splitlines()
    assert let_through[:2] == ["*", "!loyalty_club*"] and len(ours) > 5


def test_compose_gives_no_secret_away():
    text = texts()["compose.yaml"]
    secrets = re.findall(r"^ +\w*(?:PASSWORD|PEPPER): (.*)$", text, re.MULTILINE)
    assert len(secrets) == 3
    assert all(re.fullmatch(r"\$\{\w+:\?[\w ]+\}", secret) for secret in secrets)
    assert re.findall(r'^ +- "(.*):\d+:\d+"$', text, re.MULTILINE) == ["127.0.0.1"]
