"""Medicines, measures and reminders in a real browser: by tap, by keyboard, and by notification; accessible, whole."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from axe import photograph, violations
from live_server import LiveServer
from playwright.sync_api import Page, expect

from openlumbar.care.medicines import Medicine, Schedule
from openlumbar.pipeline.medicine_list import data_of, intake_data
from openlumbar.pipeline.reminding import Choice, choice_data
from openlumbar.records.diary import Diary, Draft, EntryKind
from openlumbar.records.people import SELF
from openlumbar.records.store import Store

pytestmark = pytest.mark.browser

LOOKS = [(360, "en-GB", "light"), (360, "zh-CN", "dark"), (1280, "zh-CN", "light"), (1280, "en-GB", "dark")]
RECORD = (
    "window.shown = []; ServiceWorkerRegistration.prototype.showNotification = (show =>"
    " function (title, options) { window.shown.push({title, ...options}); return show.call(this, title, options); }"
    ")(ServiceWorkerRegistration.prototype.showNotification)"
)
"""Notes what a page asks the browser to show, which then shows it."""
TAP = (
    "async said => {"
    " const [notification] = await self.registration.getNotifications();"
    " const event = new NotificationEvent('notificationclick', {notification, action: said});"
    " const work = []; Object.defineProperty(event, 'waitUntil', {value: promise => work.push(promise)});"
    " self.dispatchEvent(event); await Promise.all(work); }"
)
"""Taps a button of the notification that is shown, as far as a program may."""


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve an empty record of its own."""
    with LiveServer(tmp_path_factory.mktemp("home")) as home:
        yield home
        assert home.complaints == ""


def write(home: LiveServer, *entries: tuple[EntryKind, dict[str, Any], int]) -> None:
    """Write entries of so many days ago into the record."""
    store, now = Store.open(home.data_dir / "openlumbar.sqlite3"), datetime.now().astimezone()
    diary = Diary(store)
    for kind, data, days in entries:
        at = now - timedelta(days=days)
        diary.write(SELF, Draft(kind, data, at.date(), at))
    store.close()


def outcome(measure: str, days: int, **answers: float) -> tuple[EntryKind, dict[str, Any], int]:
    words = {name: name.replace("activity_", "活动 ") for name in answers if name.startswith("activity")}
    return "outcome", {"measure": measure, "side": None, "answers": answers, "own_words": words}, days


def lived_in(home: LiveServer) -> None:
    """Put some weeks of a person into the record."""
    clock = datetime.now().replace(second=0, microsecond=0).time()
    tablet = Medicine("m1", "布洛芬 Ibuprofen", "nsaid_oral", "with food 饭后", Schedule((clock,)))
    gel = Medicine("m2", "Gel 凝胶", "nsaid_topical")
    words = [
        ("intake", intake_data("m1", datetime.now().astimezone() - timedelta(days=day), "taken"), day) for day in (1, 2)
    ]
    write(
        home,
        ("profile", {"onset": "2025-01-05", "conditions": ["pregnancy"]}, 40),
        ("medicine", data_of(tablet), 30),
        ("medicine", data_of(gel), 30),
        ("reminders", choice_data(Choice(True, True, True, True, None)), 30),
        *words,  # type: ignore[arg-type]
        *(outcome("rmdq", 42 - 14 * place, total=total) for place, total in enumerate((15, 13, 9, 4))),
        *(outcome("distal-site", 28 - 7 * place, site=site) for place, site in enumerate((5, 5, 3, 2))),
        *(outcome("global-change", 28 * place, change=2 - place) for place in (2, 1, 0)),
        outcome("patient-specific", 20, activity_1=3, activity_2=4, activity_3=2),
        outcome("slr-left", 3, angle=50, below_knee=1),
    )


