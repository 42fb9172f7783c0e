"""What the tests of the diary's pages share: a browser at a known time, and what a page shows in words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from starlette.testclient import TestClient

from .test_pages import Page

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
CHINESE = {"accept-language": "zh-CN"}
NAMES = {"OpenLumbar", "JavaScript", "openlumbar", "serve", "host", "https", "Oswestry", "Roland", "Morris", "rmdq",
         "Mapi", "Research", "Trust"}  # fmt: skip
"""Words that Chinese pages keep as they are."""


def set_clock(browser: TestClient, now: datetime | Callable[[], datetime]) -> None:
    """Make it a time for the app."""
    app = browser.app
    clock = now if callable(now) else (lambda: now)
    app.state.services = replace(app.state.services, clock=clock)  # type: ignore[attr-defined]


def words_of(text: str) -> str:
    """Return what a page shows in words."""
    main = re.search(r"<main.*</main>", text, re.DOTALL)
    assert main
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0]))


def assert_whole(browser: TestClient, path: str) -> None:
    """Hold a page in both languages to what every page owes."""
    for language, headers in (("en", {}), ("zh-Hans", CHINESE)):
        answer = browser.get(path, headers=headers)
        assert answer.status_code == 200, path
        page = Page(answer.text)
        assert page.all("html") == [{"lang": language}]
        assert len(page.all("h1")) == 1
        ids = [name for _, attrs in page.found if (name := attrs.get("id"))]
        assert len(ids) == len(set(ids)), [name for name in ids if ids.count(name) > 1]
        targets = [name[1:] for attrs in page.all("a") if (name := attrs.get("href") or "").startswith("#")]
        assert set(targets) <= set(ids)
        described = [name for _, attrs in page.found for name in (attrs.get("aria-describedby") or "").split()]
        assert set(described) <= set(ids)
        labelled = {attrs.get("for") for attrs in page.all("label")}
        visible = [attrs for attrs in page.all("input") if attrs.get("type") != "hidden"]
        assert {attrs.get("id") for attrs in visible} <= labelled
        assert not [
            attrs for _, attrs in page.found if "style" in attrs or any(name.startswith("on") for name in attrs)
        ]
        if headers:
            assert set(re.findall(r"[A-Za-z]{4,}", words_of(answer.text))) <= NAMES
