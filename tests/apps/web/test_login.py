"""Logging in and out: with a password, a code, a password of one's own; and what becomes of those who guess."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.login_steps import TRIES
from openlumbar.records.accounts import Account

from .accounts import PASSWORD, Clinic, open_clinic
from .conftest import TestClient

OWN = "harbor piano willow cactus"


@pytest.fixture
def clinic(tmp_path: Path, bundle: Bundle) -> Iterator[Clinic]:
    with open_clinic(tmp_path, bundle) as clinic:
        yield clinic


@pytest.fixture
def ana(clinic: Clinic) -> Account:
    return clinic.add("Ana", "patient")


def log_in(browser: TestClient, name: str = "Ana", password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """Send the form; return the status and where it leads."""
    answer = browser.post("/login", data={"name": name, "password": password, **more})
    return answer.status_code, answer.headers.get("location", answer.text)


def with_codes(clinic: Clinic, account: Account) -> pyotp.TOTP:
    totp = pyotp.TOTP(clinic.services.accounts.begin_totp(account.id).secret)
    earlier = clinic.services.clock() - timedelta(minutes=5)
    assert clinic.services.accounts.confirm_totp(account.id, totp.at(earlier), earlier)
    return totp


def test_alone_nobody_logs_in(browser: TestClient) -> None:
    assert browser.get("/").status_code == 200
    assert browser.get("/login").headers["location"] == "/"
    assert log_in(browser) == (303, "/")


@pytest.mark.usefixtures("ana")
def test_with_an_account_everybody_is_led_to_the_login_and_back(clinic: Clinic) -> None:
    browser = clinic.browser()
    answer = browser.get("/start/bridge?level=L2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?back=/start/bridge%3Flevel%3DL2")
    page = browser.get(answer.headers["location"]).text
    assert 'name="back" value="/start/bridge?level=L2"' in page
    assert log_in(browser, back="/start/bridge?level=L2") == (303, "/start/bridge?level=L2")
    assert browser.get("/start/bridge?level=L2").status_code == 200


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "", "evil"])
def test_the_way_back_never_leads_to_another_site(clinic: Clinic, back: str) -> None:
    assert 'name="back" value="/"' in clinic.browser().get("/login", params={"back": back}).text
    assert log_in(clinic.browser(), back=back) == (303, "/")


@pytest.mark.usefixtures("ana")
def test_a_program_is_told_to_log_in(clinic: Clinic) -> None:
    answer = clinic.browser().get("/sessions/export.json", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "log in first"})


@pytest.mark.usefixtures("ana")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(clinic: Clinic) -> None:
    answer = clinic.browser().post("/login", data={"name": "ana", "password": PASSWORD})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("login="))
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "samesite=lax", "path=/"}


@pytest.mark.usefixtures("ana")
def test_over_tls_the_cookie_is_the_hosts_alone(clinic: Clinic) -> None:
    browser = TestClient(clinic.app, "https://localhost", follow_redirects=False)
    answer = browser.post("/login", data={"name": "ana", "password": PASSWORD})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-login="))
    assert "; secure" in cookie.lower()
    assert "domain" not in cookie.lower()
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("Ana", "wrong", "do not fit together"),
        ("Nobody", PASSWORD, "do not fit together"),
        ("", PASSWORD, "Type both"),
        ("Ana", "", "Type both"),
    ],
)
@pytest.mark.usefixtures("ana")
def test_what_is_wrong_is_told_without_telling_who_has_an_account(
    clinic: Clinic, name: str, password: str, told: str
) -> None:
    browser = clinic.browser()
    status, page = log_in(browser, name, password)
    assert status == 422
    assert told in page
    assert f'value="{name}"' in page
    assert browser.get("/account").status_code == 303


def test_every_login_has_a_token_of_its_own_and_the_one_before_ends(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser(ana)
    before = browser.cookies["login"]
    browser.cookies.clear()
    browser.cookies.set("login", before, domain="localhost.local")
    assert log_in(browser)[0] == 303
    assert clinic.services.accounts.account_of(before, clinic.services.clock()) is None


def test_a_token_that_was_never_given_opens_nothing(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser()
    browser.cookies.set("login", "A" * 43, domain="localhost.local")
    assert browser.get("/account").status_code == 303
    assert clinic.browser(ana).get("/account").status_code == 200


def test_logging_out_ends_the_login(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser(ana)
    token = browser.cookies["login"]
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    browser.cookies.set("login", token, domain="localhost.local")
    assert browser.get("/account").headers["location"] == "/login?back=/account"


def test_a_login_ends_by_itself(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser(ana)
    later = clinic.services.clock() + timedelta(days=31)
    clinic.app.state.services = replace(clinic.services, clock=lambda: later)
    assert browser.get("/account").status_code == 303


@pytest.mark.usefixtures("ana")
def test_who_guesses_one_name_has_to_wait(clinic: Clinic) -> None:
    browser = clinic.browser()
    statuses = [log_in(browser, password=f"guess {number}")[0] for number in range(6)]
    assert statuses == [422] * 4 + [429] * 2
    answer = browser.post("/login", data={"name": "ana", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "too many tries" in answer.text


@pytest.mark.usefixtures("ana")
def test_who_guesses_many_names_has_to_wait(clinic: Clinic) -> None:
    browser = clinic.browser()
    assert {log_in(browser, f"name {number}")[0] for number in range(TRIES)} == {422}
    answer = browser.post("/login", data={"name": "another", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60 + 1


def test_a_code_is_asked_for_and_counts_once(clinic: Clinic, ana: Account) -> None:
    totp = with_codes(clinic, ana)
    browser = clinic.browser()
    assert log_in(browser, back="/sessions") == (303, "/login/code")
    assert browser.get("/account").status_code == 303
    assert "six digits" in browser.get("/login/code").text
    assert browser.post("/login/code", data={"code": ""}).status_code == 422
    assert browser.post("/login/code", data={"code": "000000"}).status_code == 422
    code = totp.at(clinic.services.clock())
    answer = browser.post("/login/code", data={"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions")
    assert browser.get("/account").status_code == 200
    assert browser.post("/login/code", data={"code": code}).headers["location"] == "/login?gone=1"
    other = clinic.browser()
    log_in(other)
    assert other.post("/login/code", data={"code": code}).status_code == 422


def test_the_second_step_is_nobodys_without_the_first(clinic: Clinic, ana: Account) -> None:
    with_codes(clinic, ana)
    for path in ("/login/code", "/login/password"):
        assert clinic.browser().get(path).headers["location"] == "/login?gone=1"
        answer = clinic.browser().post(path, data={"code": "123456", "password": OWN})
        assert answer.headers["location"] == "/login?gone=1"
    half = clinic.browser()
    log_in(half)
    assert half.post("/login/password", data={"password": OWN}).headers["location"] == "/login?gone=1"
    assert half.get("/account").status_code == 303


def test_a_password_that_was_handed_over_is_replaced_before_anything_else(clinic: Clinic) -> None:
    boss = clinic.add("Boss", "administrator")
    added = clinic.services.accounts.add("Ana", PASSWORD, "patient", by=boss.id)
    browser = clinic.browser()
    assert log_in(browser, back="/sessions") == (303, "/login/password")
    assert browser.get("/account").status_code == 303
    for refused in ("short", PASSWORD):
        assert browser.post("/login/password", data={"password": refused}).status_code == 422
    answer = browser.post("/login/password", data={"password": OWN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions")
    assert browser.get("/account").status_code == 200
    clinic.services.accounts.close_logins(added.id)
    assert log_in(clinic.browser(), password=OWN) == (303, "/")


def test_a_closed_account_says_so_to_its_owner_alone(clinic: Clinic, ana: Account) -> None:
    clinic.services.accounts.disable(ana.id)
    assert "account is closed" in log_in(clinic.browser())[1]
    assert "account is closed" not in log_in(clinic.browser(), "Ana", "wrong")[1]
