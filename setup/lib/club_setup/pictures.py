"""``setup/pictures``: an icon and a banner for each addon, drawn here.

All of them are the same card; what lies on it says which addon it is. Chromium turns
the drawings into pictures.
"""

import ast
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from .paths import CHECKOUT, all_addons, is_for_tests, say

ICON = (140, 140)
BANNER = (1120, 560)
STYLE = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
# On a field of 56 x 56.
STAR = (
    '<path d="M28 3l7.9 15.9 17.6 2.6-12.7 12.4 3 17.5L28 43.1l-15.8 8.3 '
    '3-17.5L2.5 21.5l17.6-2.6z"/>'
)
RECEIPT = '<path d="M10 3h36v50l-6-5-6 5-6-5-6 5-6-5-6 5z"/>'
LINES = (
    f'<path d="M19 17h18M19 27h18M19 37h10" stroke="#714b67" stroke-width="4" {STYLE}/>'
)
BARS = '<path d="M4 53V33h12v20zM22 53V20h12v33zM40 53V4h12v49z"/>'
SMALL_BARS = (
    '<path d="M17 41V31h6v10zM25 41V23h6v18zM33 41V14h6v27z" '
    'fill="#714b67" stroke="none"/>'
)
CART = (
    '<path d="M2 5h9l3 8h39l-6 22H19L9 11H2z"/>'
    '<circle cx="22" cy="46" r="6"/><circle cx="42" cy="46" r="6"/>'
)
WAVES = (
    '<circle cx="12" cy="28" r="7"/>'
    f'<path d="M25 16a18 18 0 0 1 0 24M35 8a30 30 0 0 1 0 40M45 1a42 42 0 0 1 0 54" '
    f'stroke="#fbb945" stroke-width="6" {STYLE}/>'
)
TREND = (
    f'<path d="M5 49l15-17 10 9 18-26" stroke="#fbb945" stroke-width="8" {STYLE}/>'
    '<path d="M34 8l20-4-2 20z"/>'
)
SHOP = (
    '<path d="M6 28h44v25H6z"/><path d="M8 5h40l6 18H2z"/>'
    '<path d="M24 36h9v17h-9z" fill="#714b67" stroke="none"/>'
)
MARKS = {
    "loyalty_club": STAR,
    "loyalty_club_pos": RECEIPT + LINES,
    "loyalty_club_sale": CART,
    "loyalty_club_rfm": BARS,
    "loyalty_club_rfm_pos": RECEIPT + SMALL_BARS,
    "loyalty_club_forecast": TREND,
    "loyalty_club_box": WAVES,
    "loyalty_club_demo": SHOP,
}


def drawing(addon: str) -> str:
    """The icon's shapes, on a field of 140 x 140."""
    return f"""\
  <rect x="10" y="46" width="112" height="76" rx="13" fill="#714b67"/>
  <rect x="10" y="62" width="112" height="15" fill="#56374e"/>
  <rect x="23" y="95" width="36" height="8" rx="4" fill="#c9a9bf"/>
  <g transform="translate(72 12) scale(1.08)" fill="#fbb945" stroke="#fff"
     stroke-width="5" stroke-linejoin="round" paint-order="stroke">
    {MARKS[addon]}
  </g>
"""


def icon(addon: str) -> str:
    width, height = ICON
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        f"{drawing(addon)}</svg>\n"
    )


def banner(addon: str) -> str:
    manifest = ast.literal_eval((CHECKOUT / addon / "__manifest__.py").read_text())
    name, _colon, part = manifest["name"].partition(": ")
    heading = f"<h2>{escape(part)}</h2>" if part else ""
    return f"""
    <div class="text"><h1>{escape(name)}</h1>{heading}
      <p>{escape(manifest["summary"])}</p></div>
    <svg class="card" viewBox="0 0 140 140">
      <circle cx="68" cy="72" r="66" fill="#fff"/>
      <g transform="translate(13 15) scale(.8)">{drawing(addon)}</g>
    </svg>
    <style>
      body {{ height: 100vh; background: #714b67;
              display: flex; align-items: center; }}
      .text {{ width: 570px; margin: 0 36px 0 68px; color: #fff; }}
      h1 {{ font-size: 74px; margin: 0; }}
      h2 {{ font-size: 46px; margin: 4px 0 0; color: #fbb945; }}
      p {{ font-size: 30px; line-height: 1.35; margin: 22px 0 0; color: #eadfe7; }}
      .card {{ width: 386px; }}
    </style>
    """


def draw(body: str, size: tuple[int, int], target: Path) -> None:
    width, height = size
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            '<!doctype html><meta charset="utf-8">'
            "<style>body { margin: 0; font-family: sans-serif; }"
            "svg { display: block; }</style>" + body
        )
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                "--default-background-color=00000000",
                f"--window-size={width},{height}",
                f"--screenshot={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


def main() -> int:
    shown = [addon for addon in all_addons() if not is_for_tests(addon)]
    for addon in sys.argv[1:] or shown:
        folder = CHECKOUT / addon / "static" / "description"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "icon.svg").write_text(icon(addon))
        draw(icon(addon), ICON, folder / "icon.png")
        draw(banner(addon), BANNER, folder / "banner.png")
        say(f"{addon}: icon and banner")
    return 0


if __name__ == "__main__":
    sys.exit(main())
