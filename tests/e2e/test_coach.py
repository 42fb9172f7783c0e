"""The live coach with the simulated patient: the whole way by clicks and by keyboard alone, and every way to stop."""

from collections.abc import Callable

import pytest
from coach_page import HURRIED, CoachPage
from live_server import LiveServer
from playwright.sync_api import Page, expect

from openlumbar.pose.simulation.demo import LIVE_DEMO

pytestmark = pytest.mark.browser


@pytest.fixture
def hurried(open_page: Callable[..., Page]) -> CoachPage:
    return CoachPage(open_page(pace=HURRIED))


@pytest.fixture
def coach(open_page: Callable[..., Page], server: LiveServer) -> CoachPage:
    """Open the coach on a small bridge, at the pace of life: six seconds pass before the set begins."""
    return CoachPage(open_page()).open(server.begin("bridge", "L1"))


def test_the_whole_way_by_clicks(hurried: CoachPage, server: LiveServer) -> None:
    page = hurried.page
    page.goto("/")
    page.get_by_role("link", name="All exercises").click()
    page.get_by_role("link", name="Bridge").first.click()
    page.get_by_role("link", name="Look around with the simulated patient").click()
    page.get_by_role("button", name="Show me").click()
    hurried.see_what_was_done()
    done = len(LIVE_DEMO["bridge"].motion.repetitions) - 1  # all but the one past the line
    assert hurried.counts == [str(count) for count in range(done + 1)]
    assert hurried.stages == ["frame", "ready", "exercise", "stopped", "ready", "exercise", "done"]
    assert any("A little lower, ribs down." in one.halt for one in hurried.shown)
    assert server.happened(hurried.session_id, "stop")[0]["code"] == "over_arched"
    expect(page.locator("ol.repetitions > li")).to_have_count(done)
    expect(page.locator("main")).to_contain_text("Simulated patient: nobody exercised")


def test_the_whole_way_by_keyboard(hurried: CoachPage) -> None:
    page = hurried.page
    page.goto("/")
    go_to(page, "All exercises", "Enter")
    go_to(page, "Sit-up", "Enter")
    go_to(page, "Look around with the simulated patient", "Enter")
    go_to(page, "Show me", "Space")
    page.wait_for_url("**/coach/*")
    hurried.wait_for_result()
    assert hurried.stages == ["frame", "ready", "exercise", "stopped", "ready", "exercise", "done"]
    assert any("A little lower." in one.halt for one in hurried.shown)
    assert "Slower on the way up." in {one.correction for one in hurried.shown}
    expect(page.locator("ol.repetitions > li")).to_have_count(3)
    go_to(page, "Delete", "Enter")
    go_to(page, "Undo", "Enter")
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def go_to(page: Page, name: str, key: str) -> None:
    """Step with the Tab key until something that begins with a name has the focus, and press a key on it."""
    url = page.url
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText?.trim() ?? ''")
        if focused.startswith(name):
            page.keyboard.press(key)
            page.wait_for_url(lambda now: now != url)
            return
    raise AssertionError(f"no way to {name!r} by keyboard on {url}")


def test_who_cannot_wait_starts_at_once(open_page: Callable[..., Page], server: LiveServer) -> None:
    coach = CoachPage(open_page(pace=0.1)).open(server.begin("bridge", "L1"))
    coach.page.get_by_role("button", name="Start now").click()
    coach.wait_for("ready")


def test_it_stops_at_once_by_key_by_word_and_by_tap_and_goes_on_when_asked(
    coach: CoachPage, server: LiveServer
) -> None:
    page = coach.page
    ways = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.keyboard.press("s"),
        lambda: page.keyboard.type("stop"),
        lambda: page.locator("#stop").click(),
    ]
    for stop in ways:
        coach.wait_for("ready")
        stop()
        expect(page.locator("#stop-sheet")).to_be_visible()
        expect(page.locator("#stop-title")).to_be_focused()
        expect(page.locator("#pain-sheet")).to_be_hidden()
        coach.wait_for("stopped")
        page.locator("#resume").click()
        expect(page.locator("#stop-sheet")).to_be_hidden()
    coach.wait_for("ready")
    coach.end_after_stop()
    stops = server.happened(coach.session_id, "stop")
    assert [stop["code"] for stop in stops] == ["asked"] * (len(ways) + 1)


def test_red_pain_ends_the_set(coach: CoachPage, server: LiveServer) -> None:
    page = coach.page
    coach.wait_for("ready")
    page.keyboard.press("p")
    page.locator("label[for=back-9]").click()
    expect(page.locator("#pain-sheet")).to_be_visible()
    page.locator("label[for=leg-0]").click()
    expect(page.locator("#pain-sheet")).to_be_hidden()
    expect(page.locator("#stop-title")).to_have_text("Stop here for today")
    expect(page.locator("#resume")).to_be_hidden()
    page.locator("#finish").click()
    coach.wait_for_result()
    outcome = server.session(coach.session_id)["outcome"]
    assert (outcome["pain"], outcome["final"]) == ({"back": 9, "leg": 0, "zone": "red"}, True)


def test_it_pauses_and_goes_on(coach: CoachPage) -> None:
    page = coach.page
    for press in (lambda: page.keyboard.press(" "), lambda: page.locator("#pause").click()):
        coach.wait_for("ready")
        press()
        coach.wait_for("paused")
        expect(page.locator("#aside")).to_have_text("Take the time you need.")
        expect(page.locator("#pause")).to_have_text("Go on")
        press()
    coach.wait_for("ready")


def test_silence_is_remembered(coach: CoachPage) -> None:
    voice, tones = (coach.page.locator(f".quick [data-setting={name}]") for name in ("voice", "tones"))
    expect(voice).to_have_attribute("aria-pressed", "true")
    coach.page.keyboard.press("m")
    coach.page.reload()
    for switch in (voice, tones):
        expect(switch).to_have_attribute("aria-pressed", "false")
    coach.page.keyboard.press("m")
    for switch in (voice, tones):
        expect(switch).to_have_attribute("aria-pressed", "true")
