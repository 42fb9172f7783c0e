"""Postures and exercises side by side: what each loads the disc of one person with, for the page on the load."""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Card, Language, Text, exercise, exercise_slugs
from openlumbar.mechanics import Estimate, Posture, has_loads, predicted_loads, spinal_loads
from openlumbar.physique import Physique

FULL_SIT_UP, CURL_UP = ("sit-up", "L4"), ("sit-up", "L2")
"""What the sentence above the picture compares."""

PICTURED = ("supine", "standing", "lean")
"""The postures that the page draws."""

Kind = Literal["everyday", "lifting"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Frozen):
    """A paragraph of the page and what it rests on."""

    id: str
    heading: Text
    text: Text
    basis: Literal["read", "remembered", "product"]
    source: str


class DailyPosture(_Frozen):
    """A posture of every day by its name, with the details that `mechanics.Posture` takes and what they rest on."""

    id: str
    kind: Kind
    name: Text
    posture: str
    trunk_deg: float | None = None
    lumbar_flexion_deg: float | None = None
    hand_load_kg: float = 0.0
    reach_cm: float | None = None
    basis: Literal["read", "remembered", "product"]
    source: str

    @property
    def is_quiet_standing(self) -> bool:
        """Tell whether it is what everything is compared with."""
        return self.posture == "standing" and not self._details

    def load(self, physique: Physique) -> Estimate:
        """Return its load for a person, as a multiple of quiet standing."""
        return spinal_loads(Posture(self.posture, **self._details), physique).relative_to_standing

    @property
    def _details(self) -> dict[str, float]:
        names = {"trunk_deg", "lumbar_flexion_deg", "hand_load_kg", "reach_cm"}
        return self.model_dump(include=names, exclude_defaults=True)


class LoadWords(_Frozen):
    """Sentences with gaps."""

    times: Text
    reference: Text
    sentence: Text
    sentence_average: Text


class LoadPage(_Frozen):
    """The file of the page (content/learn/disc_load.toml)."""

    clinician_signoff: str
    kinds: dict[Kind, Text] = Field(alias="kind")
    statements: tuple[Statement, ...] = Field(alias="statement")
    postures: tuple[DailyPosture, ...] = Field(alias="posture")
    words: LoadWords


@dataclass(frozen=True, slots=True)
class Compared:
    """One bar: its name, its load as a multiple of the person's quiet standing, and the load in words.

    `id` is the posture's, or the level's. `is_prescribed`: it is today's level; `is_locked`: only a clinician opens it.
    """

    id: str
    name: str
    load: Estimate
    told: str
    is_prescribed: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together, the least load first; `id` is a kind of posture or an exercise."""

    id: str
    name: str
    rows: tuple[Compared, ...]


@cache
def load_page() -> LoadPage:
    """Read and validate the page's words."""
    text = files("openlumbar.content").joinpath("learn", "disc_load.toml").read_text(encoding="utf-8")
    return LoadPage.model_validate(tomllib.loads(text))


def compare(
    physique: Physique, language: Language, prescribed: frozenset[tuple[str, str]] = frozenset()
) -> tuple[Group, ...]:
    """Return everything that is compared: every day, lifting, then the exercises, the one that loads least first.

    `prescribed` are today's exercises and levels.
    """
    daily = [_daily(kind, physique, language) for kind in load_page().kinds]
    exercises = [
        _levels(exercise(slug), physique, language, prescribed) for slug in exercise_slugs() if has_loads(slug)
    ]
    return (*daily, *sorted(exercises, key=lambda group: group.rows[-1].load.value))


def sentence(physique: Physique, language: Language) -> str:
    """Say what a full sit-up comes to for this person, or for an average one where the person is not known."""
    full, small = (predicted_loads(*each, physique).relative_to_standing for each in (FULL_SIT_UP, CURL_UP))
    words = load_page().words
    told = words.sentence_average if unknown_of(physique) else words.sentence
    ratio = f"{full.value / small.value:.1f}".removesuffix(".0")
    low, high = f"{full.low:.1f}", f"{full.high:.1f}"
    return told.in_language(language).format(sit_up=f"{full.value:.0f}", low=low, high=high, ratio=ratio)


def unknown_of(physique: Physique) -> tuple[str, ...]:
    """Name what is not known of a person and therefore taken as usual."""
    return tuple(name for name, value in asdict(physique).items() if value is None)


def _daily(kind: Kind, physique: Physique, language: Language) -> Group:
    page = load_page()
    rows = []
    for each in page.postures:
        if each.kind == kind:
            load = each.load(physique)
            told = page.words.reference.in_language(language) if each.is_quiet_standing else _told(load, language)
            rows.append(Compared(each.id, each.name.in_language(language), load, told))
    return Group(kind, page.kinds[kind].in_language(language), _least_first(rows))


def _levels(card: Card, physique: Physique, language: Language, prescribed: frozenset[tuple[str, str]]) -> Group:
    rows = []
    for level in card.levels:
        load = predicted_loads(card.slug, level.id, physique).relative_to_standing
        is_prescribed = (card.slug, level.id) in prescribed
        name, told = level.name.in_language(language), _told(load, language)
        rows.append(Compared(level.id, name, load, told, is_prescribed, level.locked))
    return Group(card.slug, card.name.in_language(language), _least_first(rows))


def _least_first(rows: Iterable[Compared]) -> tuple[Compared, ...]:
    return tuple(sorted(rows, key=lambda row: row.load.value))


def _told(load: Estimate, language: Language) -> str:
    words = load_page().words.times.in_language(language)
    return words.format(value=f"{load.value:.1f}", low=f"{load.low:.1f}", high=f"{load.high:.1f}")
