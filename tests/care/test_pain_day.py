"""The zone of a whole day, against the clinical table written out again."""

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.care.body_map import SIDES, Mark, Marks, Site, marks, movement
from openlumbar.care.pain import DayPain, DayReason, Pain, day_rules, day_zone, zone

SITES: tuple[Site, ...] = get_args(Site)
ORDER = ["green", "open", "amber", "red"]
NOWHERE: Marks = frozenset()
CALM = DayPain(Pain(1, 0), None, Pain(1, 0), Pain(1, 0), NOWHERE, NOWHERE, NOWHERE)
LEG = marks(["calf_left"])
pains = st.builds(Pain, st.integers(0, 10), st.integers(0, 10))
maps = st.frozensets(st.sampled_from([Mark(site, side) for site in SITES[1:] for side in SIDES]), max_size=3)
maybe_pains, maybe_maps = st.none() | pains, st.none() | maps
days = st.builds(DayPain, maybe_pains, maybe_pains, maybe_pains, maybe_pains, maybe_maps, maybe_maps, maybe_maps)


def with_leg(**pains: Pain) -> DayPain:
    return replace(CALM, sites_before=LEG, sites_after=LEG, sites_next_day=LEG, **pains)


@pytest.mark.parametrize("before_leg", range(9))
def test_each_back_and_leg_after_a_set_has_the_zone_of_the_table(before_leg: int) -> None:
    before = Pain(2, before_leg)
    for back, leg in product(range(11), range(11)):
        rise = leg - before_leg
        expected = "red" if back > 5 or rise >= 2 else "amber" if back >= 3 or rise == 1 else "green"
        assert day_zone(with_leg(before=before, after=Pain(back, leg), next_day=before)).zone == expected
        during = with_leg(before=before, during=Pain(back, leg), after=before, next_day=before)
        assert day_zone(during).zone == expected


def test_each_pain_a_day_later_has_the_zone_of_the_table() -> None:
    for before_back, back, before_leg, leg in product(range(3), range(11), range(9), range(11)):
        before = Pain(before_back, before_leg)
        rise = max(back - before_back, leg - before_leg)
        expected = "red" if back > 5 or rise >= 2 else "amber" if back >= 3 or rise == 1 else "green"
        day = with_leg(before=before, after=before, next_day=Pain(back, leg))
        assert day_zone(day).zone == expected
        assert day_zone(day).red_the_day_after == (expected == "red")


@pytest.mark.parametrize("back", range(11))
def test_the_back_s_pain_before_the_set_counts_too(back: int) -> None:
    day = replace(CALM, before=Pain(back, 0), after=Pain(1, 0), next_day=Pain(min(back, 1), 0))
    assert day_zone(day).zone == ("red" if back > 5 else "amber" if back >= 3 else "green")


@pytest.mark.parametrize("moment", ["sites_after", "sites_next_day"])
@pytest.mark.parametrize("further", ["foot_left", "calf_right", "thigh_right"])
def test_pain_further_down_is_red_whatever_its_strength(moment: str, further: str) -> None:
    day = replace(with_leg(), **{moment: LEG | marks([further])})  # type: ignore[arg-type]
    found = day_zone(day)
    assert (found.zone, found.reasons[0]) == ("red", "further_down")
    assert found.red_the_day_after == (moment == "sites_next_day")


def centralised(back_after: int, back_next: int = 1, leg: int = 0) -> DayPain:
    back = marks(["back_left"])
    return DayPain(Pain(1, 4), None, Pain(back_after, leg), Pain(back_next, 0), LEG, back, back)


@pytest.mark.parametrize(("back", "expected"), [(2, "green"), (3, "amber"), (5, "amber"), (6, "amber"), (7, "red")])
def test_a_leg_that_centralises_lets_the_back_hurt_more_up_to_the_limit(back: int, expected: str) -> None:
    found = day_zone(centralised(back))
    assert found.zone == expected
    assert ("back_risen_centralised" in found.reasons) == (back == 6)
    assert ("back_high" in found.reasons) == (back == 7)


@pytest.mark.parametrize(("back", "expected"), [(1, "green"), (2, "amber"), (3, "amber"), (6, "amber"), (7, "red")])
def test_a_centralising_leg_eases_the_back_of_the_day_after(back: int, expected: str) -> None:
    found = day_zone(centralised(1, back))
    assert found.zone == expected
    assert found.red_the_day_after == (expected == "red")


