"""Exercise cards: the frozen types that content files become, and the loader that validates them.

A card holds everything an exercise needs: words, camera view, signals, thresholds, levels, doses, faults and
worked cases. Adding an exercise is adding one file to `content/exercises/`; no code changes.
"""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from openlumbar.errors import InputError

Basis = Literal["read", "remembered", "product"]
"""What a number rests on: read in its source, remembered from the literature, or our own product rule."""

Language = Literal["en", "zh"]
View = Literal["side", "front"]
ReasonCode = Literal[
    "no_person", "several_people", "wrong_view", "legs_out_of_frame", "low_visibility", "implausible_pose",
    "no_repetitions", "other_exercise", "too_short",
]  # fmt: skip
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Frozen):
    """One sentence or name in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def in_language(self, language: Language) -> str:
        """Return the text in one language."""
        return self.en if language == "en" else self.zh


class Quantity(_Frozen):
    """A number with its unit and what it rests on."""

    value: float
    unit: str = Field(min_length=1)
    basis: Basis
    source: str = Field(min_length=1)
    uncertainty: float | None = None


class Drive(_Frozen):
    """The signal whose excursions are repetitions.

    `rest` says where the signal rests: "low" (it rises and returns) or "middle" (it swings to either side).
    `counted` is the smallest excursion that counts; `noticed` the smallest that is reported as an attempt;
    `jitter` is what two moments must differ by to be told apart.
    """

    signal: str
    rest: Literal["low", "middle"]
    measured_as: Literal["hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg"]
    counted: Quantity
    noticed: Quantity
    jitter: Quantity


class Exemption(_Frozen):
    """A measure of a repetition that, when large enough, makes a gate not apply."""

    signal: str
    at_least: Quantity


class Gate(_Frozen):
    """A condition on one signal without which a movement is not this exercise (or cannot be seen).

    `when`: "rest" is asked of the posture before a repetition, "always" of every sample,
    "repetition" of a measure over a finished repetition (`signal` then reads "peak" or `signal.take`).
    """

    signal: str
    when: Literal["rest", "always", "repetition"]
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    unless: Exemption | None = None
    code: ReasonCode


class FaultRule(_Frozen):
    """One form fault: a measure of the repetition and the limit that it breaks.

    `measure` is "peak", "hold_s", "out_s", "back_s", "wrong_side", "hold_share" or "<signal>.<take>" with
    take one of max, min, max_abs, median, rest, range. `priority` 1 is spoken first. No `levels` means every level.
    """

    code: Code
    measure: str
    above: Quantity | None = None
    below: Quantity | None = None
    levels: tuple[str, ...] = ()
    priority: int = Field(ge=1)
    text: Text
    cue: Text

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError(f"fault {self.code}: give exactly one of 'above' and 'below'")
        return self


class Dose(_Frozen):
    """How much: sets a day of repetitions (to each side when `per_side`), each held for `hold_s`."""

    sets_a_day: int = Field(ge=1)
    repetitions: int = Field(ge=1)
    hold_s: float = Field(ge=0)
    per_side: bool = False
    basis: Basis
    source: str


class PhysiqueDose(_Frozen):
    """Repetitions that follow the physique: clamp(floor(share · maximum · factor), fewest, most).

    `maximum` is the largest number of slow, pain-free repetitions, tested up to `test_stop`. The factor is
    `cautious_factor` from `cautious_age` or `cautious_bmi` on or for an inactive person, else 1. A maximum
    below `fewest` means `fallback_level` instead.
    """

    share: float = Field(gt=0, le=1)
    fewest: int = Field(ge=1)
    most: int = Field(ge=1)
    test_stop: int = Field(ge=1)
    cautious_factor: float = Field(gt=0, le=1)
    cautious_age: float
    cautious_bmi: float
    fallback_level: str
    basis: Basis
    source: str


class Level(_Frozen):
    """One step of an exercise; `limits` replaces the card's by fault code ("counted", "noticed" too).

    `measures` replaces what a fault rule looks at, by fault code.

    `by_clock`: the movement is too small for one camera, so it is guided by the clock and not judged.
    `stop_gesture`: what a person holds up to stop; both hands where the exercise itself holds one up.
    """

    id: str = Field(pattern=r"^L[0-9]$")
    name: Text
    instruction: Text
    dose: Dose
    physique_dose: PhysiqueDose | None = None
    by_clock: bool = False
    stop_gesture: Literal["one_hand", "both_hands"] = "one_hand"
    locked: bool = False
    why_locked: Text | None = None
    limits: dict[str, Quantity] = {}
    measures: dict[str, str] = {}

    @model_validator(mode="after")
    def _lock_has_a_reason(self) -> Self:
        if self.locked and self.why_locked is None:
            raise ValueError(f"level {self.id}: a locked level says why in 'why_locked'")
        return self


class Contraindication(_Frozen):
    """What a condition does to this exercise: blocked, needs a recorded clearance, or adapt."""

    condition: Code
    action: Literal["blocked", "clearance", "adapt"]
    text: Text
    basis: Basis
    source: str


class Advice(_Frozen):
    """A cue, a set-up step or a form error that the camera does not judge."""

    text: Text
    basis: Basis
    source: str


class Band(_Frozen):
    """What to aim at in one measure, and where a coach warns and stops.

    `measure` reads as in `FaultRule`; without one, a person watches it and the camera does not.
    """

    name: Text
    measure: str | None = None
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    warn_above: Quantity | None = None
    stop_above: Quantity | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        limits = (self.at_least, self.at_most, self.warn_above, self.stop_above)
        if all(limit is None for limit in limits):
            raise ValueError("a band has at least one limit")
        return self


class Stage(_Frozen):
    """A phase after the onset, in days (no `to_days`: open), and the levels it allows; none: wait."""

    name: Text
    from_days: float = Field(ge=0)
    to_days: float | None = None
    levels: tuple[str, ...]
    basis: Basis
    source: str


class CaseSignal(_Frozen):
    """A signal in the worked cases: `rest` plus `per_drive` for each unit of the drive's excursion."""

    rest: float
    per_drive: float = 0.0


