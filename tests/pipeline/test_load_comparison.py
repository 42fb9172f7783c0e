import pytest

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.physique import Physique
from openlumbar.pipeline.load_comparison import compare, load_page, sentence

PERSON = Physique(174, 72, "male", 45)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_stands_side_by_side_the_least_first(language):
    found = compare(PERSON, language)
    levels = sum(len(exercise(slug).levels) for slug in exercise_slugs())

    assert len(found) == len(load_page().postures) + levels
    assert [each.load.value for each in found] == sorted(each.load.value for each in found)
    assert len({each.name for each in found}) == len(found)
    for each in found:
        assert f"{each.load.value:.1f}" in each.told


def test_what_is_prescribed_today_is_marked_and_nothing_else():
    found = compare(PERSON, "en", frozenset({("bridge", "L2")}))

    assert [each.load for each in found if each.is_prescribed] == [
        each.load for each in found if each.name == f"Bridge: {exercise('bridge').level('L2').name.en}"
    ]


def test_a_full_sit_up_is_the_heaviest_exercise_and_a_round_back_is_worse_than_holding_close():
    found = {each.name: each.load.value for each in compare(PERSON, "en")}

    assert (
        max(each.load.value for each in compare(PERSON, "en") if each.kind == "exercise")
        == found[f"{exercise('sit-up').name.en}: {exercise('sit-up').level('L4').name.en}"]
    )
    assert found["Lifting 10 kg from the floor with a round back"] > found["Holding 10 kg close to the body"]


def test_the_sentence_is_made_of_the_persons_own_numbers():
    assert "5 times" in sentence(PERSON, "en")
    assert "倍" in sentence(PERSON, "zh")


def test_every_statement_says_what_it_rests_on():
    assert all(each.source and each.text.en and each.text.zh for each in load_page().statements)
