"""One's own account, the administrator's pages, and what of oneself is saved or erased."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from openlumbar.apps.web.agents import agent_in_words
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.routes.accounts import handed_over
from openlumbar.care.pain import Pain
from openlumbar.pipeline.care_entries import pain_data
from openlumbar.records.accounts import Account
from openlumbar.records.diary import Draft
from openlumbar.records.passwords import check_password

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


@pytest.fixture
def boss(clinic: Clinic) -> TestClient:
    return clinic.browser(clinic.add("Boss", "administrator"))


def write_pain(services: Services, person: str) -> None:
    now = services.clock()
    services.diary.write(person, Draft("pain", pain_data("now", Pain(3, 0)), now.date(), now))


def test_a_new_password_logs_the_other_browsers_out(clinic: Clinic, ana: Account) -> None:
    here, there = clinic.browser(ana), clinic.browser(ana)
    form = {"current": PASSWORD, "password": OWN}
    assert here.post("/account/password", data=form | {"current": "wrong"}).status_code == 422
    assert here.post("/account/password", data=form | {"password": "short"}).status_code == 422
    assert there.get("/account").status_code == 200
    assert here.post("/account/password", data=form).headers["location"] == "/account?done=password"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert clinic.services.accounts.check("ana", OWN, None, clinic.services.clock()).outcome == "ok"


def test_codes_are_turned_on_by_the_first_one_and_off_by_the_password(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser(ana)
    page = browser.post("/account/codes").text
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret
    assert browser.post("/account/codes/confirm", data={"code": "000000"}).status_code == 422
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(clinic.services.clock())
    answer = browser.post("/account/codes/confirm", data={"code": code})
    assert answer.headers["location"] == "/account?done=codes_on"
    assert "Turn codes off" in browser.get("/account").text
    assert browser.post("/account/codes/remove", data={"current": "wrong"}).status_code == 422
    answer = browser.post("/account/codes/remove", data={"current": PASSWORD})
    assert answer.headers["location"] == "/account?done=codes_off"
    assert "Turn codes on" in browser.get("/account").text
    assert browser.post("/account/codes/confirm", data={"code": code}).headers["location"] == "/account"


def test_another_browser_of_one_s_own_is_logged_out_from_here(clinic: Clinic, ana: Account) -> None:
    here, there, other = clinic.browser(ana), clinic.browser(ana), clinic.browser(clinic.add("Ben", "patient"))
    closing = re.findall(r'action="(/account/logins/\w+/close)"', here.get("/account").text)
    assert len(closing) == 1
    assert other.post(closing[0]).status_code == 404
    assert there.get("/account").status_code == 200
    assert here.post(closing[0]).headers["location"] == "/account?done=closed"
    assert there.get("/account").status_code == 303


def test_an_administrator_adds_closes_opens_and_resets(clinic: Clinic, boss: TestClient) -> None:
    assert boss.post("/accounts", data={"name": "Ana", "role": "king"}).status_code == 422
    page = boss.post("/accounts", data={"name": "Ana", "role": "patient"}).text
    password = re.search(r'class="secret">([\w-]+)<', page)
    assert password
    added = clinic.services.accounts.find("ana")
    assert added
    assert added.person_id
    now = clinic.services.clock
    assert clinic.services.accounts.check("ana", password[1], None, now()).outcome == "ok"
    answer = boss.post("/accounts", data={"name": "ANA", "role": "patient"})
    assert "Another account has this name" in answer.text
    path, browser = f"/accounts/{added.id}", clinic.browser(added)
    assert boss.post(f"{path}/disable").headers["location"] == path
    assert browser.get("/account").status_code == 303
    assert "closed" in boss.get(path).text
    assert boss.post(f"{path}/enable").status_code == 303
    renewed = re.search(r'class="secret">([\w-]+)<', boss.post(f"{path}/password").text)
    assert renewed
    assert clinic.services.accounts.check("ana", renewed[1], None, now()).outcome == "ok"
    assert boss.get("/accounts/nobody").status_code == 404
    assert boss.post("/accounts/nobody/disable").status_code == 404


def test_the_last_administrator_stays(clinic: Clinic, boss: TestClient) -> None:
    own = clinic.services.accounts.find("boss")
    assert own
    answer = boss.post(f"/accounts/{own.id}/disable")
    assert answer.status_code == 422
    assert "last administrator" in answer.text
    assert boss.get("/accounts").status_code == 200


def test_a_therapist_sees_a_person_for_as_long_as_they_are_linked(
    clinic: Clinic, boss: TestClient, ana: Account
) -> None:
    thea = clinic.add("Thea", "therapist")
    browser, path = clinic.browser(thea), f"/accounts/{thea.id}"
    assert browser.get(f"/patients/{ana.person_id}").status_code == 404
    assert f'value="{ana.person_id}"' in boss.get(path).text
    assert boss.post(f"{path}/link", data={"person": ana.person_id}).headers["location"] == path
    assert browser.get(f"/patients/{ana.person_id}").status_code == 200
    assert "thea" in clinic.browser(ana).get("/account").text
    assert boss.post(f"{path}/unlink", data={"person": ana.person_id}).status_code == 303
    assert browser.get(f"/patients/{ana.person_id}").status_code == 404
    assert boss.post(f"{path}/link", data={"person": "nobody"}).status_code == 422
    assert boss.post(f"/accounts/{ana.id}/link", data={"person": ana.person_id}).status_code == 422


def test_the_audit_is_shown_with_names_and_checked(clinic: Clinic, boss: TestClient, ana: Account) -> None:
    for _ in range(60):
        clinic.services.audit.write(ana.id, "logged_in", ana.id)
    first = boss.get("/audit").text
    assert first.count("logged in") == 50
    assert "The chain is whole" not in first
    older = re.search(r'href="(/audit\?before=\d+)"', first)
    assert older
    assert "added the account" in boss.get(older[1]).text
    assert "The chain is whole" in boss.get("/audit?check=true").text


def test_everything_of_oneself_comes_as_one_file(clinic: Clinic, ana: Account) -> None:
    assert ana.person_id
    write_pain(clinic.services, ana.person_id)
    answer = clinic.browser(ana).get("/account/export.zip")
    assert re.fullmatch(r'attachment; filename="openlumbar-[\d-]+\.zip"', answer.headers["content-disposition"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        told = json.loads(archive.read("person.json"))
    assert told["person"]["id"] == ana.person_id
    assert [entry["kind"] for entry in told["diary"]] == ["consent", "pain"]
    assert list(clinic.services.settings.data_dir.glob("tmp*")) == []


def test_what_was_agreed_to_is_withdrawn(clinic: Clinic, ana: Account) -> None:
    browser = clinic.browser(ana)
    assert "What you agreed to" in browser.get("/account").text
    assert browser.post("/account/consent").headers["location"] == "/account?done=consent"
    assert "What you agreed to" not in browser.get("/account").text
    assert browser.post("/account/consent").status_code == 404


def test_a_person_erases_themselves_with_their_account(clinic: Clinic, ana: Account) -> None:
    assert ana.person_id
    clinic.add("Boss", "administrator")
    write_pain(clinic.services, ana.person_id)
    browser = clinic.browser(ana)
    assert "cannot be undone" in browser.get("/account/erase").text
    for form in ({"confirm": "yes", "current": "wrong"}, {"current": PASSWORD}):
        assert browser.post("/account/erase", data=form).status_code == 422
    assert clinic.services.diary.read(ana.person_id)
    answer = browser.post("/account/erase", data={"confirm": "yes", "current": PASSWORD})
    assert answer.status_code == 200
    assert "2 entries of the diary are gone for good" in answer.text
    assert clinic.services.diary.read(ana.person_id) == ()
    assert clinic.services.accounts.find("ana") is None
    assert browser.get("/account").status_code == 303


def test_alone_one_s_data_is_saved_and_erased_without_a_password(browser: TestClient, services: Services) -> None:
    write_pain(services, "self")
    page = browser.get("/account").text
    assert "openlumbar records backup" in page
    assert "Log out" not in page
    assert browser.get("/account/export.zip").content.startswith(b"PK")
    assert browser.post("/account/erase", data={}).status_code == 422
    assert "Begin anew" in browser.post("/account/erase", data={"confirm": "yes"}).text
    assert services.diary.read("self") == ()
    assert browser.get("/account").status_code == 200


def test_passwords_to_hand_over_are_good_and_differ() -> None:
    made = {handed_over() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password)
        assert re.fullmatch(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", password)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari · iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_browsers_are_called_as_people_call_them(agent: str, words: str) -> None:
    assert agent_in_words(agent) == words
