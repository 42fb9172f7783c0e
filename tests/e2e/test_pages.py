"""The pages around the coach in a real browser: accessible, whole at any width, quiet, and with or without scripts."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe import photograph, violations
from live_server import LiveServer
from playwright.sync_api import Page, expect

from analyses import make_analysis
from openlumbar.pipeline.history import events_of, outcome_of, thinned
from openlumbar.records.store import Store
from patients import write_track

pytestmark = pytest.mark.browser

PATHS = ("/exercises", "/exercises/cross-twist", "/about", "/load", "/sessions", "/recordings/new", "/more")
LOOKS = [(360, "en-GB", "light"), (360, "zh-CN", "dark"), (1280, "zh-CN", "light"), (1920, "en-GB", "dark")]


@pytest.fixture(scope="module")
def result(server: LiveServer) -> str:
    """Put an analyzed recording into the record; return its address."""
    analysis = make_analysis(faults={2: ("short_hold",)})
    store = Store.open(server.data_dir / "openlumbar.sqlite3")
    row = store.create(exercise="bridge", level="L2", source="upload", language="en", name="clip.mp4")
    store.append(row.id, events_of(analysis), [thinned(analysis.signals)])
    store.finish(row.id, outcome_of(analysis), recognised=("bridge", "L2"))
    store.close()
    return f"/sessions/{row.id}"


def assert_sound(page: Page, width: int) -> None:
    """Hold a page to what every page owes, and leave a picture of it."""
    place = urlsplit(page.url).path.strip("/").replace("/", "-")[:20] or "home"
    scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    photograph(page, f"page-{place}-{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_every_page_is_accessible_and_fits(
    open_page: Callable[..., Page], result: str, width: int, language: str, scheme: str
) -> None:
    page = open_page(language=language, width=width, color_scheme=scheme)
    for path in (*PATHS, result):
        page.goto(path)
        assert_sound(page, width)


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_recording_is_given_and_its_result_shown(
    open_page: Callable[..., Page], tmp_path: Path, with_scripts: bool
) -> None:
    page = open_page(java_script_enabled=with_scripts)
    page.goto("/recordings/new")
    page.locator("#file").set_input_files(write_track(tmp_path))
    page.locator("main .button.large").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 4 repetitions counted")


def test_a_recording_that_is_refused_or_lost_says_so_and_can_be_sent_again(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(expect="422|ERR_")
    page.goto("/recordings/new")
    page.locator("#file").set_input_files(write_track(tmp_path))
    page.locator("#height_cm").fill("17")
    page.locator("main .button.large").click()
    expect(page.locator("[data-send-words]")).to_contain_text("outside 100 to 230 cm")
    page.locator("#height_cm").fill("170")
    page.route("**/recordings", lambda route: route.abort())
    page.locator("main .button.large").click()
    expect(page.locator("[data-send-lost]")).to_be_visible()
    expect(page.locator("[data-sending]")).to_be_hidden()
    page.unroute("**/recordings")
    page.locator("main .button.large").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 4 repetitions counted")


def test_a_deleted_session_is_brought_back(open_page: Callable[..., Page], server: LiveServer) -> None:
    id_ = server.begin("sit-up", "L1")
    page = open_page()
    page.goto("/sessions")
    rows = page.locator(f"a[href='/sessions/{id_}']")
    expect(rows).to_have_count(1)
    page.locator(f"form[action='/sessions/{id_}/delete'] button").click()
    expect(rows).to_have_count(0)
    page.locator(f"form[action='/sessions/{id_}/restore'] button").click()
    expect(rows).to_have_count(1)
