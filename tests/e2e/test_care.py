"""The whole way in a real browser: first visit, gate, a set by the clock, pain, done; and what stops it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe import photograph, violations
from live_server import LiveServer
from playwright.sync_api import Page, expect

from diary_people import Told, Watch, live
from openlumbar.apps.web.clock import local_now
from openlumbar.pipeline.care import CareDesk
from openlumbar.records.diary import Diary
from openlumbar.records.store import Store

pytestmark = pytest.mark.browser

LOOKS = [(360, "en-GB", "light"), (1280, "zh-CN", "dark")]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LiveServer]:
    """Serve a record of its own: whoever is locked in it locks nobody else."""
    with LiveServer(tmp_path / "served") as server:
        yield server
        assert server.complaints == ""


def assert_sound(page: Page, name: str, width: int) -> None:
    """Hold a page to what every page owes, and leave a picture of it."""
    photograph(page, f"care-{name}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []


def choose(page: Page, *ids: str) -> None:
    for name in ids:
        page.locator(f"label[for='{name}']").click()


def answer_everything(page: Page) -> None:
    page.locator("#onset").fill((date.today() - timedelta(days=200)).isoformat())
    page.locator("#born").fill("1985-06-01")
    page.locator("#height_cm").fill("175")
    page.locator("#weight_kg").fill("70")
    page.locator("#wakes_at").fill("00:30")
    choose(page, "side-left", "diagnosed-yes", "cancer_signs-no", "stable_weakness-no", "conditions-none")
    choose(page, "sex-male", "activity-active")
    page.locator("main form button.large").click()


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_from_the_first_visit_to_a_set_that_is_done(
    open_page: Callable[..., Page], own_server: LiveServer, width: int, language: str, scheme: str
) -> None:
    page = open_page(
        language=language, width=width, color_scheme=scheme, address=own_server.address, expect="422", pace=40.0
    )
    page.goto("/")
    assert_sound(page, "first", width)
    page.locator("main .button.large").click()
    assert_sound(page, "profile", width)
    answer_everything(page)
    expect(page.locator("main .button.large")).to_have_attribute("href", "/start/bridge")
    assert_sound(page, "today", width)

    page.locator("main .button.large").click()
    choose(page, "a7_risk", "none_of_these")
    expect(page.locator("#gate input:checked")).to_have_count(1)
    choose(page, "pain_back-1", "pain_leg-2")
    expect(page.locator("[data-figures]")).to_be_visible()
    page.locator("[data-mark=calf_left]").last.click()
    expect(page.locator("#site-calf_left")).to_be_checked()
    assert_sound(page, "gate", width)
    choose(page, "pain_leg-0", "painkiller-no")
    expect(page.locator("[data-body-map]")).to_be_hidden()
    page.locator("button[value=clock]").click()

    expect(page.locator("[data-clock]")).to_be_visible()
    assert_sound(page, "clock", width)
    page.locator("[data-clock-start]").click()
    expect(page.locator("[data-clock-number]")).to_have_text("✓")
    expect(page.locator("[data-clock-by]")).to_have_value("clock")
    page.locator("form[action^='/clock'] button.large").click()
    assert_sound(page, "after", width)
    choose(page, "after-pain_back-1", "after-pain_leg-0")
    page.locator("form.after button.large").click()
    expect(page.locator(".zone")).to_have_count(1)
    assert_sound(page, "told", width)
    page.locator("main .button.large").click()
    expect(page.locator("main .button.large")).to_have_attribute("href", "/start/cross-twist")
    assert_sound(page, "next", width)


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_the_gate_asks_again_and_an_emergency_takes_the_screen_and_locks(
    open_page: Callable[..., Page], own_server: LiveServer, width: int, language: str, scheme: str
) -> None:
    page = open_page(language=language, width=width, color_scheme=scheme, address=own_server.address, expect="422")
    page.goto("/profile")
    answer_everything(page)
    page.goto("/start/bridge")
    page.locator("button[value=camera]").click()
    expect(page.locator(".notice.careful li")).to_have_count(3)
    assert_sound(page, "asked-again", width)
    choose(page, "a3")
    page.locator("button[value=camera]").click()
    expect(page.locator(".urgent h1")).to_be_visible()
    expect(page.locator(".urgent a:not([href^='tel:']):not(.skip)")).to_have_count(1)
    assert_sound(page, "emergency", width)
    page.locator(".urgent a.button").click()
    assert_sound(page, "locked", width)
    page.locator("main .button.large").click()
    assert_sound(page, "locks", width)
    page.locator("main form input[name=doctor]").fill("Dr Wang")
    page.locator("main form input[name=examined_on]").fill(date.today().isoformat())
    page.locator("main form .option label").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .button.large")).to_have_attribute("href", "/start/bridge")


def test_without_scripts_the_way_is_the_same(open_page: Callable[..., Page], own_server: LiveServer) -> None:
    page = open_page(address=own_server.address, java_script_enabled=False)
    page.goto("/profile")
    answer_everything(page)
    page.goto("/start/bridge")
    page.locator("details.body-map summary").click()
    choose(page, "site-calf_left", "none_of_these", "pain_back-1", "pain_leg-1")
    page.locator("button[value=clock]").click()
    page.locator("form[action^='/clock'] button.large").click()
    choose(page, "after-pain_back-1", "after-pain_leg-1")
    page.locator("form.after button.large").click()
    expect(page.locator("main .button.large")).to_have_attribute("href", "/")


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_a_month_is_shown_whole(
    open_page: Callable[..., Page], tmp_path: Path, width: int, language: str, scheme: str
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    store = Store.open(folder / "openlumbar.sqlite3")
    watch = Watch(local_now() - timedelta(days=12))
    live(CareDesk(Diary(store), watch), watch, 12, lambda number: Told(sets=number % 4, form=0.7 + 0.02 * number))
    store.close()
    with LiveServer(folder) as server:
        page = open_page(language=language, width=width, color_scheme=scheme, address=server.address)
        for path in ("/", "/progress"):
            page.goto(path)
            assert_sound(page, f"month{path.replace('/', '-')}", width)
        page.locator("main details summary").first.click()
        assert_sound(page, "month-table", width)
