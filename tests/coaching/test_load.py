"""The coach and the load on the disc: when it stops a set, when it does not, and what it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.people import FRAME_S, Person, person, said, told
from openlumbar.assessment.engine import Progress
from openlumbar.coaching.coach import Moment
from openlumbar.coaching.plan import Notice, Score
from openlumbar.coaching.rules import load_rules
from openlumbar.coaching.watch import LOAD_OVER_LIMIT, LoadWatch
from openlumbar.kinematics.signals import Sample

LASTS_S = load_rules().load_sustained_s


def carries(someone: Person, load: float, seconds: float) -> list[Notice]:
    """Let time pass under a load."""
    noticed: list[Notice] = []
    for _ in range(round(seconds / FRAME_S)):
        someone.time_s += FRAME_S
        sample = Sample(someone.time_s, dict(someone.values))
        noticed += someone.coach.step(Moment(sample, (), someone.progress, lambda: "ok", load))
    return noticed


@pytest.fixture
def someone() -> Person:
    someone = person("sit-up", "L2")
    someone.gets_going()
    someone.progress = Progress("out", 20.0)
    return someone


def test_too_much_for_long_enough_stops_and_says_what_to_do(someone: Person) -> None:
    limit = someone.coach.plan.load_limit
    notices = carries(someone, limit + 0.1, LASTS_S + 2 * FRAME_S)
    assert told(notices, "stop") == [{"code": LOAD_OVER_LIMIT}]
    assert said(notices) == [
        "Stop. Come back slowly. Move a little smaller: your disc carries more than is right for you now."
    ]
    assert someone.coach.state()["reason"] == LOAD_OVER_LIMIT
    assert someone.coach.state()["load_peak"] == pytest.approx(limit + 0.1)


@pytest.mark.parametrize("load", [1.0, math.nan])
def test_what_is_allowed_or_not_known_stops_nothing(someone: Person, load: float) -> None:
    assert carries(someone, load, 5) == []
    assert carries(someone, someone.coach.plan.load_limit, 5) == []


def test_a_short_peak_stops_nothing_and_is_kept_as_the_highest(someone: Person) -> None:
    limit = someone.coach.plan.load_limit
    for _ in range(5):
        assert carries(someone, limit + 1, LASTS_S - 2 * FRAME_S) == []
        assert carries(someone, math.nan, FRAME_S) == []
    assert someone.coach.state()["load_peak"] == pytest.approx(limit + 1)


def test_it_goes_on_once_the_person_is_back_at_rest(someone: Person) -> None:
    carries(someone, someone.coach.plan.load_limit + 1, 1)
    carries(someone, 1.0, 10)
    assert someone.coach.score.stage == "stopped"
    someone.progress = Progress("rest", 0.0)
    carries(someone, 0.5, load_rules().stop_rest_s + 2 * FRAME_S)
    assert someone.coach.score.stage == "ready"


def test_the_third_stop_ends_the_set(someone: Person) -> None:
    for _ in range(round(load_rules().stops_that_end)):
        assert not someone.coach.score.final
        someone.progress = Progress("rest", 0.0)
        someone.gets_going()
        carries(someone, someone.coach.plan.load_limit + 1, 1)
    assert someone.coach.score.final
    assert someone.coach.score.reason == LOAD_OVER_LIMIT


def test_a_restarted_coach_waits_as_it_did(someone: Person) -> None:
    carries(someone, someone.coach.plan.load_limit + 1, 1)
    assert Score(**someone.coach.snapshot()) == someone.coach.score


def test_the_next_set_has_a_highest_of_its_own() -> None:
    someone = person("sit-up", "L2", sets=2)
    someone.gets_going()
    carries(someone, 2.0, 1)
    someone.coach.score.stage = "rest"
    someone.coach.command("skip_rest")
    assert someone.coach.state()["load_peak"] == 0


@given(loads=st.lists(st.floats(0, 8) | st.just(math.nan), max_size=60), limit=st.floats(1, 5))
def test_no_stop_without_a_load_beyond_the_limit_all_along(loads: list[float], limit: float) -> None:
    watch = LoadWatch(limit, load_rules())
    for at, load in enumerate(loads):
        if watch.see(at * FRAME_S, load):
            frames = math.ceil(LASTS_S / FRAME_S - 1e-6)
            assert all(one > limit for one in loads[at - frames : at + 1])


@given(limits=st.tuples(st.floats(1, 5), st.floats(1, 5)), loads=st.lists(st.floats(0, 8), max_size=60))
def test_a_stricter_limit_never_stops_later(limits: tuple[float, float], loads: list[float]) -> None:
    strict, mild = (LoadWatch(limit, load_rules()) for limit in sorted(limits))
    stopped = [(strict.see(at * FRAME_S, load), mild.see(at * FRAME_S, load)) for at, load in enumerate(loads)]
    assert all(early or not late for early, late in stopped)
