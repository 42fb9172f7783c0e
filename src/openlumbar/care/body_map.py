"""Where pain is felt: sites from the back to the toes on each side, and whether pain has moved up or down the leg."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openlumbar.cards import Basis, Text
from openlumbar.care.wording import fill
from openlumbar.errors import InputError

Site = Literal["none", "back", "buttock", "thigh", "knee", "calf", "foot", "toes"]
"""Where the pain of one side ends, in the order from nowhere to the toes (a page lists them in this order)."""

Side = Literal["left", "right"]
View = Literal["front", "back"]
Movement = Literal["centralised", "peripheralised", "same"]
Point = tuple[float, float]

SIDES: tuple[Side, ...] = ("left", "right")
VIEWS: tuple[View, ...] = ("front", "back")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedSite(_Frozen):
    """A site and its name."""

    id: Site
    name: Text


class HalfRegion(_Frozen):
    """The outline of a site on one half of a view; the other half mirrors it."""

    view: View
    site: Site
    points: tuple[Point, ...] = Field(min_length=3)


class Figure(_Frozen):
    """One half of the body's outline, from the crown to the crotch."""

    outline: tuple[Point, ...] = Field(min_length=3)


class BodyMap(_Frozen):
    """The file of the body map."""

    clinician_signoff: str
    width_to_height: float = Field(gt=0)
    basis: Basis
    source: str = Field(min_length=1)
    region_name: Text
    none: Text
    sides: dict[Side, Text]
    views: dict[View, Text]
    sites: tuple[NamedSite, ...] = Field(alias="site", min_length=1)
    movement: dict[Movement, Text]
    figure: Figure
    half_regions: tuple[HalfRegion, ...] = Field(alias="region", min_length=1)

    @model_validator(mode="after")
    def _every_site_once(self) -> Self:
        ids = [site.id for site in self.sites]
        if len(set(ids)) < len(ids) or "none" in ids:
            raise ValueError("each site is listed once, and 'none' is not one of them")
        if unknown := {region.site for region in self.half_regions} - set(ids):
            raise ValueError(f"region {min(unknown)} is drawn but not listed as a site")
        return self


@dataclass(frozen=True, slots=True)
class Mark:
    """A site of one side that hurts."""

    site: Site
    side: Side

    @property
    def id(self) -> str:
        """Return how forms and records write it: "calf_left"."""
        return f"{self.site}_{self.side}"


Marks = frozenset[Mark]
"""Everything that hurts; empty: nothing does. Not having been asked is None, never empty."""


@dataclass(frozen=True, slots=True)
class Region:
    """An outline that a page draws and that stands for a mark: points (x, y) of 0 to 1, y downwards."""

    mark: Mark
    view: View
    name: Text
    points: tuple[Point, ...]


@cache
def body_map() -> BodyMap:
    """Read and validate the body map that ships."""
    text = files("openlumbar.content").joinpath("care", "body_map.toml").read_text(encoding="utf-8")
    return BodyMap.model_validate(tomllib.loads(text))


def rank(site: Site) -> int:
    """Return how far from the middle of the body a site lies: 0 for none, 1 for the back, and so on down the leg."""
    return _ranks()[site]


def marks(ids: Collection[str]) -> Marks:
    """Read marks from the ids that forms and records hold; no ids: nothing hurts.

    Raises:
        InputError: when an id is no site of the map.
    """
    known = _every_mark()
    for name in ids:
        if name not in known:
            raise InputError("pain site", f"{name!r} is not on the body map", "tap a region of the map")
    return frozenset(known[name] for name in ids)


def most_distal(here: Marks, side: Side) -> Site:
    """Return the site furthest down on one side."""
    return max((mark.site for mark in here if mark.side == side), key=rank, default="none")


def movement(before: Marks, now: Marks) -> Movement:
    """Say whether pain has moved up to the back, or down a leg, from one map to another.

    Pain that goes further down on either side is peripheralised, whatever the other side does. Of the rest, pain
    whose most distal site is less distal on a side is centralised. A pain of the back alone that comes or goes has
    not moved: only a leg can be centralised or peripheralised.
    """
    ranks = [(_leg_rank(before, side), _leg_rank(now, side)) for side in SIDES]
    if any(after > start for start, after in ranks):
        return "peripheralised"
    return "centralised" if any(after < start for start, after in ranks) else "same"


def regions(view: View) -> tuple[Region, ...]:
    """Return the regions of one view; a person's left is drawn on the right from the front, on the left from behind."""
    drawn = [half for half in body_map().half_regions if half.view == view]
    return tuple(_region(half, side) for half in drawn for side in SIDES)


def outline() -> tuple[Point, ...]:
    """Return the closed outline of the figure, the same for both views."""
    half = body_map().figure.outline
    return half + tuple(_mirrored(point) for point in reversed(half))


def mark_name(mark: Mark) -> Text:
    """Return the name of a site and side."""
    content = body_map()
    if mark.site == "none":
        return content.none
    return fill(content.region_name, site=content.sites[rank(mark.site) - 1].name, side=content.sides[mark.side])


@cache
def _ranks() -> Mapping[Site, int]:
    ids: list[Site] = ["none", *(named.id for named in body_map().sites)]
    return {site: number for number, site in enumerate(ids)}


@cache
def _every_mark() -> Mapping[str, Mark]:
    made = (Mark(named.id, side) for named in body_map().sites for side in SIDES)
    return {mark.id: mark for mark in made}


def _leg_rank(here: Marks, side: Side) -> int:
    """Return the rank of the most distal site, in which no pain and pain of the back are one."""
    return max(rank(most_distal(here, side)), rank("back"))


def _region(half: HalfRegion, side: Side) -> Region:
    # A figure that faces us has its left on our right: there the half that is written down is the left one.
    is_written = (side == "left") == (half.view == "front")
    points = half.points if is_written else tuple(_mirrored(point) for point in half.points)
    mark = Mark(half.site, side)
    return Region(mark, half.view, mark_name(mark), points)


def _mirrored(point: Point) -> Point:
    return (1 - point[0], point[1])
