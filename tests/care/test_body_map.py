"""The body map: the order of the sites, what has moved, and a figure that can be drawn and tapped."""

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.care.body_map import (
    SIDES,
    VIEWS,
    BodyMap,
    Mark,
    Point,
    Side,
    Site,
    View,
    body_map,
    mark_name,
    marks,
    most_distal,
    movement,
    outline,
    rank,
    regions,
)
from openlumbar.errors import InputError

SITES: tuple[Site, ...] = get_args(Site)
EVERY_MARK = [Mark(site, side) for site in SITES[1:] for side in SIDES]
any_marks = st.frozensets(st.sampled_from(EVERY_MARK))


def test_the_sites_run_from_nowhere_to_the_toes() -> None:
    assert [rank(site) for site in SITES] == list(range(8))
    assert ("none", *(named.id for named in body_map().sites)) == SITES
    assert SITES[1:] == ("back", "buttock", "thigh", "knee", "calf", "foot", "toes")


def test_marks_are_read_as_they_are_written() -> None:
    assert marks([]) == frozenset()
    assert marks([mark.id for mark in EVERY_MARK]) == frozenset(EVERY_MARK)
    assert marks(["calf_left"]) == {Mark("calf", "left")}


@pytest.mark.parametrize("name", ["none_left", "calf", "calf_middle", "", "arm_left"])
def test_a_mark_that_is_not_on_the_map_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="not on the body map"):
        marks(["calf_left", name])


def test_the_most_distal_site_is_of_one_side() -> None:
    here = marks(["back_left", "back_right", "knee_left", "thigh_left"])
    assert (most_distal(here, "left"), most_distal(here, "right")) == ("knee", "back")
    assert most_distal(frozenset(), "left") == "none"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], [], "same"),
        ([], ["back_left"], "same"),
        (["back_left"], [], "same"),
        (["back_left", "calf_left"], ["back_left", "thigh_left"], "centralised"),
        (["calf_left"], ["back_left"], "centralised"),
        (["buttock_right"], [], "centralised"),
        (["thigh_left"], ["calf_left"], "peripheralised"),
        (["back_right"], ["buttock_right"], "peripheralised"),
        ([], ["toes_left"], "peripheralised"),
        (["calf_left"], ["calf_right"], "peripheralised"),  # up on one side, down on the other: the worse one counts
        (["calf_left", "thigh_left"], ["calf_left"], "same"),
    ],
)
def test_what_has_moved(before: list[str], now: list[str], expected: str) -> None:
    assert movement(marks(before), marks(now)) == expected


@given(any_marks, any_marks)
def test_what_moves_down_moves_up_on_the_way_back(before: frozenset[Mark], now: frozenset[Mark]) -> None:
    there, back = movement(before, now), movement(now, before)
    assert (there == "same") == (back == "same")
    assert there != "centralised" or back == "peripheralised"


@given(any_marks, any_marks)
def test_the_sides_are_alike(before: frozenset[Mark], now: frozenset[Mark]) -> None:
    def mirrored(here: frozenset[Mark]) -> frozenset[Mark]:
        return frozenset(Mark(mark.site, "right" if mark.side == "left" else "left") for mark in here)

    assert movement(mirrored(before), mirrored(now)) == movement(before, now)


def test_every_site_of_each_side_can_be_tapped_in_some_view() -> None:
    drawn = {region.mark for view in VIEWS for region in regions(view)}
    assert drawn == set(EVERY_MARK)
    for view in VIEWS:
        here = [region.mark for region in regions(view)]
        assert len(set(here)) == len(here)
        assert all(region.view == view for region in regions(view))


def test_left_is_on_the_right_from_the_front_and_on_the_left_from_behind() -> None:
    for view, is_right in (("front", {"left": True, "right": False}), ("back", {"left": False, "right": True})):
        for region in regions(view):  # type: ignore[arg-type]
            middle = sum(x for x, _ in region.points) / len(region.points)
            assert (middle > 0.5) == is_right[region.mark.side]


@pytest.mark.parametrize("view", VIEWS)
def test_the_two_sides_mirror_each_other(view: View) -> None:
    by_mark = {region.mark: region.points for region in regions(view)}
    for mark, points in by_mark.items():
        other: Side = "right" if mark.side == "left" else "left"
        mirrored = by_mark[Mark(mark.site, other)]
        assert [1 - x for x, _ in points] == pytest.approx([x for x, _ in mirrored])
        assert [y for _, y in points] == [y for _, y in mirrored]


def test_the_outlines_lie_in_the_box_and_never_cross_themselves() -> None:
    for points in [outline(), *(region.points for view in VIEWS for region in regions(view))]:
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
        edges = [(points[number - 1], points[number]) for number in range(len(points))]
        for first, second in product(edges, edges):
            assert first == second or not _cross(*first, *second)


def test_a_tap_is_in_one_region_at_most_and_inside_the_figure() -> None:
    steps = [(number + 0.37) / 80 for number in range(80)]
    for view in VIEWS:
        hits = {region.mark: 0 for region in regions(view)}
        for point in product(steps, steps):
            tapped = [region.mark for region in regions(view) if _is_inside(point, region.points)]
            assert len(tapped) <= 1
            assert not tapped or _is_inside(point, outline())
            for mark in tapped:
                hits[mark] += 1
        assert min(hits.values()) > 10  # none is too small to hit


def test_further_down_is_lower_in_the_drawing() -> None:
    for view in VIEWS:
        lowest = {region.mark.site: max(y for _, y in region.points) for region in regions(view)}
        order = sorted(lowest, key=rank)
        assert [lowest[site] for site in order] == sorted(lowest.values())


def test_a_mark_has_a_name_in_both_languages() -> None:
    assert mark_name(Mark("calf", "left")).en == "Lower leg, left"
    assert mark_name(Mark("calf", "left")).zh == "左小腿"
    assert mark_name(Mark("none", "left")) == body_map().none
    names = {mark_name(mark).zh for mark in EVERY_MARK}
    assert len(names) == len(EVERY_MARK)
    assert all(region.name == mark_name(region.mark) for view in VIEWS for region in regions(view))


def test_a_file_with_a_slip_is_refused() -> None:
    content = body_map().model_dump(by_alias=True)
    BodyMap.model_validate(content)
    for site in (content["site"][0], {"id": "none", "name": content["none"]}):
        with pytest.raises(ValueError, match="each site is listed once"):
            BodyMap.model_validate(content | {"site": (*content["site"], site)})
    with pytest.raises(ValueError, match="drawn but not listed"):
        BodyMap.model_validate(content | {"site": content["site"][:-1]})


def test_nothing_of_the_map_counts_as_signed_off_before_a_clinician_signs() -> None:
    assert body_map().clinician_signoff == ""


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether two edges properly cross (touching ends do not count)."""
    return _turn(a, b, c) * _turn(a, b, d) < -1e-12 and _turn(c, d, a) * _turn(c, d, b) < -1e-12


def _is_inside(point: Point, points: tuple[Point, ...]) -> bool:
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