def test_centralising_never_eases_the_leg() -> None:
    assert day_zone(centralised(1, leg=6)).zone == "red"
    assert day_zone(centralised(1, leg=5)).zone == "amber"
    later = replace(centralised(1), next_day=Pain(1, 6))
    assert (day_zone(later).zone, day_zone(later).red_the_day_after) == ("red", True)


def test_pain_of_a_back_that_only_stays_is_not_eased() -> None:
    back = marks(["back_left"])
    day = DayPain(Pain(1, 0), None, Pain(6, 0), Pain(1, 0), back, back, back)
    assert day_zone(day).zone == "red"
    assert day_zone(replace(centralised(6), sites_before=None)).zone == "red"
    assert day_zone(replace(centralised(6), sites_after=None)).zone == "red"


@pytest.mark.parametrize("moment", ["before", "after", "next_day"])
def test_a_missing_answer_is_not_green(moment: str) -> None:
    found = day_zone(replace(CALM, **{moment: None}))  # type: ignore[arg-type]
    assert (found.zone, found.reasons) == ("open", (f"{moment}_missing",))


@pytest.mark.parametrize("moment", ["sites_before", "sites_after", "sites_next_day"])
@pytest.mark.parametrize("pain", ["before", "during", "after", "next_day"])
def test_where_a_leg_hurts_has_to_be_known(moment: str, pain: str) -> None:
    painless = DayPain(Pain(1, 1), Pain(1, 0), Pain(1, 0), Pain(1, 0))
    assert day_zone(painless).reasons == ("sites_missing",)
    day = replace(with_leg(before=Pain(1, 1)), **{moment: None})  # type: ignore[arg-type]
    assert (day_zone(day).zone, day_zone(day).reasons) == ("open", ("sites_missing",))
    # Any moment with leg pain asks for it; a leg that never hurt does not.
    hurt = replace(CALM, sites_before=None, **{pain: Pain(1, 1)})  # type: ignore[arg-type]
    assert "sites_missing" in day_zone(hurt).reasons
    assert day_zone(replace(CALM, **{moment: None})).zone == "green"  # type: ignore[arg-type]


def test_nothing_said_is_open_and_what_is_said_still_counts() -> None:
    assert day_zone(DayPain()).reasons == ("before_missing", "after_missing", "next_day_missing")
    assert day_zone(DayPain(after=Pain(6, 0))).zone == "red"
    assert day_zone(DayPain(before=Pain(4, 0))).zone == "amber"


def test_reasons_come_in_the_order_of_the_file_and_have_words() -> None:
    assert tuple(day_rules().reasons) == get_args(DayReason)
    found = day_zone(with_leg(before=Pain(0, 0), during=Pain(3, 1), after=Pain(7, 3), next_day=Pain(1, 0)))
    assert found.reasons == ("leg_risen", "back_high", "leg_up", "back_middling", "next_day_up")
    assert found.why() == day_rules().reasons["leg_risen"]
    assert day_zone(CALM).why() == day_rules().calm
    assert day_rules().clinician_signoff == ""


@given(days)
def test_green_has_every_answer_and_nothing_against_it(day: DayPain) -> None:
    found = day_zone(day)
    assert (found.zone == "green") == (not found.reasons)
    if found.zone == "green":
        assert day.before is not None
        assert day.after is not None
        assert day.next_day is not None
        assert max(day.before.back, day.after.back, day.next_day.back) <= 2
        assert day.next_day.leg <= day.before.leg >= day.after.leg


@given(days, pains)
def test_one_more_answer_of_pain_never_makes_what_was_said_milder(day: DayPain, pain: Pain) -> None:
    quiet = replace(day, during=None)
    assert ORDER.index(day_zone(replace(day, during=pain)).zone) >= min(ORDER.index(day_zone(quiet).zone), 2)


@given(days)
def test_taking_an_answer_away_never_makes_a_day_green(day: DayPain) -> None:
    for moment in ("before", "after", "next_day"):
        assert day_zone(replace(day, **{moment: None})).zone != "green"  # type: ignore[arg-type]


@given(days)
def test_a_moment_that_was_red_makes_the_day_red_unless_the_leg_centralised(day: DayPain) -> None:
    if day.before is None or day.after is None or zone(day.before, day.after) != "red":
        return
    is_centralised = (
        day.sites_before is not None
        and day.sites_after is not None
        and movement(day.sites_before, day.sites_after) == "centralised"
    )
    assert day_zone(day).zone == "red" or is_centralised
