"""The profile: ages by birthdays and by word, and values that nobody has."""

from datetime import date, timedelta
from typing import Any

import pytest

from openlumbar.care.profile import Profile
from openlumbar.errors import InputError
from openlumbar.physique import Physique

TODAY = date(2026, 3, 20)


def test_who_has_said_nothing_has_answered_nothing() -> None:
    nothing = Profile()
    assert [getattr(nothing, name) for name in Profile.__slots__] == [None] * len(Profile.__slots__)
    assert (nothing.age_on(TODAY), nothing.age_at_onset(TODAY)) == (None, None)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2000, 3, 20), 26),
        (date(2000, 3, 21), 25),
        (date(2000, 4, 1), 25),
        (date(2000, 2, 29), 26),
        (TODAY, 0),
        (TODAY + timedelta(days=1), None),
    ],
)
def test_the_age_counts_birthdays(born: date, age: float | None) -> None:
    assert Profile(born=born, age_years=99).age_on(TODAY) == age


def test_without_a_day_of_birth_the_age_is_the_one_that_was_said() -> None:
    assert Profile(age_years=41.5).age_on(TODAY) == 41.5


def test_the_age_at_onset() -> None:
    onset = date(2020, 6, 1)
    assert Profile(born=date(1970, 6, 2), onset=onset).age_at_onset(TODAY) == 49
    assert Profile(born=date(1970, 6, 1), onset=onset).age_at_onset(TODAY) == 50
    assert Profile(born=date(2021, 1, 1), onset=onset).age_at_onset(TODAY) is None
    assert Profile(born=date(1970, 6, 1)).age_at_onset(TODAY) is None
    assert Profile(onset=onset).age_at_onset(TODAY) is None
    four_years = Profile(age_years=50, onset=TODAY - timedelta(days=1461)).age_at_onset(TODAY)
    assert four_years == pytest.approx(47)
    assert Profile(age_years=3, onset=date(1990, 1, 1)).age_at_onset(TODAY) == 0


def test_the_physique_of_a_day() -> None:
    someone = Profile(born=date(1980, 1, 1), sex="female", height_cm=165, weight_kg=61)
    assert someone.physique_on(TODAY) == Physique(height_cm=165, weight_kg=61, sex="female", age=46)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"height_cm": 17}, "height-cm"),
        ({"weight_kg": 2}, "weight-kg"),
        ({"age_years": 140}, "age"),
        ({"sex": "cat"}, "sex"),
        ({"activity": "lazy"}, "activity"),
        ({"side": "front"}, "side"),
        ({"diagnosed": "yes"}, "diagnosed"),
        ({"cancer_signs": "no"}, "cancer_signs"),
        ({"stable_weakness": "no"}, "stable_weakness"),
        ({"curl_up_max": -1}, "curl_up_max"),
    ],
)
def test_what_nobody_has_is_refused(values: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=f"^{named}: "):
        Profile(**values)


@pytest.mark.parametrize(
    "values", [{"side": "both"}, {"activity": "active"}, {"activity": "inactive"}, {"curl_up_max": 0}]
)
def test_what_people_have_is_taken(values: dict[str, Any]) -> None:
    assert Profile(**values) == Profile(**values)
