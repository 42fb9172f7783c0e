"""Logging in, by keyboard and with codes; a therapist's word that opens an exercise; and the looks of these pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest
from argon2.profiles import CHEAPEST
from axe import photograph, violations
from live_server import LiveServer
from playwright.sync_api import Page, expect

from openlumbar.care.consent import consent_card
from openlumbar.care.pain import Pain
from openlumbar.care.permits import Lock
from openlumbar.care.profile import Profile
from openlumbar.pipeline.care_entries import lock_data, pain_data, profile_data
from openlumbar.records.accounts import Account, Accounts
from openlumbar.records.diary import Diary, Draft, EntryKind
from openlumbar.records.passwords import Hasher
from openlumbar.records.store import Store

pytestmark = pytest.mark.browser

PASSWORD = "quartz lantern mossy violin"  # noqa: S105 - of nobody
LOOKS = [(360, "en-GB", "light"), (360, "zh-CN", "dark"), (1280, "zh-CN", "light"), (1280, "en-GB", "dark")]


@dataclass(frozen=True)
class Clinic:
    """A server with accounts, and who has them."""

    server: LiveServer
    ana: Account
    thea: Account
    secret: str


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with LiveServer(tmp_path_factory.mktemp("clinic")) as server:
        store = Store.open(server.data_dir / "openlumbar.sqlite3")
        accounts, diary = Accounts(store, Hasher(CHEAPEST)), Diary(store)
        accounts.add("Boss", PASSWORD, "administrator")
        thea = accounts.add("Thea", PASSWORD, "therapist")
        accounts.add("Cody", PASSWORD, "patient")
        cody = accounts.find("cody")
        assert cody
        now = datetime.now().astimezone()
        secret = accounts.begin_totp(cody.id).secret
        earlier = now - timedelta(minutes=5)
        assert accounts.confirm_totp(cody.id, pyotp.TOTP(secret).at(earlier), earlier)
        people = [accounts.add(name, PASSWORD, "patient") for name in ("Ana", "Bela", "Cora")]
        for account in people:
            assert account.person_id
            accounts.link(thea.id, account.person_id)
        onset = now.date() - timedelta(weeks=8)
        answers = profile_data(
            Profile(
                age_years=40, onset=onset, diagnosed=False, conditions=frozenset(),
                cancer_signs=False, stable_weakness=False,
            )
        )  # fmt: skip

        def write(account: Account, kind: EntryKind, data: object, days_ago: int = 0) -> None:
            at = now - timedelta(days=days_ago)
            diary.write(str(account.person_id), Draft(kind, data, at.date(), at))  # type: ignore[arg-type]

        for account in (cody, *people):
            write(account, "consent", consent_card().answer(True), 3)
        write(people[0], "profile", answers, 2)
        write(people[1], "lock", lock_data(Lock(reason="a3", since=now)))
        for days_ago in (1, 3):
            write(people[2], "pain", pain_data("before", Pain(2, 0)), days_ago)
            write(people[2], "pain", pain_data("after", Pain(8, 0)), days_ago)
        store.close()
        yield Clinic(server, people[0], thea, secret)
        assert server.complaints == ""


@pytest.fixture
def visit(open_page: Callable[..., Page], clinic: Clinic) -> Callable[..., Page]:
    """Return what opens a page of the clinic, logged in under a name."""

    def visit(name: str | None = None, **options: object) -> Page:
        page = open_page(address=clinic.server.address, **options)
        page.goto("/login")
        if name is not None:
            log_in(page, name)
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    return visit


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("main form button").click()


def assert_sound(page: Page, name: str, width: int) -> None:
    photograph(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []


def test_logging_in_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(expect="422")
    page.goto("/sessions")
    page.locator("#name").focus()
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("do not fit together")
    expect(page.locator("#name")).to_have_value("ana")
    page.locator("#password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/sessions")


def test_a_code_is_asked_for(visit: Callable[..., Page], clinic: Clinic) -> None:
    page = visit(expect="422")
    log_in(page, "cody")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("000 000")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_be_visible()
    page.locator("#code").fill(pyotp.TOTP(clinic.secret).now())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def test_a_therapist_clears_and_the_patient_can_start_until_they_log_out(
    visit: Callable[..., Page],
) -> None:
    patient = visit("ana", expect="404")
    patient.goto("/exercises/bridge")
    patient.goto("/start/bridge")
    expect(patient.locator("#gate")).to_have_count(0)
    therapist = visit("thea")
    expect(therapist.locator(".patients h2")).to_have_text(["bela", "cora", "ana"], ignore_case=True)
    therapist.get_by_role("link", name="Ana").click()
    therapist.locator("#plan-bridge summary").click()
    therapist.locator("#plan-bridge fieldset label").first.click()
    therapist.locator("#note-bridge").fill("MRI of May: herniation confirmed")
    therapist.locator("#plan-bridge form button").click()
    expect(therapist.get_by_role("status")).to_contain_text("The exercise is cleared.")
    patient.goto("/start/bridge")
    expect(patient.locator("#gate")).to_be_visible()
    patient.goto("/account")
    expect(patient.locator("main")).to_contain_text("MRI of May")
    patient.get_by_role("button", name="Log out", exact=True).click()
    expect(patient).to_have_url("/login")
    patient.goto("/start/bridge")
    expect(patient).to_have_url("/login?back=/start/bridge")


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_the_pages_are_accessible_and_fit(
    visit: Callable[..., Page], clinic: Clinic, width: int, language: str, scheme: str
) -> None:
    def look(who: str | None, *paths: str) -> None:
        page = visit(who, language=language, width=width, color_scheme=scheme)
        for path in paths:
            page.goto(path)
            name = f"{who or 'nobody'}{path.partition('?')[0].replace('/', '-')[:18]}-{width}-{scheme}"
            assert_sound(page, name, width)

    look(None, "/login")
    look("thea", "/patients", f"/patients/{clinic.ana.person_id}", "/account")
    look("ana", "/account", "/account/erase")
    look("boss", "/accounts", f"/accounts/{clinic.thea.id}", "/audit?check=true")


def test_codes_are_turned_on_with_a_picture(visit: Callable[..., Page]) -> None:
    page = visit("cora")
    page.goto("/account")
    page.get_by_role("button", name="Turn codes on").click()
    expect(page.locator("img.code-picture")).to_be_visible()
    assert page.locator("img.code-picture").evaluate("image => image.naturalWidth") > 100
    assert_sound(page, "account-codes", 1280)
    secret = "".join(page.locator(".secret").inner_text().split())
    page.locator("#code").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("From now on a code is asked for")


def test_an_account_is_added_and_its_password_handed_over(visit: Callable[..., Page]) -> None:
    page = visit("boss")
    page.locator("#name").fill("Dora")
    page.locator("label[for=role-patient]").click()
    page.locator("main form button").click()
    password = page.locator(".secret").inner_text()
    assert_sound(page, "account-handed", 1280)
    new = visit()
    log_in(new, "dora", password)
    expect(new.get_by_role("heading", level=1)).to_have_text("Your own password")
    assert_sound(new, "login-own-password", 1280)
    new.locator("#password").fill("harbor piano willow cactus")
    new.keyboard.press("Enter")
    new.wait_for_url(lambda url: "/login" not in url)
