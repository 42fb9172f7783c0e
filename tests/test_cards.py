"""The cards: the contract's numbers, the clinical table, the languages, and the loader's refusals."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from openlumbar.cards import Advice, Card, Level, Text, exercise, exercise_slugs, load_card
from openlumbar.content import __path__ as content_path
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES

SLUGS = ("bridge", "cross-twist", "sit-up")
EXERCISES = Path(content_path[0]) / "exercises"

CONTRACT_FAULTS = {
    "sit-up": {
        "too_fast": ("out_s", "<", 0.5),
        "too_high": ("peak", ">", 45),
        "knees_straight": ("knee_angle_deg.median", ">", 130),
        "incomplete": ("peak", "<", 20),
    },
    "bridge": {
        "low_rise": ("peak", "<", 7),
        "short_hold": ("hold_share", "<", 0.8),
        "over_arched": ("hip_angle_deg.max", ">", 185),
        "fast_lowering": ("back_s", "<", 0.7),
    },
    "cross-twist": {
        "narrow_stance": ("stance_ratio.median", "<", 0.8),
        "wrong_side_first": ("wrong_side", ">", 0.5),
        "arm_down": ("raised_wrist_above_head_cm.median", "<", 0),
        "over_rotation": ("peak", ">", 45),
        "leaning": ("side_bend_deg.max_abs", ">", 15),
        "ballistic": ("out_s", "<", 0.5),
    },
}

DOSES = {
    "sit-up": {"L0": (1, 10, 5), "L1": (1, 5, 5), "L2": (1, 3, 0), "L3": (3, 10, 0), "L4": (3, 10, 0)},
    "bridge": {"L0": (1, 10, 0), "L1": (1, 5, 3), "L2": (1, 10, 5), "L3": (2, 10, 5), "L4": (1, 10, 0)},
    "cross-twist": {"L1": (2, 10, 0), "L2": (2, 15, 0), "L3": (2, 20, 0), "L4": (4, 25, 0)},
}
"""Sets a day, repetitions, hold in s."""

STAGES = {  # first 72 h, to 6 weeks, to 12 weeks, after
    "sit-up": ["", "L0 L1", "L0 L1 L2", "L0 L1 L2 L3"],
    "bridge": ["", "L1 L2", "L1 L2", "L0 L1 L2 L3"],
    "cross-twist": ["", "", "L1 L2", "L1 L2 L3"],
}

CONDITIONS = {  # sit-up, cross-twist, bridge: X blocked, K clearance, ~ adapt, + go
    "acute_or_severe_pain": "XXX",
    "central_large_or_calcified_herniation": "XXK",
    "stenosis": "~X~",
    "spondylolisthesis_or_pars_defect": "~X~",
    "osteoporosis_old_fracture_or_steroids": "XX~",
    "inflammatory_tumour_tuberculosis_or_infection": "XXX",
    "pregnancy": "XKK",
    "anticoagulant_or_bleeding": "~~+",
    "uncontrolled_pressure_heart_or_lung_disease": "~~~",
    "recent_spine_surgery_or_fusion": "KKK",
    "abdominal_hernia": "X~+",
    "broken_skin_or_allergy": "+++",
}

MEASURES = {"peak", "hold_s", "out_s", "back_s", "wrong_side", "hold_share"}
TAKES = {"max", "min", "max_abs", "median", "rest", "range"}


@pytest.fixture(params=SLUGS)
def card(request: pytest.FixtureRequest) -> Card:
    return exercise(request.param)


def is_measure(text: str) -> bool:
    signal, _, take = text.partition(".")
    return text in MEASURES or (signal in SIGNAL_NAMES and take in TAKES)


def texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def test_the_three_exercises_ship() -> None:
    assert exercise_slugs() == SLUGS


def test_faults_are_the_contracts(card: Card) -> None:
    def rule_of(fault: Any) -> tuple[str, str, float]:
        limit = fault.below or fault.above
        return fault.measure, "<" if fault.below else ">", limit.value

    assert {fault.code: rule_of(fault) for fault in card.faults} == CONTRACT_FAULTS[card.slug]


@pytest.mark.parametrize(
    ("slug", "measure", "counted", "noticed"),
    [
        ("bridge", "hip_rise_cm", 5, 2.5),
        ("sit-up", "trunk_angle_deg", 15, 8),
        ("cross-twist", "trunk_yaw_deg", 10, 6),
    ],
)
def test_what_counts_is_the_contracts(slug: str, measure: str, counted: float, noticed: float) -> None:
    drive = exercise(slug).drive
    assert (drive.measured_as, drive.counted.value, drive.noticed.value) == (measure, counted, noticed)


def test_levels_move_limits_the_way_they_are_prescribed() -> None:
    limits = {
        (slug, level.id, code): limit.value
        for slug in SLUGS
        for level in exercise(slug).levels
        for code, limit in level.limits.items()
    }
    assert limits[("sit-up", "L4", "incomplete")] == 55
    assert limits[("bridge", "L1", "low_rise")] == 3.5
    assert limits[("bridge", "L1", "counted")] == 3
    for slug, level, code in limits:
        if code == "noticed":
            assert limits[(slug, level, "noticed")] < limits[(slug, level, "counted")]


def test_no_level_flags_what_it_asks_for() -> None:
    sit_up = {fault.code: fault for fault in exercise("sit-up").faults}
    assert "L4" not in sit_up["too_high"].levels
    assert "L1" not in sit_up["knees_straight"].levels
    bridge = {fault.code: fault for fault in exercise("bridge").faults}
    without_hold = {level.id for level in exercise("bridge").levels if level.dose.hold_s == 0}
    assert not without_hold & set(bridge["short_hold"].levels)


def test_doses_are_the_clinical_tables(card: Card) -> None:
    doses = {level.id: (level.dose.sets_a_day, level.dose.repetitions, level.dose.hold_s) for level in card.levels}
    assert doses == DOSES[card.slug]
    assert card.default_level == "L2"


def test_the_sources_own_dose_is_where_it_belongs() -> None:
    assert [level.id for level in exercise("bridge").levels if level.dose.source.startswith("S5")] == ["L2"]
    assert [level.id for level in exercise("sit-up").levels if level.dose.source.startswith("S2")] == ["L4"]
    twist = exercise("cross-twist").level("L4")
    assert twist.dose.sets_a_day * twist.dose.repetitions == 100
    assert not twist.dose.per_side


def test_only_the_last_level_is_locked(card: Card) -> None:
    assert [level.id for level in card.levels if level.locked] == ["L4"]


def test_the_curl_up_dose_starts_at_the_rules_smallest_number() -> None:
    level = exercise("sit-up").level("L2")
    assert level.physique_dose is not None
    rule = level.physique_dose
    assert level.dose.repetitions == rule.fewest
    assert (rule.share, rule.fewest, rule.most, rule.test_stop) == (0.5, 3, 10, 15)
    assert (rule.cautious_factor, rule.cautious_age, rule.cautious_bmi, rule.fallback_level) == (
        0.7,
        65,
        30,
        "L0",
    )


def test_stages_are_the_clinical_rules(card: Card) -> None:
    assert [" ".join(stage.levels) for stage in card.stages] == STAGES[card.slug]
    ends = [stage.to_days for stage in card.stages]
    assert [stage.from_days for stage in card.stages] == [0, 3, 42, 84]
    assert ends == [3, 42, 84, None]


def test_conditions_are_the_clinical_matrix() -> None:
    signs = {"blocked": "X", "clearance": "K", "adapt": "~"}
    columns = [
        {item.condition: signs[item.action] for item in exercise(slug).contraindications}
        for slug in ("sit-up", "cross-twist", "bridge")
    ]
    assert set().union(*columns) <= set(CONDITIONS)
    for condition, row in CONDITIONS.items():
        assert "".join(column.get(condition, "+") for column in columns) == row, condition


@pytest.mark.parametrize(
    ("slug", "fact", "basis"),
    [
        ("sit-up", "3.3 kN", "read"),
        ("sit-up", "about 2 kN", "remembered"),
        ("sit-up", "an hour after getting up", "remembered"),
        ("sit-up", "95/75 s", "remembered"),
        ("bridge", "walking", "read"),
        ("bridge", "146/189 s", "remembered"),
        ("cross-twist", "1 to 2 degrees", "read"),
        ("cross-twist", "fewer cycles", "read"),
        ("cross-twist", "lock the hips", "remembered"),
    ],
)
def test_facts_say_what_they_rest_on(slug: str, fact: str, basis: str) -> None:
    card = exercise(slug)
    advice: list[Advice] = [item for item in (*card.setup, *card.notes) if fact in item.text.en]
    assert [item.basis for item in advice] == [basis]


def test_every_signal_and_measure_exists(card: Card) -> None:
    measures = [fault.measure for fault in card.faults] + [band.measure for band in card.bands if band.measure]
    measures += [gate.signal for gate in card.gates if gate.when == "repetition"]
    signals = {card.drive.signal, *card.case_signals, *(name for case in card.cases for name in case.signals)}
    signals |= {gate.signal for gate in card.gates if gate.when != "repetition"}
    assert [measure for measure in measures if not is_measure(measure)] == []
    assert signals <= set(SIGNAL_NAMES)


def test_every_gate_has_a_limit(card: Card) -> None:
    assert all(gate.at_least or gate.at_most for gate in card.gates)


def test_bands_warn_before_they_stop(card: Card) -> None:
    for band in card.bands:
        limits = [band.at_least, band.at_most, band.warn_above, band.stop_above]
        values = [limit.value for limit in limits if limit]
        assert values == sorted(values), band.name.en
        assert len({limit.unit for limit in limits if limit}) == 1, band.name.en


def test_cases_cover_every_fault_and_both_outcomes(card: Card) -> None:
    named = {code for case in card.cases for code in case.expect_faults}
    assert named == {fault.code for fault in card.faults}
    assert len(card.cases) >= 8
    assert any(case.expect_counted == len(case.repetitions) and not case.expect_faults for case in card.cases)
    assert any(0 < case.expect_counted < len(case.repetitions) for case in card.cases)
    assert {case.expect_reason for case in card.cases} >= {"no_repetitions", "wrong_view", None}
    assert len({case.name for case in card.cases}) == len(card.cases)


def test_the_camera_place_is_the_cards_view(card: Card) -> None:
    places = [item.text.en for item in card.setup if "camera" in item.text.en]
    assert len(places) == 1
    assert ("at your side" if card.view == "side" else "in front of you") in places[0]


def test_nobody_has_signed_yet(card: Card) -> None:
    assert card.clinician_signoff == ""


def test_both_languages_say_everything(card: Card) -> None:
    found = list(texts(card))
    assert len(found) > 40
    for text in found:
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text.zh
        assert not re.search(r"[\u4e00-\u9fff][,.;:?!()]|[,.;:?!()][\u4e00-\u9fff]", text.zh), text.zh
        assert not re.search(r"[^\x00-\x7f\u00b0\u2013]", text.en), text.en
        assert text.en.endswith(".") == text.zh.endswith("。"), text.en


def test_chinese_is_simplified(card: Card) -> None:
    for text in texts(card):
        han = "".join(re.findall(r"[\u4e00-\u9fff]", text.zh))
        assert han.encode("gb2312", errors="ignore").decode("gb2312") == han, text.zh  # a traditional form has no code


def test_an_unknown_exercise_is_refused_with_the_choice() -> None:
    with pytest.raises(InputError, match=r"exercise plank: is not known; choose one of bridge, .*auto"):
        exercise("plank")


def test_an_unknown_level_is_refused_with_the_choice() -> None:
    with pytest.raises(InputError, match=r"level L0: cross-twist has no such level; choose one of L1, L2"):
        exercise("cross-twist").level("L0")


def test_the_default_level_is_used_when_none_is_named(card: Card) -> None:
    level: Level = card.level()
    assert level.id == card.default_level


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Write a copy of the bridge card with one passage changed."""
    text = (EXERCISES / "bridge.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "card.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('slug = "bridge"', 'slug = "Bridge"', "slug"),
        ('slug = "bridge"', "slug = ", "is not valid TOML"),
        ('slug = "bridge"', 'slug = "bridge"\ncolour = "red"', "colour"),
        ('default_level = "L2"', 'default_level = "L7"', "level L7 is named but not defined"),
        ('id = "L1"', 'id = "L0"', "two levels have the same id"),
        ('code = "fast_lowering"', 'code = "over_arched"', "two faults have the same code"),
        ('levels = ["L1", "L2"]', 'levels = ["L9"]', "level L9 is named but not defined"),
        ("low_rise = {", "low_ries = {", "unknown fault 'low_ries'"),
        ('why_locked.en = "On', 'why_other.en = "On', "level"),
        (
            'measure = "back_s"\nbelow',
            'measure = "back_s"\nabove = { value = 1, unit = "s", basis = "read", source = "x" }\nbelow',
            "exactly one of 'above' and 'below'",
        ),
        ("stop_above = { value = 3,", "stop = { value = 3,", "band"),
        ('basis = "read"', 'basis = "guessed"', "basis"),
    ],
)
def test_a_broken_card_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as refusal:
        load_card(changed(tmp_path, old, new))
    assert str(refusal.value).startswith("card.toml: ")


def test_a_locked_level_says_why(tmp_path: Path) -> None:
    path = changed(tmp_path, "by_clock = true", "by_clock = true\nlocked = true")
    with pytest.raises(InputError, match="a locked level says why"):
        load_card(path)


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such card"):
        load_card(tmp_path / "none.toml")
