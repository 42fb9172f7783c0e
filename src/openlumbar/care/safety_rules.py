"""The rules of the gate as a clinician reviews them: group B, the matrix of conditions, the stages after the onset.

They live in content/safety/{group_b,conditions,stages}.toml; here are the frozen types those files become.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openlumbar.cards import Basis, Code, Quantity, Slug, Text
from openlumbar.errors import InputError

Sign = Literal["X", "K", "~", "+"]
"""Blocked, needs a recorded clearance, adapt, go."""

ACUTE = "acute_or_severe_pain"
"""The row of the matrix that follows from the onset and from the pain at rest."""

MASSAGE_DEFAULT = "massage_default"
"""The reason that a clearance names where a massage needs one by its stage, whatever the conditions."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Sourced(_Frozen):
    basis: Basis
    source: str = Field(min_length=1)


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    """Refuse a name that stands twice, as a ValueError, which pydantic turns into its own."""
    listed = list(names)
    if twins := sorted(name for name in set(listed) if listed.count(name) > 1):
        raise ValueError(f"{what} {twins[0]} is there twice")


# ------------------------------------------------------------------------------------------------------------- group B


COUNTED = ("age", "age_at_onset", "weeks_without_gain", "red_days")
"""What a row of group B can follow from that is a number: the row fires below its limit for "age", else from it on."""


class AskB(_Frozen):
    """The words above the questions and of their answers."""

    title: Text
    yes: Text
    no: Text


class RowB(_Sourced):
    """One reason to see a clinician first; without a `question` it is worked out.

    `fires_on` is the answer that counts as the sign. `clearance_days` bounds how long a clearance for it holds.
    """

    id: str = Field(pattern=r"^b[1-5](_[a-z0-9_]+)?$")
    follows_from: Literal[
        "cancer_signs", "diagnosed", "stable_weakness", "conditions", "age", "age_at_onset", "weeks_without_gain",
        "red_days",
    ]  # fmt: skip
    question: Text | None = None
    fires_on: Literal["yes", "no"] = "yes"
    text: Text
    action: Literal["clinician", "matrix"]
    limit: Quantity | None = None
    clearance_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _a_number_has_a_limit(self) -> Self:
        if (self.follows_from in COUNTED) != (self.limit is not None):
            raise ValueError(f"{self.id}: give a 'limit' where a number decides, and only there")
        return self


