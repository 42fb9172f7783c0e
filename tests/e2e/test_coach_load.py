"""The disc load on the coach's page: it changes, tells more when asked, stops the set, and ends with its highest."""

import re
from collections.abc import Callable

import pytest
from axe import violations
from coach_page import HURRIED, CoachPage
from live_server import LiveServer
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NUMBERS = {"en-GB": r"\d\.\d ×", "zh-CN": r"\d\.\d 倍"}
STRICT = 1.5
"""A limit that a curl-up passes."""


def begin(
    open_page: Callable[..., Page], server: LiveServer, language: str = "en-GB", load_limit: float = 4.0
) -> CoachPage:
    coach = CoachPage(open_page(language=language, pace=HURRIED))
    told = "zh" if language == "zh-CN" else "en"
    return coach.open(server.begin("sit-up", "L2", sets=2, language=told, load_limit=load_limit))


@pytest.mark.parametrize("language", NUMBERS)
def test_it_changes_as_the_person_moves_and_ends_with_the_highest(
    open_page: Callable[..., Page], server: LiveServer, language: str
) -> None:
    coach = begin(open_page, server, language)
    number = coach.page.locator("#load-number")
    coach.wait_for("exercise")
    expect(number).to_have_text(re.compile(NUMBERS[language]))
    expect(number).to_have_text(re.compile("^0"))  # lying
    expect(number).to_have_text(re.compile("^[1-9]"))  # up
    coach.wait_for("rest")
    expect(coach.page.locator("#load-name")).to_have_text(
        {"en-GB": "Highest in this set", "zh-CN": "本组最高负荷"}[language]
    )
    assert float(number.inner_text().split()[0]) >= highest_of_repetitions(server, coach) - 0.05
    assert violations(coach.page) == []


def highest_of_repetitions(server: LiveServer, coach: CoachPage) -> float:
    repetitions = server.happened(coach.session_id, "repetition")
    assert all(low < one["load"] < high for one in repetitions for low, high in [one["load_interval90"]])
    return max(float(one["load"]) for one in repetitions)


def test_more_is_told_by_click_and_by_keyboard_and_a_screen_reader_finds_it(
    open_page: Callable[..., Page], server: LiveServer
) -> None:
    coach = begin(open_page, server)
    page, load, detail = coach.page, coach.page.locator("#load"), coach.page.locator("#load-detail")
    coach.wait_for("exercise")
    expect(detail).to_be_hidden()
    load.click()
    expect(detail).to_have_text(re.compile(r"Likely \d\.\d to \d\.\d ×, limit 4\.0 ×\. About \d\.\d MPa"))
    expect(load).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("l")
    expect(detail).to_be_hidden()
    page.keyboard.press("Enter")
    expect(detail).to_be_visible()
    expect(load).to_have_accessible_name(re.compile("Disc load"))
    expect(load).to_have_accessible_description(re.compile(r"\d\.\d × standing, likely .* Your limit is 4\.0\."))
    assert load.evaluate("element => element.closest('[aria-live], [role=status], [role=alert]')") is None
    assert violations(page) == []


def test_too_much_stops_the_set_and_says_what_to_do(open_page: Callable[..., Page], server: LiveServer) -> None:
    coach = begin(open_page, server, load_limit=STRICT)
    coach.wait_to_see(lambda now: "your disc carries more" in now.halt)
    assert violations(coach.page) == []
    coach.wait_to_see(lambda now: now.stage == "ready")
    assert server.happened(coach.session_id, "stop")[0]["code"] == "load_over_limit"
