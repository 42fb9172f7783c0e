"""The coach on invented moments: stages, counting, corrections, stops, pain."""

import pytest

from openlumbar.assessment.events import PhaseChanged, Repetition, RepetitionDone, Unseen
from openlumbar.care.pain import Pain
from openlumbar.coaching.coach import Coach
from openlumbar.coaching.plan import Score
from openlumbar.coaching.rules import STAGES, load_rules

from .people import FRAME_S, Person, kinds, person, plan_of, said, told

RULES = load_rules()


def test_a_person_in_position_is_counted_down_and_begins() -> None:
    someone = person()
    someone.waits(RULES.in_position_s + RULES.count_down_s + 3 * FRAME_S)
    assert someone.coach.score.stage == "exercise"
    assert said(someone.notices) == ["Good. Stay there.", "Get ready.", "3", "2", "1", "Begin."]


def test_nothing_begins_while_something_is_in_the_way() -> None:
    someone = person()
    someone.advice = "too_dark"
    someone.waits(20)
    assert someone.coach.score.stage == "frame"
    assert someone.coach.state()["advice"] == "too_dark"
    assert len(said(someone.notices)) == 3  # said, and again every eight seconds
    assert set(said(someone.notices)) == {"It is too dark. Turn on a light."}


def test_advice_that_flickers_is_not_told() -> None:
    someone = person()
    for turn in range(60):
        someone.advice = "too_far" if turn % 2 else "ok"
        someone.waits(RULES.advice_after_s / 2)
    assert told(someone.notices, "advice") == []


def test_a_count_down_falls_back_when_the_person_gets_up_but_survives_a_lost_frame() -> None:
    someone = person()
    someone.waits(RULES.in_position_s + 1)
    someone.advice = "no_person"
    someone.waits(RULES.out_of_position_s / 2)
    someone.advice = "ok"
    someone.does()
    assert someone.coach.score.stage == "ready"
    someone.advice = "wrong_posture"
    someone.waits(RULES.out_of_position_s + 0.1)
    assert someone.coach.score.stage == "frame"


def test_repetitions_are_counted_aloud_and_the_last_one_ends_the_session() -> None:
    someone = person()
    someone.gets_going()
    goal = someone.coach.plan.level.dose.repetitions
    for number in range(1, goal + 1):
        assert said(someone.repeats())[0] == str(number)
    assert someone.coach.score.stage == "done"
    assert someone.coach.state()["done"]
    assert len(someone.coach.repetitions) == goal
    assert someone.waits(5) == []


def test_an_attempt_is_reported_and_not_counted() -> None:
    someone = person()
    someone.gets_going()
    noticed = someone.repeats(counted=False)
    assert someone.coach.state()["count"] == 0
    assert told(noticed, "repetition")[0]["number"] == 1
    assert said(noticed) == []


def test_what_was_begun_before_the_coach_counted_does_not_count() -> None:
    someone = person()
    someone.waits(RULES.in_position_s + RULES.count_down_s - 1)
    assert someone.coach.score.stage == "ready"
    someone.gets_going()
    someone.does()
    begin_s = someone.coach.score.since_s - RULES.anticipation_s
    early, in_time = (Repetition(begin_s + shift_s, begin_s + 1, begin_s + 2, True) for shift_s in (-0.1, 0.1))
    assert kinds(someone.does(RepetitionDone(someone.time_s, early))) == []
    assert kinds(someone.does(RepetitionDone(someone.time_s, in_time))) == ["repetition"]


def test_two_sides_are_counted_apart_and_the_set_needs_both() -> None:
    someone = person("cross-twist", "L1")
    someone.gets_going()
    assert said(someone.repeats(side="left")) == ["left 1"]
    for number in range(2, 13):
        assert said(someone.repeats(side="left")) == [f"left {number}"]
    assert someone.coach.score.stage == "exercise"
    for _ in range(10):
        someone.repeats(side="right")
    assert someone.coach.score.stage == "done"
    assert (someone.coach.score.left, someone.coach.score.right) == (12, 10)


def test_between_sets_there_is_a_rest_that_can_be_skipped() -> None:
    someone = person("cross-twist", "L1", sets=3)
    someone.gets_going()
    _complete_set(someone)
    assert someone.coach.score.stage == "rest"
    assert someone.coach.clock_s == pytest.approx(RULES.rest_between_sets_s)
    someone.waits(RULES.rest_between_sets_s + 2 * FRAME_S)
    assert (someone.coach.score.stage, someone.coach.score.set, someone.coach.score.count) == ("frame", 2, 0)
    someone.gets_going()
    _complete_set(someone)
    someone.coach.command("skip_rest")
    assert (someone.coach.score.stage, someone.coach.score.set) == ("frame", 3)
    someone.gets_going()
    _complete_set(someone)
    assert someone.coach.score.stage == "done"


