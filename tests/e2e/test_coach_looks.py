"""The coach's page at every stage: accessible, whole at any width, in both languages, light and dark."""

from collections.abc import Callable

import pytest
from axe import photograph, violations
from coach_page import HURRIED, CoachPage, Shown
from live_server import LiveServer
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PHONE, TURNED, LAPTOP, TELEVISION = (360, 640), (800, 360), (1280, 800), (1920, 1080)
SCHEMES = ("light", "dark")
STILL, BRISK = 0.02, HURRIED
"""Paces at which a moment lasts for as long as it is looked at, and at which the next one comes soon."""


class Looker:
    """Holds the coach's page, as it stands, to what every page owes, and leaves pictures of it."""

    def __init__(self, coach: CoachPage, name: str) -> None:
        self._coach, self._page, self._name = coach, coach.page, name

    def look(self, moment: str) -> None:
        for scheme in SCHEMES:
            self._page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            photograph(self._page, f"coach-{moment}-{self._name}-{scheme}")
            assert self._page.evaluate("document.documentElement.scrollWidth <= innerWidth"), moment
            assert violations(self._page) == [], (moment, scheme)

    def look_when(self, is_it: Callable[[Shown], bool], moment: str) -> None:
        """Let the patient go on until a moment has come, and look at it."""
        self._coach.go_on_at(BRISK)
        self._coach.wait_to_see(is_it)
        self._coach.go_on_at(STILL)
        self.look(moment)


def begin(
    open_page: Callable[..., Page], server: LiveServer, exercise: str, level: str, size: tuple[int, int], language: str
) -> tuple[CoachPage, Looker]:
    width, height = size
    coach = CoachPage(open_page(language=language, width=width, height=height, pace=STILL))
    coach.open(server.begin(exercise, level, sets=2, language="zh" if language == "zh-CN" else "en"))
    return coach, Looker(coach, f"{exercise}-{width}-{language}")


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en-GB"), (LAPTOP, "zh-CN")])
def test_every_stage(open_page: Callable[..., Page], server: LiveServer, size: tuple[int, int], language: str) -> None:
    coach, looker = begin(open_page, server, "sit-up", "L2", size, language)
    page = coach.page
    looker.look("frame")
    looker.look_when(lambda now: now.stage == "ready", "ready")
    looker.look_when(lambda now: now.correction != "", "exercise")
    looker.look_when(lambda now: now.halt != "", "stopped")
    looker.look_when(lambda now: now.stage == "rest", "rest")
    page.keyboard.press(" ")
    coach.wait_for("paused")
    looker.look("paused")
    page.locator("#open-help").click()
    looker.look("help")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.locator("label[for=back-9]").click()
    looker.look("pain")
    page.locator("label[for=leg-2]").click()
    expect(page.locator("#resume")).to_be_hidden()
    looker.look("final")
    page.locator("#finish").click()
    coach.wait_for("done")
    looker.look("done")


@pytest.mark.parametrize(("size", "language"), [(PHONE, "zh-CN"), (TURNED, "en-GB"), (TELEVISION, "en-GB")])
def test_a_hold_and_two_sides(
    open_page: Callable[..., Page], server: LiveServer, size: tuple[int, int], language: str
) -> None:
    _, looker = begin(open_page, server, "bridge", "L1", size, language)
    looker.look_when(lambda now: now.second != "" and now.numeral == "2", "hold")
    _, looker = begin(open_page, server, "cross-twist", "L1", size, language)
    looker.look_when(lambda now: now.left == "1" and now.right == "1", "sides")


def test_a_trouble(open_page: Callable[..., Page], server: LiveServer) -> None:
    width, height = PHONE
    coach = CoachPage(open_page(language="zh-CN", width=width, height=height, permissions=["camera"]))
    coach.open(server.begin("bridge", "L1", "camera", language="zh"))
    coach.wait_for_trouble("absent")
    Looker(coach, f"bridge-{width}-zh-CN").look("trouble")
