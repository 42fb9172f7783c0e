"""The therapist's pages: who needs somebody first, one person's days, and what is decided for them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from openlumbar.apps.web.bundle import Bundle
from openlumbar.care.pain import Pain
from openlumbar.care.permits import Lock
from openlumbar.care.profile import Profile
from openlumbar.pipeline import clinic as lists
from openlumbar.pipeline.care_entries import lock_data, pain_data, profile_data
from openlumbar.records.accounts import Account
from openlumbar.records.diary import Draft, EntryKind

from .accounts import Clinic, open_clinic
from .conftest import TestClient


@pytest.fixture
def clinic(tmp_path: Path, bundle: Bundle) -> Iterator[Clinic]:
    with open_clinic(tmp_path, bundle) as clinic:
        yield clinic


@pytest.fixture
def thea(clinic: Clinic) -> Account:
    return clinic.add("Thea", "therapist")


@pytest.fixture
def browser(clinic: Clinic, thea: Account) -> TestClient:
    return clinic.browser(thea)


def patient(clinic: Clinic, thea: Account, name: str = "Ana") -> str:
    account = clinic.add(name, "patient", agrees=False)
    assert account.person_id
    clinic.services.accounts.link(thea.id, account.person_id)
    return account.person_id


def write(clinic: Clinic, person: str, kind: EntryKind, data: dict[str, object], days_ago: int = 0) -> int:
    at = clinic.services.clock() - timedelta(days=days_ago)
    return clinic.services.diary.write(person, Draft(kind, data, at.date(), at))[0].number


def never_diagnosed(clinic: Clinic, person: str) -> None:
    """Let somebody have answered everything; their herniation was never diagnosed, so a clinician decides first."""
    onset = clinic.services.clock().date() - timedelta(weeks=8)
    answers = Profile(
        age_years=40, onset=onset, diagnosed=False, conditions=frozenset(), cancer_signs=False, stable_weakness=False
    )
    write(clinic, person, "profile", profile_data(answers))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_without_patients_the_list_says_how_they_come_here(browser: TestClient) -> None:
    assert "No patients yet" in browser.get("/patients").text


def test_who_needs_somebody_most_comes_first(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    names = ("Alma", "Bela", "Cora")
    people = [patient(clinic, thea, name) for name in names]
    write(clinic, people[2], "lock", lock_data(Lock(reason="a3", since=clinic.services.clock())))
    never_diagnosed(clinic, people[1])
    for person in people:
        clinic.services.clinic.refresh(person)
    page = words(browser.get("/patients").text)
    places = [page.index(name) for name in ("Cora", "Bela", "Alma")]
    assert places == sorted(places)
    assert "Look first Cora locked after a danger sign" in page
    assert "Look soon Bela waits for a clearance" in page
    assert "Not begun Alma has done no set yet" in page
    assert "never seen" in page
    assert "Look first (1)" in page


def test_looking_at_the_list_is_written_into_the_audit(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    browser.get("/patients")
    entry = clinic.services.audit.entries(limit=1)[0]
    assert (entry.action, entry.actor, entry.subject, entry.details) == (
        "read_person",
        thea.id,
        None,
        {"page": "patients"},
    )


def test_two_red_days_are_told(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    person = patient(clinic, thea)
    for days_ago in (1, 3):
        write(clinic, person, "pain", pain_data("before", Pain(2, 0)), days_ago)
        write(clinic, person, "pain", pain_data("after", Pain(8, 0)), days_ago)
    write(clinic, person, "pain", pain_data("after", Pain(8, 0)), 9)
    assert "Look first Ana 2 red days in the last 7" in words(browser.get("/patients").text)


def test_the_list_is_searched_by_name_and_state(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    for name in ("Ana Berger", "Ben Ana", "Cleo"):
        patient(clinic, thea, name)
    assert len(re.findall(r'href="/patients/[\w-]+"', browser.get("/patients?name=ANA").text)) == 2
    assert "Nobody fits" in browser.get("/patients?name=nobody").text
    assert "Nobody fits" in browser.get("/patients?light=red").text
    assert len(re.findall(r'href="/patients/[\w-]+"', browser.get("/patients?light=new").text)) == 3


def test_what_was_not_looked_through_yet_is_told_as_such(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    services = clinic.services
    hurried = lists.Clinic(services.diary, services.people, services.clock, patience_s=0)
    clinic.app.state.services = replace(services, clinic=hurried)
    for number in range(3):
        write(clinic, patient(clinic, thea, f"Person {number}"), "note", {"text": "x"})
    assert browser.get("/patients").text.count("is being looked through") == 2
    for _ in range(2):
        browser.get("/patients")
    assert "is being looked through" not in browser.get("/patients").text


def test_a_clearance_lets_the_patient_begin_until_it_is_taken_back(
    clinic: Clinic, thea: Account, browser: TestClient
) -> None:
    person = patient(clinic, thea)
    never_diagnosed(clinic, person)
    path = f"/patients/{person}"
    page = browser.get(path).text
    assert page.count("Clear this exercise") == 3
    reason = re.findall(r'id="reason-bridge-(\w+)"', page)
    until = (clinic.services.clock() + timedelta(days=7)).date().isoformat()
    form = {"activity": "bridge", "reason": reason, "expires_on": until, "note": "MRI of May is here"}
    answer = browser.post(f"{path}/clearance", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=cleared")
    assert clinic.services.desk.chart(person, alone=False).exercise("bridge").gate.passed
    page = words(browser.get(answer.headers["location"]).text)
    assert "The exercise is cleared." in page
    assert "Cleared: Bridge" in page
    assert "MRI of May is here thea" in page
    entry = clinic.services.audit.entries(limit=2)[-1]
    assert (entry.action, entry.actor, entry.subject) == ("cleared", thea.id, person)
    number = entry.details["entry"]
    assert browser.post(f"{path}/entries/{number}/undo").status_code == 303
    assert not clinic.services.desk.chart(person, alone=False).exercise("bridge").gate.passed
    assert browser.post(f"{path}/entries/{number}/undo").status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reason": []}, "tick at least one"),
        ({"reason": ["pregnancy"]}, "tick at least one"),
        ({"activity": "juggling"}, ""),
        ({"expires_on": ""}, "give today or a later day"),
        ({"expires_on": "2020-01-01"}, "give today or a later day"),
        ({"expires_on": "soon"}, "give today or a later day"),
        ({"note": "x" * 2001}, "shorten it"),
    ],
)
def test_a_clearance_that_does_not_fit_is_not_written_and_nothing_typed_is_lost(
    clinic: Clinic, thea: Account, browser: TestClient, changed: dict[str, object], told: str
) -> None:
    person = patient(clinic, thea)
    never_diagnosed(clinic, person)
    until = clinic.services.clock().date().isoformat()
    form = {"activity": "bridge", "reason": ["b3_undiagnosed"], "expires_on": until, "note": "as typed"}
    reasons = re.findall(r'id="reason-bridge-(\w+)"', browser.get(f"/patients/{person}").text)
    answer = browser.post(f"/patients/{person}/clearance", data=form | {"reason": reasons} | changed)
    assert answer.status_code == 422
    assert told in answer.text
    if "note" not in changed and "activity" not in changed:
        assert "as typed</textarea>" in answer.text
    assert clinic.services.diary.read(person, ["clearance"]) == ()


def test_a_lock_is_lifted_with_a_reason(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    person = patient(clinic, thea)
    number = write(clinic, person, "lock", lock_data(Lock(reason="a3", since=clinic.services.clock())))
    path = f"/patients/{person}"
    assert browser.post(f"{path}/locks/{number}/lift", data={"because": " "}).status_code == 422
    assert browser.post(f"{path}/locks/{number + 1}/lift", data={"because": "seen"}).status_code == 422
    assert browser.post(f"{path}/locks/{number}/lift", data={"because": "MRI: no cauda equina"}).status_code == 303
    assert "no cauda equina" in browser.get(path).text
    assert "locked after" not in words(browser.get("/patients").text)
    assert browser.post(f"{path}/locks/{number}/lift", data={"because": "again"}).status_code == 422


def test_a_level_is_unlocked_with_a_reason(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    path = f"/patients/{patient(clinic, thea)}"
    level = re.findall(r'<option value="([a-z-]+ L\d)"', browser.get(path).text)[0]
    assert browser.post(f"{path}/unlock", data={"level": level, "because": ""}).status_code == 422
    assert browser.post(f"{path}/unlock", data={"level": "bridge L1", "because": "x"}).status_code == 422
    assert browser.post(f"{path}/unlock", data={"level": level, "because": "trained athlete"}).status_code == 303
    assert "trained athlete" in browser.get(path).text


def test_a_note_is_kept_as_written(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    path = f"/patients/{patient(clinic, thea)}"
    assert browser.post(f"{path}/notes", data={"text": ""}).status_code == 422
    assert browser.post(f"{path}/notes", data={"text": "<b>坐骨神经</b>\r\n" + "注" * 1900}).status_code == 303
    page = browser.get(path).text
    assert "&lt;b&gt;坐骨神经&lt;/b&gt;\n注" in page


def test_a_patient_s_own_entries_are_not_taken_back_by_others(
    clinic: Clinic, thea: Account, browser: TestClient
) -> None:
    person = patient(clinic, thea)
    number = write(clinic, person, "pain", pain_data("now", Pain(3, 0)))
    assert browser.post(f"/patients/{person}/entries/{number}/undo").status_code == 404
    assert "back 3, leg 0" in words(browser.get(f"/patients/{person}").text)


def test_long_courses_have_pages(clinic: Clinic, thea: Account, browser: TestClient) -> None:
    person = patient(clinic, thea)
    for days_ago in range(20):
        write(clinic, person, "pain", pain_data("now", Pain(1, 0)), days_ago)
    first = browser.get(f"/patients/{person}").text
    older = re.search(r'href="(/patients/[\w-]+\?before=[\d-]+)"', first)
    assert older
    second = browser.get(older[1]).text
    assert [page.count("back 1, leg 0") for page in (first, second)] == [14, 6]
    assert "?before=" not in second


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_entry_is_told_in_both_languages(
    clinic: Clinic, thea: Account, browser: TestClient, language: str
) -> None:
    person = patient(clinic, thea)
    never_diagnosed(clinic, person)
    state = {"exercise": "bridge", "level": "L2", "started": "2026-01-01", "sets_a_day": 1}
    why = {"en": "three green days", "zh": "三个绿日"}
    samples: dict[EntryKind, dict[str, object]] = {
        "set": {"exercise": "bridge", "level": "L2", "repetitions": 8, "prescribed": 10, "form_score": 0.9,
                "session": None, "by": "coach", "finished": False},
        "programme": {"exercise": "bridge", "state": state, "sets": 1, "repetitions": 10, "change": "level_up",
                      "why": why},
        "painkiller": {"started_or_raised": True},
        "medicine": {"id": "m", "name": "Ibu", "kind": "other", "taken_as": "tablet", "times": [], "weekdays": [],
                     "started_on": "2026-01-01", "changed": [], "removed": False},
        "outcome": {"measure": "nprs-back", "side": None, "answers": {}, "value": 4.0, "answered": [], "own_words": {}},
        "consent": {"what": "x", "version": 1, "given": True},
        "lock": lock_data(Lock(reason="a3", since=clinic.services.clock())),
    }  # fmt: skip
    for kind, data in samples.items():
        write(clinic, person, kind, data)
    page = words(browser.get(f"/patients/{person}", headers={"accept-language": language}).text)
    for told in {
        "en": ("8 of 10 repetitions · form 90 %", "three green days", "painkiller was started", "Medicine: Ibu", ": 4"),
        "zh": ("10 次中做了 8 次", "三个绿日", "止痛药", "药物：Ibu", ": 4"),
    }[language]:
        assert told in page
