"""What Chromium has run of our scripts, for ``setup/test --coverage``.

V8 tells which functions and blocks of a bundle were run. A bundle names the files that
it is made of, so that it can be said for each of ours. Lines of a bundle aren't lines
of a file; what is counted is code, in characters without space. What a page had run
before it was left for another one may be missing.
"""

import atexit
import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

FILE = re.compile(r"\n/\* (/\S+) \*/\n(.*?)(?=\n/\* /\S+ \*/\n|\Z)", re.DOTALL)
OURS = re.compile(r"/loyalty_club\w*/static/src/")
BEYOND = re.compile("[\U00010000-\U0010ffff]")


class Scripts:
    """Our files as the bundles have them, with what was run of each."""

    def __init__(self):
        self._run: dict[str, tuple[str, bytearray]] = {}

    def add(self, source: str, functions: list[dict]) -> None:
        """What V8 says of one bundle; it counts in units of UTF-16.

        >>> source = "\\n/* /loyalty_club/static/src/a.js */\\nab cd"
        >>> scripts = Scripts()
        >>> ranges = [{"startOffset": 0, "endOffset": 99, "count": 1}]
        >>> missed = [{"startOffset": len(source) - 2, "endOffset": 99, "count": 0}]
        >>> scripts.add(source, [{"ranges": ranges}, {"ranges": missed}])
        >>> scripts.counts()
        {'loyalty_club/static/src/a.js': [2, 4]}
        """
        source = BEYOND.sub("..", source)
        painted = bytearray(len(source))
        for function in functions:
            for part in function["ranges"]:
                start, end = part["startOffset"], min(part["endOffset"], len(source))
                painted[start:end] = bytes([bool(part["count"])]) * (end - start)
        for path, text, start in self._files(source):
            known, run = self._run.get(path, (text, bytearray(len(text))))
            if known == text:
                now = painted[start : start + len(text)]
                either = int.from_bytes(run, "big") | int.from_bytes(now, "big")
                run = bytearray(either.to_bytes(len(text), "big"))
                self._run[path] = known, run

    @staticmethod
    def _files(source: str) -> Iterator[tuple[str, str, int]]:
        for file in FILE.finditer(source):
            if OURS.match(file[1]):
                yield file[1].removeprefix("/"), file[2], file.start(2)

    def counts(self) -> dict[str, list[int]]:
        """Characters that were run, and that there are, of each file."""
        return {
            path: [
                sum(
                    was for was, letter in zip(run, text, strict=True) if letter.strip()
                ),
                sum(1 for letter in text if letter.strip()),
            ]
            for path, (text, run) in self._run.items()
        }


def watch_browsers(folder: Path) -> None:
    """From now on every browser of a test tells what it has run."""
    import websocket

    from odoo.tests.common import ChromeBrowser

    # V8 tells of millions of characters, which would be looked at one by one.
    websocket.create_connection = partial(
        websocket.create_connection, skip_utf8_validation=True
    )
    scripts, sources = Scripts(), {}
    begin, stop = ChromeBrowser.__init__, ChromeBrowser.stop

    def begun(browser, *arguments, **more):
        begin(browser, *arguments, **more)
        browser._websocket_request("Profiler.enable")
        precise = {"callCount": False, "detailed": True}
        browser._websocket_request("Profiler.startPreciseCoverage", params=precise)

    def stopped(browser):
        if hasattr(browser, "ws"):
            tell(browser)
        stop(browser)

    def tell(browser):
        browser._websocket_request("Debugger.enable", timeout=60)
        said = browser._websocket_request("Profiler.takePreciseCoverage", timeout=60)
        for script in said["result"]:
            url = script["url"]
            if "/web/assets/" not in url:
                continue
            if url not in sources:
                source = browser._websocket_request(
                    "Debugger.getScriptSource",
                    params={"scriptId": script["scriptId"]},
                    timeout=60,
                )
                sources[url] = source["scriptSource"]
            scripts.add(sources[url], script["functions"])

    ChromeBrowser.__init__, ChromeBrowser.stop = begun, stopped
    path = folder / f"scripts-{os.getpid()}.json"
    atexit.register(lambda: path.write_text(json.dumps(scripts.counts())))
