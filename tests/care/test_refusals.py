"""What a person reads when a value cannot be: the whole line, with the thing, the problem and the remedy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib.resources import files
from math import nan
from typing import Any

import pytest

from openlumbar.care import dose_state
from openlumbar.care.body_map import marks
from openlumbar.care.calendar_feed import to_ical
from openlumbar.care.clinician_flags import Outcome
from openlumbar.care.day_record import DayRecord, Work, in_order
from openlumbar.care.dose_state import DoseFacts, ExerciseState
from openlumbar.care.gate import GateFacts, decide
from openlumbar.care.measure_cards import load_measure, measure
from openlumbar.care.medicines import Intake, Medicine, Schedule, flags
from openlumbar.care.outcomes import Score, change
from openlumbar.care.pain import Pain
from openlumbar.care.profile import Profile
from openlumbar.care.reminders import QuietHours, reminders_between
from openlumbar.care.safety_rules import matrix
from openlumbar.errors import InputError

from .gate_people import NOW, PERSON, TODAY, clear, lock, said, unlock

DAY = date(2026, 3, 2)
NAIVE = datetime(2026, 3, 2, 9)
NO_ZONE = "2026-03-02 09:00:00 has no time zone; give the time with its offset from UTC"
YES_OR_NO = "is neither yes nor no; answer yes or no, or leave it out"
FACTS = GateFacts(profile=PERSON, group_a=said(), pain_rest=Pain(1, 0), red_days_in_7=0, weeks_without_gain=0)
MEDICINE = Medicine("m", "Voltaren", "nsaid_topical")
STATE = ExerciseState("bridge", "L1", DAY)
WORD = dose_state.Unlock("sit-up", "L4", "Li Na", "therapist", "strong enough", NOW)

RMDQ = files("openlumbar.content").joinpath("outcomes", "rmdq.toml").read_text(encoding="utf-8")


def untyped(value: object) -> Any:
    return value


REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: marks(["elbow"]), "pain site: 'elbow' is not on the body map; tap a region of the map"),
    (lambda: to_ical((), "en", stamp=NOW, key=b""), "key of the calendar: has 0 octets; give 1 to 64"),
    (lambda: to_ical((), "en", stamp=NOW, key=b"k" * 65), "key of the calendar: has 65 octets; give 1 to 64"),
    (
        lambda: to_ical((), "en", stamp=NAIVE, key=b"k"),
        "the stamp: does not say in which time zone it is; give a time with its zone",
    ),
    (lambda: Outcome(DAY, "rmdq", 25), "total of rmdq: 25 is outside 0 to 24; give the measure's total"),
    (lambda: Outcome(DAY, "rmdq", -0.5), "total of rmdq: -0.5 is outside 0 to 24; give the measure's total"),
    (lambda: Work("L1", -1, 0), "sets of a day: a number is below zero; count again"),
    (lambda: Work("L1", 0, -1), "sets of a day: a number is below zero; count again"),
    (lambda: Work("L1", 0, 0, -1), "sets of a day: a number is below zero; count again"),
    (lambda: Work("L1", 1, 1, 1, 1.25), "form score: 1.25 is outside 0 to 1; give the share, or leave it out"),
    (lambda: Work("L1", 1, 1, 1, -0.25), "form score: -0.25 is outside 0 to 1; give the share, or leave it out"),
    (
        lambda: in_order([DayRecord(DAY), DayRecord(DAY)], DAY),
        "history: 2026-03-02 has two records; give one record for each day",
    ),
    (
        lambda: Profile(side=untyped("front")),
        "side: 'front' is not known; say left, right, both or none, or leave it out",
    ),
    (lambda: DoseFacts(curl_up_max=-1), "curl up max: -1 is below 0; correct it, or leave it out"),
    (lambda: DoseFacts(age_years=nan), "age years: nan is below 0; correct it, or leave it out"),
    (
        lambda: replace(STATE, sets_a_day=0),
        "state of bridge: 0 sets, 0 raises, 0 missed steps; give at least one set, and nothing below zero",
    ),
    (
        lambda: replace(STATE, raises=-1),
        "state of bridge: 1 sets, -1 raises, 0 missed steps; give at least one set, and nothing below zero",
    ),
    (
        lambda: replace(STATE, missed_steps=-1),
        "state of bridge: 1 sets, 0 raises, -1 missed steps; give at least one set, and nothing below zero",
    ),
    (lambda: replace(WORD, role="person"), "unlock: the role 'person' may not open a level; ask a therapist"),
    (lambda: replace(WORD, by=" "), "unlock: 'by' is empty; say who opens the level, and why"),
    (lambda: replace(WORD, reason=""), "unlock: 'reason' is empty; say who opens the level, and why"),
    (
        lambda: decide("relax", "L1", FACTS, NOW),
        "level L1: relax has no levels; leave the level out",
    ),
    (lambda: replace(FACTS, woke_at=NAIVE), f"woke_at: {NO_ZONE}"),
    (lambda: replace(FACTS, red_days_in_7=-1), "red_days_in_7: -1 is below 0; give a count of 0 or more"),
    (lambda: replace(FACTS, weeks_without_gain=-1), "weeks_without_gain: -1 is below 0; give a count of 0 or more"),
    (lambda: clear("bridge", "stenosis", at=NAIVE), f"clearance: {NO_ZONE}"),
    (lambda: lock(since=NAIVE), f"lock: {NO_ZONE}"),
    (lambda: lock(lifted_at=NAIVE), f"lock: {NO_ZONE}"),
    (lambda: unlock(at=NAIVE), f"unlock: {NO_ZONE}"),
    (lambda: replace(said(), at=NAIVE), f"group_a: {NO_ZONE}"),
    (
        lambda: load_measure("a.toml", "id = "),
        "a.toml: is not valid TOML (Invalid value (at end of document)); correct that line",
    ),
    (lambda: load_measure("b.toml", RMDQ), "b.toml: holds the measure 'rmdq'; call the file rmdq.toml"),
    (
        lambda: load_measure("b.toml", RMDQ.replace("title.zh", "title.zx")),
        "b.toml: title.zh: Field required; correct that field",
    ),
    (
        lambda: load_measure("b.toml", RMDQ.replace('"total_only"', '"mean"\nfewest_answers = 2')),
        "b.toml: the measure: Value error, 'fewest_answers' is more than there are items; correct that field",
    ),
    (lambda: Schedule(weekdays=frozenset({7, 8})), "day of the week: 7 is not one; give 0 for Monday to 6 for Sunday"),
    (lambda: replace(MEDICINE, name=" "), "medicine: has no name; write its name as on the packet"),
    (lambda: replace(MEDICINE, name="x" * 201), "the name: is longer than 200 characters; shorten it"),
    (lambda: replace(MEDICINE, taken_as="x" * 201), "how it is taken: is longer than 200 characters; shorten it"),
    (
        lambda: replace(MEDICINE, name="\ud800"),
        "the name: holds half a character, which cannot be written down; type it again",
    ),
    (
        lambda: replace(MEDICINE, taken_as="\udfff"),
        "how it is taken: holds half a character, which cannot be written down; type it again",
    ),
    (lambda: Intake("m", NOW, "taken"), "intake: is taken at None; give the time with taken or skipped only"),
    (
        lambda: Intake("m", NOW, "open", NOW),
        "intake: is open at 2026-03-20 12:00:00+00:00; give the time with taken or skipped only",
    ),
    (lambda: Intake("m", NAIVE), "the due time: does not say in which time zone it is; give a time with its zone"),
    (lambda: flags([], None, -1, False, day=DAY), "weeks pregnant: -1 cannot be; give 0 to 45"),
    (lambda: flags([], None, 46, False, day=DAY), "weeks pregnant: 46 cannot be; give 0 to 45"),
    (
        lambda: change("rmdq", Score("nprs-back", 3, ("now",), None), Score("rmdq", 3, ("total",), None)),
        "measure rmdq: cannot be compared with nprs-back; give two of its scores",
    ),
    (lambda: Pain(11, 0), "back pain: 11 is not on the scale; give a whole number from 0 to 10"),
    (lambda: Pain(0, -1), "leg pain: -1 is not on the scale; give a whole number from 0 to 10"),
    (lambda: Pain(0, untyped(1.5)), "leg pain: 1.5 is not on the scale; give a whole number from 0 to 10"),
    (
        lambda: Profile(activity=untyped("lazy")),
        "activity: 'lazy' is not known; say inactive or active, or leave it out",
    ),
    (lambda: Profile(diagnosed=untyped("yes")), f"diagnosed: 'yes' {YES_OR_NO}"),
    (lambda: Profile(cancer_signs=untyped("no")), f"cancer_signs: 'no' {YES_OR_NO}"),
    (lambda: Profile(stable_weakness=untyped(2)), f"stable_weakness: 2 {YES_OR_NO}"),
    (lambda: Profile(curl_up_max=-1), "curl_up_max: -1 is below 0; give how many were done, 0 or more"),
    (
        lambda: reminders_between(NAIVE, NOW),
        "the beginning: does not say in which time zone it is; give a time with its zone",
    ),
    (
        lambda: QuietHours(time(7), time(7)),
        "quiet hours: begin and end at the same time; give two times, or no quiet hours",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "told"), REFUSALS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_is_told_in_full(ask: Callable[[], object], told: str) -> None:
    with pytest.raises(InputError) as refused:
        ask()
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("ask", "thing", "problem", "choices"),
    [
        (lambda: measure("mood"), "measure mood", "is not known", ("choose one of ", "rmdq")),
        (
            lambda: replace(MEDICINE, kind="tea"),
            "kind of medicine tea",
            "is not known",
            ("choose one of ", "nsaid_topical"),
        ),
        (
            lambda: flags([], ["hiccups", "yawns"], None, False, day=DAY),
            "condition hiccups",
            "is not known",
            ("choose among ", "pregnancy"),
        ),
        (
            lambda: matrix().activity("chess"),
            "activity chess",
            "the gate has no such activity",
            ("choose one of ", "bridge"),
        ),
    ],
)
def test_what_is_not_known_is_told_with_what_is(
    ask: Callable[[], object], thing: str, problem: str, choices: tuple[str, str]
) -> None:
    with pytest.raises(InputError) as refused:
        ask()
    assert (refused.value.thing, refused.value.problem) == (thing, problem)
    words, one = choices
    assert refused.value.remedy.startswith(words)
    assert one in refused.value.remedy.removeprefix(words).split(", ")


def test_at_its_bounds_everything_can_be() -> None:
    assert Outcome(DAY, "rmdq", 24).total - Outcome(DAY, "rmdq", 0).total == 24
    assert Work("L1", 0, 0, 0, 0.0) != Work("L1", 0, 0, 0, 1.0)
    assert DoseFacts(curl_up_max=0, days_since_onset=0).curl_up_max == 0
    assert replace(FACTS, red_days_in_7=0, weeks_without_gain=0) == FACTS
    assert replace(FACTS, weeks_without_gain=None, woke_at=NOW).woke_at == NOW
    assert len(replace(MEDICINE, name="x" * 200, taken_as="y" * 200).name) == 200
    assert Schedule(weekdays=frozenset(range(7))).clocks(TODAY) == ()
    assert flags([], None, 0, False, day=DAY) == flags([], None, 45, False, day=DAY)
    assert (Pain(0, 10).leg, Pain(10, 0).back) == (10, 10)
    assert Profile(curl_up_max=0, diagnosed=False).curl_up_max == 0
    assert to_ical((), "en", stamp=datetime(2026, 1, 1, tzinfo=UTC), key=b"k" * 64)
