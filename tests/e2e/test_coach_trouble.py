"""What can go wrong with camera and model: each has its page with the remedy, and leads to the simulated patient."""

from collections.abc import Callable

import pytest
from coach_page import CoachPage
from live_server import LiveServer
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

FAILING = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NAME"))"""
FAKE_CAMERA = "--use-fake-device-for-media-stream"


def look_around(coach: CoachPage) -> None:
    """Go on with the simulated patient, at the same exercise and level."""
    coach.page.get_by_role("button", name="Look around with the simulated patient").locator("visible=true").click()
    expect(coach.page.locator(".badge")).to_have_text("Simulated patient")
    expect(coach.page.locator(".coach-top .name p")).to_have_text("Small bridge")
    coach.wait_for("ready")


def test_a_refused_camera_is_asked_for_again(
    open_page: Callable[..., Page], launch: Callable[..., Browser], server: LiveServer
) -> None:
    coach = CoachPage(open_page(browser=launch(FAKE_CAMERA))).open(server.begin("bridge", "L1", "camera"))
    coach.wait_for_trouble("refused")
    expect(coach.page.locator("#trouble-refused")).to_contain_text("allow the camera for this page")
    expect(coach.page.locator("#trouble-refused")).to_be_focused()
    coach.page.context.grant_permissions(["camera"])
    coach.page.get_by_role("button", name="Try again").locator("visible=true").click()
    expect(coach.page.locator("video")).to_be_visible()
    coach.page.context.clear_permissions()
    coach.wait_for_trouble("lost")


def test_without_a_camera_there_is_the_simulated_patient(open_page: Callable[..., Page], server: LiveServer) -> None:
    coach = CoachPage(open_page(permissions=["camera"])).open(server.begin("bridge", "L1", "camera"))
    coach.wait_for_trouble("absent")
    expect(coach.page.locator("#trouble-absent")).to_contain_text("Plug in a camera")
    look_around(coach)


@pytest.mark.parametrize(
    ("error", "code"), [("NotReadableError", "busy"), ("NotAllowedError", "refused"), ("UnknownError", "failed")]
)
def test_every_refusal_has_its_page(open_page: Callable[..., Page], server: LiveServer, error: str, code: str) -> None:
    page = open_page()
    page.add_init_script(FAILING.replace("NAME", error))
    coach = CoachPage(page).open(server.begin("bridge", "L1", "camera"))
    coach.wait_for_trouble(code)
    expect(page.locator(f"#trouble-{code} li")).to_have_count(3)


def test_a_model_that_does_not_come_is_told(
    open_page: Callable[..., Page], launch: Callable[..., Browser], server: LiveServer
) -> None:
    page = open_page(browser=launch(FAKE_CAMERA), permissions=["camera"], expect="ERR_FAILED|Failed to load")
    page.route("**/*.task", lambda route: route.abort())
    coach = CoachPage(page).open(server.begin("bridge", "L1", "camera"))
    coach.wait_for_trouble("no_model")
    assert page.evaluate("document.querySelector('video')?.srcObject ?? null") is None  # the camera is let go of


def test_a_simulated_patient_that_does_not_come_is_told_and_asked_again(
    open_page: Callable[..., Page], server: LiveServer
) -> None:
    page = open_page(expect="ERR_FAILED")
    page.route("**/simulated/*", lambda route: route.abort())
    coach = CoachPage(page).open(server.begin("bridge", "L1"))
    coach.wait_for_trouble("no_track")
    page.unroute("**/simulated/*")
    page.get_by_role("button", name="Try again").locator("visible=true").click()
    coach.wait_for("ready")


def test_a_session_that_is_gone_leads_back(open_page: Callable[..., Page]) -> None:
    page = open_page(expect="404")
    page.goto("/coach/nobody")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Back to the start").click()
    expect(page).to_have_url("/")
