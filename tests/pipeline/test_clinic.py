"""The list of a therapist: what days come to today, and summaries that follow the diary."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from openlumbar.care.pain import Pain
from openlumbar.care.permits import Lock
from openlumbar.pipeline.care_entries import lock_data, pain_data
from openlumbar.pipeline.clinic import Clinic, patient_of
from openlumbar.records.diary import Diary, Draft, EntryKind
from openlumbar.records.people import People
from openlumbar.records.store import Store

NOW = datetime(2026, 3, 20, 12, tzinfo=timezone(timedelta(hours=1)))
TODAY = NOW.date()
CALM: dict[str, Any] = {
    "red_on": [], "further_down_on": [], "outcomes": [], "is_locked": False, "held_by": None,
    "last_set_on": "2026-03-19", "asked_since": "2026-03-01", "rest_until": None, "done_on": None, "seen_at": None,
}  # fmt: skip


def day(days_ago: int) -> str:
    return (TODAY - timedelta(days=days_ago)).isoformat()


@pytest.mark.parametrize(
    ("facts", "light", "needs"),
    [
        ({}, "green", ()),
        ({"is_locked": True}, "red", ("locked",)),
        ({"red_on": [day(0), day(6)]}, "red", ("red_days",)),
        ({"red_on": [day(0), day(7)]}, "amber", ("red_day",)),
        ({"red_on": [day(7), day(8)]}, "green", ()),
        ({"further_down_on": [day(6)]}, "red", ("further_down",)),
        ({"held_by": "clinician"}, "amber", ("clearance",)),
        ({"held_by": "other"}, "green", ()),
        ({"last_set_on": day(3)}, "green", ()),
        ({"last_set_on": day(4)}, "amber", ("missed",)),
        ({"last_set_on": day(9), "rest_until": day(2)}, "green", ()),
        ({"last_set_on": day(9), "held_by": "other"}, "green", ()),
        ({"last_set_on": None, "asked_since": day(0)}, "new", ("not_begun",)),
        ({"last_set_on": None, "asked_since": None}, "new", ("not_begun",)),
        ({"last_set_on": None, "asked_since": day(4)}, "amber", ("missed", "not_begun")),
        ({"outcomes": [[day(42), "rmdq", 10.0], [day(0), "rmdq", 9.0]]}, "amber", ("no_gain",)),
        ({"outcomes": [[day(42), "rmdq", 10.0], [day(0), "rmdq", 2.0]]}, "green", ()),
        ({"outcomes": [[day(41), "rmdq", 10.0], [day(0), "rmdq", 10.0]]}, "green", ()),
    ],
)
def test_what_days_come_to(facts: dict[str, Any], light: str, needs: tuple[str, ...]) -> None:
    line = patient_of("p", "Ana", CALM | facts, TODAY)
    assert (line.light, line.needs) == (light, needs)


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({}, TODAY),
        ({"done_on": day(0)}, TODAY + timedelta(days=1)),
        ({"done_on": day(1)}, TODAY),
        ({"rest_until": day(-2)}, TODAY + timedelta(days=2)),
        ({"rest_until": day(0)}, TODAY),
        ({"is_locked": True}, None),
        ({"held_by": "clinician"}, None),
    ],
)
def test_when_the_next_set_is_due(facts: dict[str, Any], due: date | None) -> None:
    assert patient_of("p", "Ana", CALM | facts, TODAY).next_due == due


class World:
    """A store with people in it, and what lists them."""

    def __init__(self, store: Store) -> None:
        self.people, self.diary, self.now = People(store), Diary(store), NOW
        self.clinic = Clinic(self.diary, self.people, lambda: self.now)

    def add(self, name: str) -> str:
        return self.people.add(name).id

    def write(self, person: str, kind: EntryKind, data: dict[str, Any], days_ago: int = 0) -> None:
        at = self.now - timedelta(days=days_ago)
        self.diary.write(person, Draft(kind, data, at.date(), at))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store.open(tmp_path / "records.sqlite3")
    yield World(store)
    store.close()


def test_a_summary_follows_the_diary(world: World) -> None:
    person = world.add("Ana")
    world.write(person, "pain", pain_data("after", Pain(8, 0)))
    assert "red_day" in world.clinic.patients([person])[0].needs
    world.write(person, "lock", lock_data(Lock(reason="a3", since=NOW)))
    assert "locked" in world.clinic.patients([person])[0].needs
    assert world.clinic.stale([person]) == ()
    world.now += timedelta(days=1)
    assert world.clinic.stale([person]) == (person,)
    world.clinic.refresh(person)
    assert world.clinic.stale([person]) == ()


def test_a_diary_that_is_not_looked_through_yet_is_no_good_news(world: World) -> None:
    people = [world.add(f"Person {number}") for number in range(3)]
    for person in people:
        world.write(person, "note", {"text": "x"})
    hurried = Clinic(world.diary, world.people, lambda: world.now, patience_s=0)
    lines = hurried.patients(people)
    assert [line.needs == ("unread",) for line in lines].count(True) == 2
    assert {line.light for line in lines if line.needs == ("unread",)} == {"amber"}
    for left in (1, 0):
        assert [line.needs == ("unread",) for line in hurried.patients(people)].count(True) == left


def test_small_diaries_are_looked_through_at_once(world: World) -> None:
    people = [world.add(f"Person {number}") for number in range(3)]
    patient = Clinic(world.diary, world.people, lambda: world.now, patience_s=float("inf"))
    assert all(line.needs != ("unread",) for line in patient.patients(people))


def test_somebody_who_is_not_known_is_not_listed(world: World) -> None:
    assert world.clinic.patient("nobody") is None
    assert world.clinic.patients(["nobody"]) == ()