class GroupB(_Frozen):
    """The file of group B."""

    clinician_signoff: str
    ask: AskB
    rows: tuple[RowB, ...] = Field(alias="row", min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        _refuse_twins("row", (row.id for row in self.rows))
        return self

    def row(self, row_id: str) -> RowB:
        """Return a row by its id."""
        return next(row for row in self.rows if row.id == row_id)


# ---------------------------------------------------------------------------------------------------------- the matrix


class Activity(_Frozen):
    """A column of the matrix: something that a person does or has done to them."""

    letter: str = Field(pattern=r"^[A-Z][A-Z0-9]$")
    slug: Slug
    kind: Literal["exercise", "massage", "ointment"]
    name: Text


class Mark(_Frozen):
    """A sign of the matrix in a word."""

    sign: Sign
    name: Text


class Qualifier(_Sourced):
    """What a cell says beside its sign."""

    id: Code
    name: Text
    text: Text


class Adaptation(_Frozen):
    """How an activity is changed, and the only levels that fit those words, where they rule one out."""

    text: Text
    levels: tuple[str, ...] | None = None


class Condition(_Sourced):
    """A row of the matrix; without a `question` it is worked out and not asked."""

    id: Code
    name: Text
    question: Text | None = None
    severe_from: Quantity | None = None
    why: Text
    cells: dict[str, Sign]
    qualifiers: dict[str, Code] = {}
    adapt: dict[str, Adaptation] = {}

    @model_validator(mode="after")
    def _cells_explain_themselves(self) -> Self:
        adapted = {letter for letter, sign in self.cells.items() if sign == "~"}
        if different := adapted ^ set(self.adapt):
            raise ValueError(f"{self.id}: 'adapt' and the cells '~' differ at {min(different)}")
        strict = {letter for letter, sign in self.cells.items() if sign in ("X", "K")}
        if loose := set(self.qualifiers) - strict:
            raise ValueError(f"{self.id}: the qualifier of {min(loose)} stands beside neither X nor K")
        return self


class Matrix(_Frozen):
    """The file of conditions."""

    clinician_signoff: str
    activities: tuple[Activity, ...] = Field(alias="activity", min_length=1)
    marks: tuple[Mark, ...] = Field(alias="mark", min_length=4, max_length=4)
    qualifiers: tuple[Qualifier, ...] = Field(alias="qualifier")
    conditions: tuple[Condition, ...] = Field(alias="condition", min_length=1)

    @model_validator(mode="after")
    def _names_meet(self) -> Self:
        _refuse_twins("activity", (activity.slug for activity in self.activities))
        _refuse_twins("letter", (activity.letter for activity in self.activities))
        _refuse_twins("mark", (mark.sign for mark in self.marks))
        _refuse_twins("qualifier", (qualifier.id for qualifier in self.qualifiers))
        _refuse_twins("condition", (condition.id for condition in self.conditions))
        letters = {activity.letter for activity in self.activities}
        known = {qualifier.id for qualifier in self.qualifiers}
        for condition in self.conditions:
            if different := letters ^ set(condition.cells):
                raise ValueError(f"{condition.id}: cells and activities differ at {min(different)}")
            if unknown := set(condition.qualifiers.values()) - known:
                raise ValueError(f"{condition.id}: the qualifier {min(unknown)} is not defined")
        if [row.id for row in self.conditions if row.severe_from] != [ACUTE]:
            raise ValueError(f"'severe_from' belongs to {ACUTE}, and only there")
        return self

    def activity(self, slug: str) -> Activity:
        """Return an activity.

        Raises:
            InputError: when there is none of that name.
        """
        for activity in self.activities:
            if activity.slug == slug:
                return activity
        known = ", ".join(activity.slug for activity in self.activities)
        raise InputError(f"activity {slug}", "the gate has no such activity", f"choose one of {known}")

    def condition(self, condition_id: str) -> Condition:
        """Return a condition by its id."""
        return next(condition for condition in self.conditions if condition.id == condition_id)

    def qualifier(self, qualifier_id: str) -> Qualifier:
        """Return a qualifier by its id."""
        return next(qualifier for qualifier in self.qualifiers if qualifier.id == qualifier_id)

    def mark(self, sign: Sign) -> Mark:
        """Return the word for a sign."""
        return next(mark for mark in self.marks if mark.sign == sign)

    @property
    def severe_from(self) -> float:
        """The pain at rest, in points, from which the acute row holds."""
        limit = self.condition(ACUTE).severe_from
        assert limit is not None  # noqa: S101 - validated above
        return limit.value


# ---------------------------------------------------------------------------------------------------------- the stages


class LockedWords(_Sourced):
    """Why a locked level is locked."""

    why: Text


class MassageDefault(_Sourced):
    """What a person reads whose massage needs a clearance by its stage."""

    text: Text


class Stage(_Sourced):
    """A time after the onset, up to and including the `to_days`-th day after it; without one it has no end."""

    id: Code
    name: Text
    to_days: int | None = Field(default=None, ge=1)
    text: Text
    levels: dict[Slug, tuple[str, ...]]
    massage: dict[Slug, Literal["X", "K", "+"]]
    unlock: tuple[str, ...]


class Morning(_Frozen):
    """The time after waking in which some activities wait."""

    activities: tuple[Slug, ...]
    wait: Quantity
    stated_holds: Quantity
    text: Text


class Stages(_Frozen):
    """The file of stages."""

    clinician_signoff: str
    locked: LockedWords
    massage_default: MassageDefault
    stages: tuple[Stage, ...] = Field(alias="stage", min_length=1)
    morning: Morning

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_twins("stage", (stage.id for stage in self.stages))
        ends = [stage.to_days for stage in self.stages]
        closed = [end for end in ends if end is not None]
        if ends[-1] is not None or closed != ends[:-1] or closed != sorted(set(closed)):
            raise ValueError("the stages follow each other by 'to_days', and only the last has none")
        first = self.stages[0]
        for stage in self.stages:
            if stage.levels.keys() != first.levels.keys() or stage.massage.keys() != first.massage.keys():
                raise ValueError(f"stage {stage.id} does not name the same activities as {first.id}")
        return self

    def on(self, today: date, onset: date) -> Stage:
        """Return the stage on a day; a boundary belongs to the earlier one, as the hour of the onset is not known."""
        days = (today - onset).days
        return next(stage for stage in self.stages if stage.to_days is None or days <= stage.to_days)


@cache
def group_b() -> GroupB:
    """Read and validate the questions of group B that ship."""
    return GroupB.model_validate(_read("group_b.toml"))


@cache
def matrix() -> Matrix:
    """Read and validate the matrix that ships."""
    return Matrix.model_validate(_read("conditions.toml"))


@cache
def stages() -> Stages:
    """Read and validate the stages that ship."""
    return Stages.model_validate(_read("stages.toml"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("openlumbar.content").joinpath("safety", name).read_text(encoding="utf-8"))