def test_a_hold_is_announced_once_and_its_end_too_whatever_the_noise() -> None:
    someone = person()
    someone.gets_going()
    someone.moves("out", 8.0)
    someone.waits(1)
    someone.moves("top", 10.0)
    someone.waits(1)
    someone.moves("out", 9.0)  # a dip by noise is not the end
    someone.waits(0.5)
    someone.moves("top", 10.0)
    someone.waits(2.4)
    assert someone.coach.hold_s == pytest.approx(3.9 + 0.3, abs=0.1)
    assert told(someone.notices, "hold") == [{"on": True}]
    someone.waits(1.5)
    assert told(someone.notices, "hold") == [{"on": True}, {"on": False}]
    someone.moves("back", 3.0)
    someone.does()
    assert someone.coach.hold_s == 0


def test_one_correction_at_a_time_the_most_important_first_and_never_nagging() -> None:
    someone = person("cross-twist", "L3")
    someone.gets_going()
    assert told(someone.repeats(("arm_down", "ballistic"), "left"), "cue") == [{"code": "ballistic"}]
    assert told(someone.repeats(("ballistic",), "right"), "cue") == []  # time to try it
    someone.waits(RULES.cue_pause_s)
    assert told(someone.repeats(("arm_down", "ballistic"), "left"), "cue") == [{"code": "arm_down"}]
    for _ in range(8):
        someone.waits(RULES.cue_again_s)
        someone.repeats(("ballistic",), "right")
    assert len([cue for cue in told(someone.notices, "cue") if cue["code"] == "ballistic"]) == RULES.cue_most


def test_a_repetition_done_well_gets_a_tone_and_no_words_besides_the_number() -> None:
    someone = person()
    someone.gets_going()
    noticed = someone.repeats()
    assert [(notice.tone, notice.say) for notice in noticed] == [("count", "1")]
    assert [notice.tone for notice in someone.repeats(("low_rise",))] == [None, "correction"]


@pytest.mark.parametrize(
    ("slug", "level", "signal", "value", "code"),
    [
        ("bridge", "L2", "hip_angle_deg", 186.0, "over_arched"),
        ("cross-twist", "L2", None, 46.0, "over_rotation"),
        ("cross-twist", "L2", None, -46.0, "over_rotation"),
        ("cross-twist", "L2", "side_bend_deg", -16.0, "leaning"),
        ("sit-up", "L2", None, 46.0, "too_high"),
    ],
)
def test_a_stop_threshold_of_the_card_stops_at_once(
    slug: str, level: str, signal: str | None, value: float, code: str
) -> None:
    someone = person(slug, level)
    someone.gets_going()
    someone.moves("out", value if signal is None else 8.0)
    if signal:
        someone.values[signal] = value
    someone.waits(RULES.stop_sustained_s - FRAME_S)
    assert someone.coach.score.stage == "exercise"
    noticed = someone.waits(3 * FRAME_S)
    assert someone.coach.score.stage == "stopped"
    assert told(noticed, "stop") == [{"code": code}]
    assert [notice.tone for notice in noticed if notice.kind == "stage"] == ["stop"]


def test_a_full_sit_up_may_be_high_and_a_resting_person_is_never_stopped() -> None:
    someone = person("sit-up", "L4")
    someone.gets_going()
    someone.moves("out", 80.0)
    someone.waits(2)
    assert someone.coach.score.stage == "exercise"
    someone = person("bridge", "L2")
    someone.gets_going()
    someone.values["hip_angle_deg"] = 200.0
    someone.waits(2)
    assert someone.coach.score.stage == "exercise"


def test_after_a_safety_stop_the_set_goes_on_once_the_person_rests() -> None:
    someone = person("cross-twist", "L2")
    someone.gets_going()
    _turn_too_far(someone)
    someone.moves("back", 30.0)
    someone.waits(10)
    assert someone.coach.score.stage == "stopped"
    someone.moves("rest")
    someone.waits(RULES.stop_rest_s + 3 * FRAME_S)
    assert someone.coach.score.stage == "ready"
    assert said(someone.notices)[-1] == "Go on, a little smaller."


def test_the_third_stop_ends_the_set_for_good() -> None:
    someone = person("cross-twist", "L2")
    for _ in range(int(RULES.stops_that_end)):
        someone.moves("rest")
        someone.gets_going()
        _turn_too_far(someone)
    assert someone.coach.score.final
    someone.moves("rest")
    someone.waits(20)
    assert someone.coach.score.stage == "stopped"
    someone.coach.command("resume")
    assert someone.coach.score.stage == "stopped"
    someone.coach.command("finish")
    assert someone.coach.score.stage == "done"


def test_a_warning_is_spoken_before_the_stop() -> None:
    someone = person("cross-twist", "L2")
    someone.gets_going()
    someone.moves("out", 40.0)
    someone.waits(1)
    assert told(someone.notices, "cue") == [{"code": "over_rotation"}]
    assert someone.coach.score.stage == "exercise"


def test_who_leaves_the_picture_is_waited_for() -> None:
    someone = person()
    someone.gets_going()
    someone.does(Unseen(someone.time_s, "no_person"))
    someone.waits(RULES.left_after_s / 2)
    someone.does(PhaseChanged(someone.time_s, "rest"))
    someone.waits(RULES.left_after_s)
    assert someone.coach.score.stage == "exercise"
    someone.advice = "no_person"
    someone.does(Unseen(someone.time_s, "no_person"))
    someone.waits(RULES.left_after_s + 0.1)
    assert (someone.coach.score.stage, someone.coach.score.reason) == ("paused", "left")
    someone.advice = "ok"
    someone.waits(RULES.in_position_s + 0.1)
    assert someone.coach.score.stage == "ready"