class CaseRepetition(_Frozen):
    """A trapezoid of the drive signal: out, hold, back, rest; a negative peak swings to the right."""

    peak: float
    out_s: float = 1.5
    hold_s: float = 0.0
    back_s: float = 2.0
    rest_s: float = 3.0


class Case(_Frozen):
    """A worked example that the tests run: what is done, and what the assessment must say.

    A signal in `signals` stays at that value throughout, in place of the card's `case_signals`.
    """

    name: str
    level: str
    repetitions: tuple[CaseRepetition, ...]
    signals: dict[str, float] = {}
    expect_counted: int
    expect_faults: dict[str, int] = {}
    expect_reason: ReasonCode | None = None


class Card(_Frozen):
    """Everything known about one exercise."""

    slug: Slug
    source: str
    view: View
    posture: Literal["lying", "standing"]
    needs: tuple[Literal["shoulders", "hips", "knees", "ankles", "wrists"], ...]
    default_level: str
    clinician_signoff: str
    evidence: tuple[str, ...]
    name: Text
    summary: Text
    adaptation: Text
    setup: tuple[Advice, ...]
    steps: tuple[Advice, ...]
    cues: tuple[Advice, ...]
    errors: tuple[Advice, ...]
    notes: tuple[Advice, ...] = ()
    bands: tuple[Band, ...] = Field(alias="band", default=())
    stages: tuple[Stage, ...] = Field(alias="stage", default=())
    drive: Drive
    gates: tuple[Gate, ...] = Field(alias="gate", default=())
    faults: tuple[FaultRule, ...] = Field(alias="fault")
    levels: tuple[Level, ...] = Field(alias="level")
    contraindications: tuple[Contraindication, ...] = Field(alias="contraindication")
    case_signals: dict[str, CaseSignal] = {}
    cases: tuple[Case, ...] = Field(alias="case")

    @model_validator(mode="after")
    def _names_meet(self) -> Self:
        levels = [level.id for level in self.levels]
        if len(set(levels)) < len(levels):
            raise ValueError("two levels have the same id")
        codes = [rule.code for rule in self.faults]
        if len(set(codes)) < len(codes):
            raise ValueError("two faults have the same code")
        named = {self.default_level, *(case.level for case in self.cases)}
        named |= {name for rule in self.faults for name in rule.levels}
        named |= {name for stage in self.stages for name in stage.levels}
        if missing := named - set(levels):
            raise ValueError(f"level {min(missing)} is named but not defined")
        for level in self.levels:
            if unknown := set(level.limits) - {*codes, "counted", "noticed"}:
                raise ValueError(f"level {level.id}: 'limits' names the unknown fault {min(unknown)!r}")
        return self

    def level(self, level_id: str | None = None) -> Level:
        """Return a level, the default one when none is named.

        Raises:
            InputError: when the card has no such level.
        """
        wanted = level_id or self.default_level
        for level in self.levels:
            if level.id == wanted:
                return level
        known = ", ".join(level.id for level in self.levels)
        raise InputError(f"level {wanted}", f"{self.slug} has no such level", f"choose one of {known}")


def load_card(path: Path) -> Card:
    """Read and validate one card file.

    Raises:
        InputError: naming the file, the field and what was expected.
    """
    try:
        return Card.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(path.name, "there is no such card", "check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path.name, f"is not valid TOML ({error})", "correct that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the card"
        raise InputError(path.name, f"{place}: {first['msg']}", "correct that field") from None


@cache
def exercise_slugs() -> tuple[str, ...]:
    """List the exercises that ship, by file name."""
    folder = files("openlumbar.content").joinpath("exercises")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


@cache
def exercise(slug: str) -> Card:
    """Load a shipped exercise by its slug.

    Raises:
        InputError: when no exercise has that slug.
    """
    if slug not in exercise_slugs():
        raise InputError(f"exercise {slug}", "is not known", f"choose one of {', '.join(exercise_slugs())}, auto")
    return load_card(Path(str(files("openlumbar.content").joinpath("exercises", f"{slug}.toml"))))
