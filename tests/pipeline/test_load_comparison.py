import re

import pytest

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.physique import Physique
from openlumbar.pipeline.load_comparison import PICTURED, compare, load_page, sentence, unknown_of

PERSON = Physique(174, 72, "male", 45)
SMALL_WOMAN = Physique(155, 52, "female", 60)
PEOPLE = [PERSON, SMALL_WOMAN, Physique()]


def loads(physique: Physique) -> dict[tuple[str, str], float]:
    """Return group and row → load."""
    return {(group.id, row.id): row.load.value for group in compare(physique, "en") for row in group.rows}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_stands_side_by_side_in_groups_the_least_first(language):
    groups = compare(PERSON, language)

    assert {group.id for group in groups} == {"everyday", "lifting", *exercise_slugs()}
    assert sum(len(group.rows) for group in groups) == len(load_page().postures) + sum(
        len(exercise(slug).levels) for slug in exercise_slugs()
    )
    heaviest = [group.rows[-1].load.value for group in groups[2:]]
    assert heaviest == sorted(heaviest)
    for group in groups:
        values = [row.load.value for row in group.rows]
        assert values == sorted(values)
        assert len({row.name for row in group.rows}) == len(group.rows)


def test_quiet_standing_is_the_measure_and_all_others_tell_their_range():
    for group in compare(PERSON, "en"):
        for row in group.rows:
            if row.id == "standing":
                assert row.load == (1.0, 1.0, 1.0)
                assert "to" not in row.told.split()
            else:
                assert row.load.low < row.load.value < row.load.high
                assert row.told == f"{row.load.value:.1f} × ({row.load.low:.1f} to {row.load.high:.1f})"


def test_what_is_prescribed_today_is_marked_and_nothing_else():
    found = compare(PERSON, "en", frozenset({("bridge", "L2")}))

    assert [(group.id, row.id) for group in found for row in group.rows if row.is_prescribed] == [("bridge", "L2")]


def test_what_only_a_clinician_opens_is_marked():
    locked = {(group.id, row.id) for group in compare(PERSON, "en") for row in group.rows if row.is_locked}

    assert ("sit-up", "L4") in locked
    assert locked == {(slug, level.id) for slug in exercise_slugs() for level in exercise(slug).levels if level.locked}


@pytest.mark.parametrize("physique", PEOPLE)
def test_the_relations_that_the_page_tells_hold_for_anybody(physique):
    found = loads(physique)
    daily = {name: value for (group, name), value in found.items() if group == "everyday"}
    lifting = {name: value for (group, name), value in found.items() if group == "lifting"}
    exercises = {name: value for name, value in found.items() if name[0] in exercise_slugs()}

    assert daily["supine"] < daily["slouched"] < daily["standing"] == 1 < daily["walking"] < daily["lean"]
    assert max(exercises, key=exercises.__getitem__) == ("sit-up", "L4")
    assert lifting["close_10"] < lifting["close_20"] < lifting["round_20"]
    assert lifting["close_10"] < lifting["round_10"] < lifting["round_20"]


def test_what_is_not_known_widens_the_ranges():
    known, unknown = ({row.id: row.load for row in compare(each, "en")[1].rows} for each in (PERSON, Physique()))

    for name, load in known.items():
        assert (load.high - load.low) / load.value < (unknown[name].high - unknown[name].low) / unknown[name].value


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("physique", PEOPLE)
def test_the_sentence_is_made_of_the_persons_own_numbers(physique, language):
    found = loads(physique)
    full, curl_up = found["sit-up", "L4"], found["sit-up", "L2"]

    times, low, high, ratio = map(float, re.findall(r"\d+(?:\.\d+)?", sentence(physique, language)))

    assert abs(times - full) <= 0.5
    assert low < full < high
    assert abs(ratio - full / curl_up) <= 0.05 + 1e-9


def test_an_average_person_is_not_called_you():
    assert "your disc" in sentence(PERSON, "en")
    assert "your" not in sentence(Physique(174, 72, "male"), "en")
    assert "您" not in sentence(Physique(), "zh")
    assert unknown_of(Physique(174, None, "male")) == ("weight_kg", "age")


def test_every_statement_and_posture_says_what_it_rests_on_in_both_languages():
    page = load_page()

    for each in (*page.statements, *page.postures):
        assert each.source
    for text in (*(each.text for each in page.statements), *(each.heading for each in page.statements)):
        assert text.en != text.zh
    assert set(PICTURED) <= {each.id for each in page.postures if each.kind == "everyday"}