@pytest.mark.parametrize(
    ("slug", "level", "hands", "stops"),
    [
        ("bridge", "L2", {"left": 1.0}, True),
        ("bridge", "L2", {"right": 1.0}, True),
        ("bridge", "L2", {"left": 0.3, "right": 0.3}, False),
        ("cross-twist", "L3", {"right": 1.0}, False),  # the exercise holds one hand up
        ("cross-twist", "L3", {"left": 1.0, "right": 1.0}, True),
    ],
)
def test_a_hand_held_up_for_two_seconds_stops(slug: str, level: str, hands: dict[str, float], stops: bool) -> None:
    someone = person(slug, level)
    someone.gets_going()
    someone.holds_up(**hands)
    someone.waits(RULES.gesture_s - 0.2)
    assert someone.coach.score.stage == "exercise"
    assert (someone.coach.gesture > 0.8) == stops
    someone.waits(0.4)
    assert (someone.coach.score.stage == "stopped") == stops
    assert (someone.coach.score.reason == "gesture") == stops


def test_a_hand_that_sinks_in_between_does_not_stop() -> None:
    someone = person()
    someone.gets_going()
    for _ in range(5):
        someone.holds_up(left=1.0)
        someone.waits(RULES.gesture_s - 0.2)
        someone.holds_up(left=0.0)
        someone.does()
    assert someone.coach.score.stage == "exercise"


@pytest.mark.parametrize(
    ("before", "now", "zone", "ends"),
    [
        (Pain(2, 1), (2, 1), "green", False),
        (Pain(2, 1), (4, 1), "amber", False),
        (Pain(2, 1), (6, 1), "red", True),
        (Pain(2, 1), (2, 3), "red", True),
        (Pain(2, 4), (2, 4), "green", False),
    ],
)
def test_pain_can_be_told_at_any_time_and_red_ends_the_set(
    before: Pain, now: tuple[int, int], zone: str, ends: bool
) -> None:
    someone = person(pain=before)
    someone.gets_going()
    noticed = someone.coach.command("pain", *now)
    assert told(noticed, "pain")[0]["zone"] == zone
    assert someone.coach.state()["pain"] == {"back": now[0], "leg": now[1], "zone": zone}
    assert (someone.coach.score.stage == "stopped") == ends
    assert someone.coach.score.final == ends
    someone.coach.command("resume")
    assert (someone.coach.score.stage == "stopped") == ends


def test_commands_work_where_they_fit_and_nowhere_else() -> None:
    someone = person()
    assert someone.coach.command("skip_rest") == []
    assert someone.coach.command("resume") == []
    someone.coach.command("start")
    assert someone.coach.score.stage == "ready"
    someone.coach.command("pause")
    someone.waits(5)
    assert (someone.coach.score.stage, someone.coach.score.reason) == ("paused", "asked")
    someone.coach.command("resume")
    someone.gets_going()
    someone.coach.command("stop")
    assert (someone.coach.score.stage, someone.coach.score.reason) == ("stopped", "asked")
    someone.waits(20)
    assert someone.coach.score.stage == "stopped"
    someone.coach.command("resume")
    assert someone.coach.score.stage == "frame"
    someone.coach.command("finish")
    assert someone.coach.score.stage == "done"
    for do in ("start", "pause", "resume", "stop", "skip_rest", "finish"):
        assert someone.coach.command(do) == []


def test_the_score_is_enough_to_go_on_from() -> None:
    someone = person()
    someone.gets_going()
    someone.repeats()
    again = Coach(someone.coach.plan, Score(**someone.coach.snapshot()))
    assert again.score == someone.coach.score
    other = Person(again)
    other.time_s = someone.time_s
    assert said(other.repeats()) == ["2"]


def test_the_time_of_exercise_is_added_up_without_the_pauses() -> None:
    someone = person()
    someone.gets_going()
    someone.waits(4)
    someone.coach.command("pause")
    someone.waits(30)
    someone.coach.command("resume")
    someone.gets_going()
    someone.waits(2)
    assert someone.coach.state()["elapsed_s"] == pytest.approx(6, abs=0.2)


def test_every_stage_is_led() -> None:
    assert set(person().coach._stages) == set(STAGES)


def _complete_set(someone: Person) -> None:
    for _ in range(10):
        someone.repeats(side="left")
        someone.repeats(side="right")


def _turn_too_far(someone: Person) -> None:
    someone.moves("out", 50.0)
    someone.waits(RULES.stop_sustained_s + 2 * FRAME_S)
    assert someone.coach.score.stage == "stopped"


def test_plans_know_their_sides() -> None:
    assert plan_of("cross-twist", "L1").is_two_sided
    assert not plan_of("bridge", "L1").is_two_sided
