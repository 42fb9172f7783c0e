"""A patient of a clinic agrees to what is stored before anything is written down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openlumbar.apps.web.bundle import Bundle
from openlumbar.care.consent import consent_card
from openlumbar.records.accounts import Account

from .accounts import Clinic, open_clinic
from .conftest import TestClient


@pytest.fixture
def clinic(tmp_path: Path, bundle: Bundle) -> Iterator[Clinic]:
    with open_clinic(tmp_path, bundle) as opened:
        yield opened


@pytest.fixture
def patient(clinic: Clinic) -> Account:
    return clinic.add("ana", "patient", agrees=False)


@pytest.fixture
def browser(clinic: Clinic, patient: Account) -> TestClient:
    return clinic.browser(patient)


def test_nothing_is_written_down_before(clinic: Clinic, patient: Account, browser: TestClient) -> None:
    assert browser.get("/profile").headers["location"] == "/consent?back=/profile"
    assert browser.get("/").headers["location"] == "/consent"
    told = browser.post("/pain", data={"when": "now", "back": "3", "leg": "0"})
    assert (told.status_code, told.headers["location"]) == (303, "/consent")
    assert clinic.services.diary.latest(str(patient.person_id)) == 0


def test_the_page_says_everything_and_leads_back(browser: TestClient) -> None:
    page = browser.get("/consent?back=/profile").text
    for point in consent_card().point:
        assert point.text.en in page
    agreed = browser.post("/consent", data={"back": "/profile"})
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/profile")
    assert browser.get("/profile").status_code == 200
    assert browser.post("/consent", data={"back": "//elsewhere.example"}).headers["location"] == "/"


def test_it_can_be_withdrawn_and_the_way_out_stays_open(browser: TestClient) -> None:
    assert browser.post("/account/consent").status_code == 404
    browser.post("/consent", data={"back": "/"})
    assert browser.post("/account/consent").headers["location"] == "/account?done=consent"
    assert browser.get("/medicines").headers["location"] == "/consent?back=/medicines"
    for path in ("/account", "/account/export.zip", "/account/erase", "/exercises/bridge", "/about"):
        assert browser.get(path).status_code == 200, path


def test_who_is_alone_need_not_agree(tmp_path: Path, bundle: Bundle) -> None:
    with open_clinic(tmp_path, bundle) as alone:
        assert alone.browser().get("/profile").status_code == 200
        page = alone.browser().get("/consent").text
        assert consent_card().title.en in page
        assert consent_card().agree.en not in page
