"""The examples of docs/api.md stay true: they run, in order, against a server."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shop import open_shop

CONTRACT = Path(__file__).parents[2] / "docs" / "api.md"
METHODS = {
    "enroll", "member_get", "member_update", "member_erase", "purchase_quote",
    "purchase_record", "purchase_return", "hold_create", "hold_capture", "hold_release",
    "spend", "top_up", "grant", "transfer", "statement", "recommendations",
    "segment_moves",
}  # fmt: skip


def contract():
    """The page of the contract, as dict of method to text; "" is what comes before."""
    parts = re.split(r"^### (\w+)\n", CONTRACT.read_text(), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def code(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def shop():
    with open_shop("docs_api") as shop:
        yield shop


def test_every_method_is_documented():
    sections = contract()
    assert set(sections) == METHODS | {""}
    for method in METHODS:
        (python,) = code(sections[method], "python")
        (shell,) = code(sections[method], "sh")
        assert f'"{method}"' in python
        assert shell.startswith(f'curl -sS "$URL/json/2/loyalty.club/{method}" ')


def test_examples_run(shop):
    sections = contract()
    program = "\n".join(code(text, "python")[0] for text in sections.values())
    environment = {
        **os.environ,
        "URL": shop.server.url,
        "DB": shop.server.database,
        "LOGIN": "integration",
        "PASSWORD": shop.keys["integration"],
    }
    done = subprocess.run(
        [sys.executable, "-"],
        input=f"{program}\nprint(f'HOLD={{hold}} OTHER={{other}}')",
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    holds = dict(re.findall(r"(HOLD|OTHER)=(\d+)", done.stdout))

    # The same calls by curl: whatever has a key was answered before.
    environment |= {"API_KEY": shop.keys["integration"], **holds}
    for method in METHODS - {"member_erase"}:
        (line,) = code(sections[method], "sh")
        answer = json.loads(
            subprocess.check_output(["sh", "-c", line], env=environment, text=True)
        )
        keyed = '"key"' in line or method == "purchase_record"
        assert answer.get("replayed") is (True if keyed else None), (method, answer)
