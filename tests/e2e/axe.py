"""What every page owes: axe-core's rules for accessibility with its 7:1 contrast rule on top, and to be looked at."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = (
    "axe.run({rules: {'color-contrast-enhanced': {enabled: true}}})"
    ".then(result => result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 120)}`)))"
)


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page as it stands; skips where axe is missing."""
    if not _AXE.is_file():
        pytest.skip("axe-core is missing: run `npm ci` in web/")
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    return [str(line) for line in page.evaluate(_RUN)]


def photograph(page: Page, name: str) -> None:
    """Leave a picture of a page, to be looked at, where OPENLUMBAR_SCREENSHOTS names a folder for it."""
    if folder := os.environ.get("OPENLUMBAR_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
