"""A session that is cut off, or whose server is killed, ends as one that nothing happens to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from coach_page import HURRIED, CoachPage, set_pace
from frail_line import Break, FrailLine
from live_server import LiveServer
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

NO_CONNECTION = r"^error: WebSocket connection to 'ws://[^']+' failed"
BREAKS = (
    Break(3),  # within the handshake
    Break(900),  # within the first message
    Break(40_000),
    Break(150_001),
    Break(120_000, "silence"),
    Break(90_000),
    Break(60_000, "silence"),
    Break(250_003),
)
"""How the connections of a session end one after the other; a frame takes about 560 bytes, the session 1700 frames."""


class Happening(NamedTuple):
    """An event of the record; its times count from the first event."""

    kind: str
    told: Sequence[str]
    numbers: Sequence[float]


Story = Sequence[Happening]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve the app for tests that kill it."""
    with LiveServer(tmp_path_factory.mktemp("killed")) as server:
        yield server
        assert server.complaints == ""


@pytest.fixture(scope="module")
def undisturbed(browser: Browser, own_server: LiveServer) -> Story:
    """Tell what comes of a session that nothing happens to."""
    with browser.new_context(base_url=own_server.address) as context:
        set_pace(context, HURRIED)
        coach = CoachPage(context.new_page()).open(own_server.begin("bridge", "L1"))
        coach.see_what_was_done()
        assert coach.counts == ["0", "1", "2", "3", "4"]
        return story_of(own_server, coach)


def story_of(server: LiveServer, coach: CoachPage) -> Story:
    """Tell what the record holds of a session that is over."""
    session = server.session(coach.session_id)
    assert session["state"] == "done"
    events = [event for event in session["events"] if event["kind"] != "memory"]
    return [_happening(event, events[0]["time_s"]) for event in events]


def _happening(event: Mapping[str, Any], start_s: float) -> Happening:
    told = {name: value for name, value in event["data"].items() if name not in ("measures", "interval90")}
    sizes = [told.pop(name) for name in ("hold_s", "hip_rise_cm") if name in told]
    times_s = [event["time_s"], *(told.pop(name) for name in ("start_s", "peak_s", "end_s") if name in told)]
    return Happening(
        event["kind"], [str(told[name]) for name in sorted(told)], [*(s - start_s for s in times_s), *sizes]
    )


def assert_same(story: Story, other: Story) -> None:
    """Compare two stories; the clocks of two pages may put a moment a frame or two before or after."""
    assert [(one.kind, one.told) for one in story] == [(one.kind, one.told) for one in other]
    numbers = [[number for one in told for number in one.numbers] for told in (story, other)]
    assert numbers[0] == pytest.approx(numbers[1], abs=0.15)


def without_holds(story: Story) -> Story:
    return [one for one in story if one.kind != "hold"]


def test_nothing_is_lost_or_counted_twice_on_a_line_that_breaks(
    open_page: Callable[..., Page], own_server: LiveServer, undisturbed: Story
) -> None:
    with FrailLine(own_server.address, BREAKS) as line:
        page = open_page(pace=HURRIED, address=line.address, expect=NO_CONNECTION)
        coach = CoachPage(page).open(own_server.begin("bridge", "L1"))
        coach.see_what_was_done()
        assert line.broken == len(BREAKS)
    assert coach.counts == ["0", "1", "2", "3", "4"]
    assert_same(story_of(own_server, coach), undisturbed)


def test_a_killed_server_goes_on_where_it_was(
    open_page: Callable[..., Page], own_server: LiveServer, undisturbed: Story
) -> None:
    page = open_page(pace=HURRIED, address=own_server.address, expect=NO_CONNECTION)
    coach = CoachPage(page).open(own_server.begin("bridge", "L1"))
    for repetition in (1, 3):
        coach.wait_to_see(lambda now: now.second == f"{repetition - 1} done")  # noqa: B023 - while its hold lasts
        own_server.kill()
        coach.go_on_at(1.0)
        expect(page.locator("#note")).to_have_text("Connection lost. Your movements are kept.")
        own_server.start()
        expect(page.locator("#note")).to_have_text("Connected again.")
        coach.go_on_at(HURRIED)
    coach.see_what_was_done()
    assert coach.counts == ["0", "1", "2", "3", "4"]
    assert_same(without_holds(story_of(own_server, coach)), without_holds(undisturbed))  # one that was cut begins anew


def test_a_page_that_is_opened_anew_goes_on_with_the_set(
    open_page: Callable[..., Page], own_server: LiveServer
) -> None:
    coach = CoachPage(open_page(pace=HURRIED, address=own_server.address)).open(own_server.begin("bridge", "L1"))
    expect(coach.page.locator("#numeral")).to_have_text("1")
    coach.page.reload()
    coach.wait_for("exercise")
    expect(coach.page.locator("#numeral")).to_have_text("2")


def test_a_second_page_takes_the_session_over(open_page: Callable[..., Page], own_server: LiveServer) -> None:
    first, second = (CoachPage(open_page(address=own_server.address)) for _ in range(2))
    first.open(own_server.begin("bridge", "L1"))
    first.page.keyboard.press("Escape")
    first.wait_for("stopped")
    second.open(first.session_id)
    first.wait_for_trouble("taken")
    expect(first.page.locator("#stop-sheet")).to_be_hidden()
    second.page.locator("#resume").click()
    second.wait_for("ready")
    first.page.get_by_role("button", name="Try again").click()
    second.wait_for_trouble("taken")
    first.wait_for("ready")
