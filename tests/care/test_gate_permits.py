"""Locks and how they are lifted, and clearances that the person writes down alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from openlumbar.care.gate import Clearance, decide
from openlumbar.care.gate_words import OutcomeWords, gate_words
from openlumbar.care.safety import group_a
from openlumbar.errors import InputError

from .gate_people import ACTIVITIES, NOW, TODAY, ask, clear, facts, lock, person, reasons, said, unlock

LIFTED: dict[str, Any] = {
    "lifted_at": NOW - timedelta(days=1),
    "lifted_by": "Dr Wang",
    "lifted_role": "clinician",
    "lifted_because": "examined, nothing found",
}
ALONE: dict[str, Any] = {
    **LIFTED,
    "lifted_role": "person",
    "doctor": "Dr Wang",
    "examined_on": TODAY - timedelta(days=2),
}
LACKING: dict[str, dict[str, Any]] = {
    "never lifted": {"lifted_at": None},
    "lifted later than now": {"lifted_at": NOW + timedelta(seconds=1)},
    "lifted before it was locked": {"lifted_at": NOW - timedelta(days=6)},
    "by nobody": {"lifted_by": "  "},
    "for no reason": {"lifted_because": " "},
    "by no role": {"lifted_role": None},
}
UNSEEN: dict[str, dict[str, Any]] = {
    **LACKING,
    "no doctor": {"doctor": " "},
    "no day": {"examined_on": None},
    "examined before it was locked": {"examined_on": TODAY - timedelta(days=6)},
    "examined after it was lifted": {"examined_on": TODAY},
}


@pytest.mark.parametrize("slug", ACTIVITIES)
@pytest.mark.parametrize(
    "question", [each for each in group_a().questions if each.action == "emergency"], ids=lambda q: q.id
)
def test_a_lock_holds_whatever_is_answered_later(question: Any, slug: str) -> None:
    held = lock(question.id)
    decision = ask(slug, facts(locks=(held,)))
    assert (decision.outcome, decision.lock_due) == ("emergency", ())
    (reason,) = (each for each in decision.reasons if each.lock)
    assert (reason.id, reason.lock, reason.text) == (f"lock_{question.id}", held, question.text)
    assert reason.entry == "safety/gate.toml: lock"


def test_a_lock_of_an_unknown_sign_holds_too() -> None:
    decision = ask("bridge", facts(locks=(lock("a0"),)))
    assert (decision.outcome, decision.reasons[0].text) == ("emergency", gate_words().lock.now)


@pytest.mark.parametrize("role", ["therapist", "clinician"])
@pytest.mark.parametrize("alone", [False, True])
def test_who_has_examined_the_person_lifts_it(role: str, alone: bool) -> None:
    lifted = lock(**{**LIFTED, "lifted_role": role})
    assert ask("bridge", facts(locks=(lifted,), alone=alone)).outcome == "go"


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(days=5)], ids=["now", "at once"])
def test_it_is_lifted_from_the_moment_of_lifting_on(at: datetime) -> None:
    assert ask("bridge", facts(locks=(lock(**{**LIFTED, "lifted_at": at}),))).outcome == "go"


@pytest.mark.parametrize("lacks", LACKING)
def test_a_lifting_that_lacks_something_lifts_nothing(lacks: str) -> None:
    held = lock(**{**LIFTED, **LACKING[lacks]})
    assert ask("bridge", facts(locks=(held,))).outcome == "emergency"


@pytest.mark.parametrize("days", [5, 3, 1])
def test_the_person_alone_lifts_it_by_the_word_of_a_doctor(days: int) -> None:
    lifted = lock(**{**ALONE, "examined_on": TODAY - timedelta(days=days)})
    assert ask("bridge", facts(locks=(lifted,), alone=True)).outcome == "go"
    assert ask("bridge", facts(locks=(lifted,))).outcome == "emergency"


@pytest.mark.parametrize("lacks", UNSEEN)
def test_the_person_s_own_word_needs_the_doctor_and_the_day(lacks: str) -> None:
    held = lock(**{**ALONE, **UNSEEN[lacks]})
    assert ask("bridge", facts(locks=(held,), alone=True)).outcome == "emergency"


def test_the_day_of_the_examination_is_the_person_s_own_day() -> None:
    shanghai = timezone(timedelta(hours=8))
    held = lock(
        **{
            **ALONE,
            "since": datetime(2026, 3, 17, 17, tzinfo=UTC),
            "lifted_at": datetime(2026, 3, 18, 17, tzinfo=UTC),
            "examined_on": datetime(2026, 3, 17, tzinfo=UTC).date(),
        }
    )
    assert not held.holds(NOW, alone=True)
    assert held.holds(NOW.astimezone(shanghai), alone=True)
    later = replace(held, examined_on=datetime(2026, 3, 19, tzinfo=UTC).date())
    assert later.holds(NOW, alone=True)
    assert not later.holds(NOW.astimezone(shanghai), alone=True)


def test_of_several_locks_each_is_to_be_lifted() -> None:
    decision = ask("bridge", facts(locks=(lock("a1", **LIFTED), lock("a5"))))
    assert reasons(decision) == {"lock_a5": "emergency"}


def test_a_page_says_what_to_do_and_who_lifts_it() -> None:
    words = gate_words()
    locked = facts(locks=(lock(),))
    for told, lift in ((locked, words.lock.lift), (replace(locked, alone=True), words.lock.lift_alone)):
        said_first = ask("bridge", told).words
        assert said_first == OutcomeWords(title=words.lock.title, now=words.lock.now, lift=lift)
    fresh = replace(locked, group_a=said("a1"))
    assert ask("bridge", fresh).words == words.outcome["emergency"]
    assert ask("bridge", fresh).lock_due == ()
    assert ask("bridge", replace(fresh, alone=True)).words == words.outcome["emergency"]
    ill, clinician = person(cancer_signs=True), words.outcome["clinician"]
    assert ask("bridge", ill).words == clinician
    alone = OutcomeWords(title=clinician.title, now=clinician.now, lift=words.clearance.alone)
    assert ask("bridge", replace(ill, alone=True)).words == alone
    for told, outcome in ((facts(), "go"), (facts(group_a=None), "incomplete")):
        assert ask("bridge", told).words == words.outcome[outcome]  # type: ignore[index]


def test_what_was_never_written_down_is_nobody_s_word() -> None:
    bare = {"lifted_at": ALONE["lifted_at"], "examined_on": ALONE["examined_on"], "lifted_role": "person"}
    for written in (
        {"lifted_by": "Li"},
        {"lifted_because": "cleared"},
        {"lifted_by": "Li", "lifted_because": "cleared"},
    ):
        assert lock(**bare, **written).holds(NOW, alone=True)
    assert not with_own_word(doctor="").clearances[0].covers("bridge", "pregnancy", NOW, alone=True)
    unsaid = Clearance(
        activity="bridge",
        reasons=frozenset({"pregnancy"}),
        by="Li",
        role="person",
        at=NOW,
        expires_on=TODAY,
        examined_on=TODAY,
    )
    assert not unsaid.covers("bridge", "pregnancy", NOW, alone=True)
    assert replace(unsaid, doctor="Dr Wang").covers("bridge", "pregnancy", NOW, alone=True)


# ---------------------------------------------------------------------------------------------------- clearances, alone


OWN: dict[str, Any] = {"role": "person", "doctor": "Dr Wang", "examined_on": TODAY - timedelta(days=3)}


def with_own_word(*, alone: bool = True, **changes: Any) -> Any:
    given = clear("bridge", "pregnancy", **{**OWN, **changes})
    return replace(person(conditions=frozenset({"pregnancy"})), clearances=(given,), alone=alone)


def test_alone_the_person_writes_down_whose_word_it_is() -> None:
    assert ask("bridge", with_own_word()).passed
    assert ask("bridge", with_own_word(examined_on=TODAY - timedelta(days=90))).passed
    assert ask("bridge", with_own_word(alone=False)).outcome == "clinician"


@pytest.mark.parametrize("lacks", [{"doctor": ""}, {"doctor": " "}, {"examined_on": None}, {"examined_on": TODAY}])
def test_the_word_of_nobody_clears_nothing(lacks: dict[str, Any]) -> None:
    assert ask("bridge", with_own_word(**lacks)).outcome == "clinician"


def test_a_role_that_may_not_clears_nothing() -> None:
    assert ask("bridge", with_own_word(role="administrator")).outcome == "clinician"


def test_a_therapist_clears_too() -> None:
    assert ask("bridge", with_own_word(role="therapist", alone=False)).passed


def test_the_last_day_is_the_person_s_own_day() -> None:
    late = datetime(2026, 3, 20, 20, tzinfo=UTC)
    told = replace(with_own_word(expires_on=TODAY), group_a=None)
    for now, outcome in ((late, "go"), (late.astimezone(timezone(timedelta(hours=8))), "clinician")):
        assert reasons(decide("bridge", None, told, now))["pregnancy"] == outcome


@pytest.mark.parametrize(
    "bad",
    [
        lambda: lock(since=NOW.replace(tzinfo=None)),
        lambda: lock(lifted_at=NOW.replace(tzinfo=None)),
        lambda: clear("bridge", at=NOW.replace(tzinfo=None)),
        lambda: unlock(at=NOW.replace(tzinfo=None)),
    ],
)
def test_a_moment_without_a_time_zone_is_refused(bad: Callable[[], object]) -> None:
    with pytest.raises(InputError, match="has no time zone"):
        bad()
