"""The content files of the gate: the clinical table word for word, the cards beside it, and what the loader refuses."""

import copy
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from openlumbar.cards import Text, exercise
from openlumbar.care.gate_words import OUTCOMES, GateWords, gate_words
from openlumbar.care.safety_rules import GroupB, Matrix, Stages, group_b, matrix, stages

from .gate_people import EXERCISES, MASSAGES

CLINICAL_TABLE = """
acute_or_severe_pain                          X X X X            X     X X        +
central_large_or_calcified_herniation         X X K K            X     X K        +
stenosis                                      ~ X ~ K            X     X X        +
spondylolisthesis_or_pars_defect              ~ X ~ K            X     X X        +
osteoporosis_old_fracture_or_steroids         X X ~ K            X     X X        +
inflammatory_tumour_tuberculosis_or_infection X X X X            X     X X        K
pregnancy                                     X K K K-side_lying X     X K        K
anticoagulant_or_bleeding                     ~ ~ + K-light      K     X K-light  K
uncontrolled_pressure_heart_or_lung_disease   ~ ~ ~ K            X     X K        K
recent_spine_surgery_or_fusion                K K K K            X     X K        K
abdominal_hernia                              X ~ + ~            X     X +        +
broken_or_infected_skin_or_allergy            + + + X-local      X-belt X X-local X
"""
"""The matrix as it was decided, columns SU TW BR S1 S2 S3 S4 OI: a change of the content has to be made here too."""

ACTIONS = {"blocked": "X", "clearance": "K", "adapt": "~"}
MODELS: dict[str, type[BaseModel]] = {
    "group_b": GroupB,
    "conditions": Matrix,
    "stages": Stages,
    "gate": GateWords,
}


def content(name: str) -> dict[str, Any]:
    return tomllib.loads(files("openlumbar.content").joinpath("safety", f"{name}.toml").read_text(encoding="utf-8"))


def test_the_matrix_is_the_clinical_table() -> None:
    rows = [line.split() for line in CLINICAL_TABLE.strip().splitlines()]
    letters = [activity.letter for activity in matrix().activities]
    assert letters == ["SU", "TW", "BR", "S1", "S2", "S3", "S4", "OI"]
    shipped = [
        [
            condition.id,
            *(
                f"{condition.cells[letter]}{'-' if letter in condition.qualifiers else ''}"
                f"{condition.qualifiers.get(letter, '')}"
                for letter in letters
            ),
        ]
        for condition in matrix().conditions
    ]
    assert shipped == rows


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_cards_say_the_same_as_the_matrix(slug: str) -> None:
    letter = matrix().activity(slug).letter
    shipped = {row.id: row.cells[letter] for row in matrix().conditions if row.cells[letter] != "+"}
    said = {each.condition: each for each in exercise(slug).contraindications}
    assert {key: ACTIONS[each.action] for key, each in said.items()} == shipped
    for row in matrix().conditions:
        if letter in row.adapt:
            assert row.adapt[letter].text == said[row.id].text
            known = {level.id for level in exercise(slug).levels if not level.locked}
            assert set(row.adapt[letter].levels or known) <= known


def test_all_that_has_levels_is_an_exercise_that_ships() -> None:
    for stage in stages().stages:
        assert list(stage.levels) == EXERCISES
        assert list(stage.massage) == MASSAGES
        for slug, levels in stage.levels.items():
            assert set(levels) <= {level.id for level in exercise(slug).levels}
    assert set(stages().morning.activities) <= set(EXERCISES)


def test_a_later_stage_opens_no_less_of_an_exercise_that_it_shares() -> None:
    for earlier, later in zip(stages().stages, stages().stages[1:], strict=False):
        for slug in EXERCISES:
            assert set(earlier.levels[slug]) <= set(later.levels[slug])
        for slug in MASSAGES:
            assert "XK+".index(earlier.massage[slug]) <= "XK+".index(later.massage[slug])


def test_only_the_row_that_is_worked_out_is_not_asked() -> None:
    assert [row.id for row in matrix().conditions if row.question is None] == ["acute_or_severe_pain"]
    asked = [row.id for row in group_b().rows if row.question is not None]
    assert asked == ["b1", "b3_undiagnosed", "b3_weakness", "b4"]


def test_the_outcomes_stand_in_the_order_of_strictness() -> None:
    assert OUTCOMES == ("go", "adapt", "incomplete", "clinician", "blocked", "emergency")
    assert set(gate_words().outcome) == set(OUTCOMES)


def texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, dict | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


@pytest.mark.parametrize("load", [group_b, matrix, stages, gate_words])
def test_every_text_is_whole_in_both_languages(load: Callable[[], BaseModel]) -> None:
    found = list(texts(load()))
    assert len(found) > 5
    for text in found:
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
        assert (text.en[-1] in ".?") == (text.zh[-1] in "。？"), text.en


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_signed_yet(name: str) -> None:
    assert content(name)["clinician_signoff"] == ""


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[int(step)] if isinstance(data, list) else data[step]
        del data[int(last) if isinstance(data, list) else last]

    return change


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(data: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[int(step)] if isinstance(data, list) else data[step]
        data[int(last) if isinstance(data, list) else last] = value

    return change


def twice(table: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[table].append(copy.deepcopy(data[table][0]))


def order(*numbers: int) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update(stage=[data["stage"][number] for number in numbers])


BROKEN: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("group_b", twice("row"), "row b1 is there twice"),
    ("group_b", put("row.0.id", "a1"), "row.0.id"),
    ("group_b", drop("row.1.limit"), "b2_under_18: give a 'limit'"),
    ("group_b", put("row.0.limit", {"value": 1, "unit": "x", "basis": "product", "source": "x"}), "b1: give a 'limit'"),
    ("group_b", put("row.0.clearance_days", 0), "clearance_days"),
    ("group_b", drop("row.0.source"), "source"),
    ("conditions", twice("condition"), "condition acute_or_severe_pain is there twice"),
    ("conditions", twice("activity"), "activity sit-up is there twice"),
    ("conditions", put("activity.0.letter", "TW"), "letter TW is there twice"),
    ("conditions", put("mark.0.sign", "K"), "mark K is there twice"),
    ("conditions", twice("qualifier"), "qualifier side_lying is there twice"),
    ("conditions", drop("condition.2.cells.OI"), "stenosis: cells and activities differ at OI"),
    ("conditions", put("condition.2.cells.ZZ", "+"), "stenosis: cells and activities differ at ZZ"),
    ("conditions", put("condition.2.cells.OI", "?"), "cells.OI"),
    ("conditions", put("condition.2.cells.OI", "~"), "stenosis: 'adapt' and the cells '~' differ at OI"),
    ("conditions", drop("condition.2.adapt.SU"), "stenosis: 'adapt' and the cells '~' differ at SU"),
    ("conditions", put("condition.2.cells.SU", "X"), "stenosis: 'adapt' and the cells '~' differ at SU"),
    ("conditions", put("condition.6.qualifiers.S1", "lying"), "pregnancy: the qualifier lying is not defined"),
    ("conditions", put("condition.2.qualifiers", {"SU": "light"}), "stenosis: the qualifier of SU stands beside"),
    ("conditions", drop("condition.0.severe_from"), "'severe_from' belongs to"),
    (
        "conditions",
        put("condition.1.severe_from", {"value": 1, "unit": "x", "basis": "product", "source": "x"}),
        "'severe_from' belongs to",
    ),
    ("stages", twice("stage"), "stage acute is there twice"),
    ("stages", order(0, 2, 1, 3), "the stages follow each other"),
    ("stages", order(0, 1, 2), "the stages follow each other"),
    ("stages", drop("stage.1.to_days"), "the stages follow each other"),
    ("stages", put("stage.1.to_days", 3), "the stages follow each other"),
    ("stages", put("stage.3.to_days", 100), "the stages follow each other"),
    ("stages", drop("stage.1.levels.bridge"), "stage early does not name the same activities"),
    ("stages", drop("stage.1.massage.relax"), "stage early does not name the same activities"),
    ("gate", drop("outcome.blocked"), "blocked has no words"),
    ("gate", drop("missing.onset"), "onset has no words"),
    ("gate", put("missing.shoe_size", {"en": "x", "zh": "x"}), "missing.shoe_size"),
]


@pytest.mark.parametrize(("name", "change", "told"), BROKEN, ids=[f"{name}: {told}" for name, _, told in BROKEN])
def test_a_broken_file_is_refused_with_the_place(
    name: str, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    data = content(name)
    MODELS[name].model_validate(data)
    change(data)
    with pytest.raises(ValidationError, match=re.escape(told)):
        MODELS[name].model_validate(data)
