"""Postures and exercises side by side: what each loads the disc of one person with, for the page on the load."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Language, Text, exercise, exercise_slugs
from openlumbar.mechanics import Estimate, has_loads, posture, predicted_loads, spinal_loads
from openlumbar.physique import Physique

FULL_SIT_UP, SMALL_CURL_UP = ("sit-up", "L4"), ("sit-up", "L1")
"""What the sentence above the picture compares."""

Kind = Literal["everyday", "exercise"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Frozen):
    """A paragraph of the page and what it rests on."""

    id: str
    heading: Text
    text: Text
    basis: Literal["read", "remembered", "product"]
    source: str


class EverydayPosture(_Frozen):
    """A posture of every day by its name, with the details that `mechanics.posture` takes."""

    id: str
    name: Text
    posture: str
    trunk_deg: float | None = None
    lumbar_flexion_deg: float | None = None
    hand_load_kg: float = 0.0
    reach_cm: float | None = None


class LoadWords(_Frozen):
    """Sentences with gaps."""

    times: Text
    level: Text
    sentence: Text


class LoadPage(_Frozen):
    """The file of the page (content/learn/disc_load.toml)."""

    clinician_signoff: str
    statements: tuple[Statement, ...] = Field(alias="statement")
    postures: tuple[EverydayPosture, ...] = Field(alias="posture")
    words: LoadWords


@dataclass(frozen=True, slots=True)
class Compared:
    """One bar: its name, its load as a multiple of the person's quiet standing, and whether it is today's level."""

    kind: Kind
    name: str
    load: Estimate
    told: str
    is_prescribed: bool = False


@cache
def load_page() -> LoadPage:
    """Read and validate the page's words."""
    text = files("openlumbar.content").joinpath("learn", "disc_load.toml").read_text(encoding="utf-8")
    return LoadPage.model_validate(tomllib.loads(text))


def compare(
    physique: Physique, language: Language, prescribed: frozenset[tuple[str, str]] = frozenset()
) -> tuple[Compared, ...]:
    """Return everything that is compared, the least load first; `prescribed` are today's exercises and levels."""
    page = load_page()
    found = []
    for each in page.postures:
        details = each.model_dump(exclude={"id", "name", "posture"}, exclude_none=True)
        load = spinal_loads(posture(each.posture, **details), physique).relative_to_standing
        found.append(Compared("everyday", each.name.in_language(language), load, _told(load, language)))
    for slug in filter(has_loads, exercise_slugs()):
        card = exercise(slug)
        for level in card.levels:
            load = predicted_loads(slug, level.id, physique).relative_to_standing
            parts = {"exercise": card.name.in_language(language), "level": level.name.in_language(language)}
            name = page.words.level.in_language(language).format(**parts)
            is_prescribed = (slug, level.id) in prescribed
            found.append(Compared("exercise", name, load, _told(load, language), is_prescribed))
    return tuple(sorted(found, key=lambda each: each.load.value))


def sentence(physique: Physique, language: Language) -> str:
    """Say what a full sit-up comes to for this person."""
    full, small = (predicted_loads(*each, physique).relative_to_standing.value for each in (FULL_SIT_UP, SMALL_CURL_UP))
    words = load_page().words.sentence.in_language(language)
    return words.format(sit_up=f"{full:.0f}", ratio=f"{full / small:.0f}")


def _told(load: Estimate, language: Language) -> str:
    words = load_page().words.times.in_language(language)
    return words.format(value=f"{load.value:.1f}", low=f"{load.low:.1f}", high=f"{load.high:.1f}")