def look(page: Page, name: str, width: int) -> None:
    """Hold a page to what every page owes, and leave a picture of it."""
    photograph(page, f"diary-{name}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width, name
    assert violations(page) == [], name


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_every_page_in_every_state_is_accessible_and_fits(
    open_page: Callable[..., Page], home: LiveServer, width: int, language: str, scheme: str
) -> None:
    page = open_page(language=language, width=width, color_scheme=scheme, address=home.address, expect="422")
    for path in ("medicines", "medicines/new", "outcomes", "outcomes/finger-floor", "reminders"):
        page.goto(f"/{path}")
        look(page, f"empty-{path.replace('/', '-')}", width)
    for path in ("medicines/new", "outcomes/patient-specific", "outcomes/rmdq"):
        page.goto(f"/{path}")
        page.locator("main form .button.large").click()
        expect(page.locator(".notice.careful").first).to_be_visible()
        look(page, f"wrong-{path.replace('/', '-')}", width)
    lived_in(home)
    measures = ("rmdq", "distal-site", "global-change", "patient-specific", "slr-left", "nprs-back")
    for path in ("medicines", "medicines/m1", "outcomes", "reminders", *(f"outcomes/{name}" for name in measures)):
        page.goto(f"/{path}")
        look(page, path.replace("/", "-"), width)
    page.locator("label[for=answer-pain-4]").click()
    page.locator("main form .button.large").click()
    expect(page.locator(".notice.info").first).to_be_visible()
    look(page, "saved-outcome", width)
    page.goto("/reminders")
    page.locator("form[action='/reminders/feed'] button").click()
    expect(page.locator("#link")).to_be_visible()
    look(page, "reminders-link", width)


def test_a_medicine_is_added_taken_and_that_taken_back(open_page: Callable[..., Page], home: LiveServer) -> None:
    page = open_page(width=360, address=home.address)
    page.goto("/medicines")
    page.get_by_role("link", name="Add a medicine").click()
    page.get_by_label("Name of the medicine").fill("Ibuprofen")
    page.locator("label[for=kind-nsaid_oral]").click()
    page.locator("label[for=when-times]").click()
    page.locator("#time-1").fill("00:00")
    page.locator("label[for=since-long]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Ibuprofen is on the list")
    page.locator("#due").get_by_role("button", name="taken").click()
    expect(page.locator("#due")).to_contain_text("taken, said at")
    page.locator("#due").get_by_role("button", name="undo").click()
    expect(page.locator("#due").get_by_role("button", name="taken")).to_be_visible()
    expect(page.locator("#due")).not_to_contain_text("said at")


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_measure_is_answered_by_keyboard(
    open_page: Callable[..., Page], home: LiveServer, with_scripts: bool
) -> None:
    page = open_page(address=home.address, java_script_enabled=with_scripts)
    page.goto("/outcomes")
    page.get_by_role("link", name="Back pain").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Back pain")
    page.locator("#answer-pain-0").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved: 3 points")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Taken back: 3 points")
    page.get_by_role("button", name="Bring it back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved: 3 points")


def notifying(open_page: Callable[..., Page], home: LiveServer) -> Page:
    lived_in(home)
    page = open_page(address=home.address, permissions=["notifications"], pace=30.0)
    page.context.add_init_script(RECORD)
    return page


def test_notifications_are_shown_only_when_asked_for_and_answered_from_there(
    open_page: Callable[..., Page], home: LiveServer
) -> None:
    page = notifying(open_page, home)
    page.goto("/reminders")
    expect(page.locator("[data-notify-state=off]")).to_be_visible()
    assert page.evaluate("shown") == []
    page.get_by_role("button", name="Show notifications").click()
    expect(page.locator("[data-notify-state=on]")).to_be_visible()
    page.wait_for_function("() => shown.some(one => one.tag.startsWith('medicine/'))")
    [medicine] = [one for one in page.evaluate("shown") if one["tag"].startswith("medicine/")]
    assert medicine["title"] == "布洛芬 Ibuprofen: mark it as taken or skipped"
    assert [action["action"] for action in medicine["actions"]] == ["taken", "skipped"]
    assert medicine["renotify"]
    assert medicine["requireInteraction"]
    page.goto("/about")
    page.wait_for_function("() => window.shown !== undefined")
    [worker] = page.context.service_workers
    worker.evaluate(TAP, "taken")
    page.goto("/reminders")
    expect(page.locator("section", has=page.get_by_role("heading", name="Answered today"))).to_contain_text("taken")


def test_what_was_answered_in_a_notification_leaves_the_page_and_all_can_be_stopped(
    open_page: Callable[..., Page], home: LiveServer
) -> None:
    page = notifying(open_page, home)
    page.goto("/reminders")
    page.get_by_role("button", name="Show notifications").click()
    page.wait_for_function("() => shown.length > 0")
    expect(page.locator("[data-reminder^='medicine/']")).to_have_count(2)
    [worker] = page.context.service_workers
    worker.evaluate(TAP, "skipped")
    expect(page.locator("[data-reminder^='medicine/']")).to_have_count(0)
    page.get_by_role("button", name="Stop notifications").click()
    expect(page.locator("[data-notify-state=off]")).to_be_visible()
    expect(page.get_by_role("button", name="Show notifications")).to_be_focused()


def test_a_browser_that_was_told_not_to_says_so(open_page: Callable[..., Page], home: LiveServer) -> None:
    page = open_page(address=home.address)
    page.context.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")
    page.goto("/reminders")
    expect(page.locator("[data-notify-state=denied]")).to_be_visible()
    expect(page.get_by_role("button", name="Show notifications")).to_be_hidden()
