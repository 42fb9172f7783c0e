"""The cards of the outcome measures: what content/outcomes/ holds, and the loader that validates it.

Adding a measure is adding one file; its form, its scoring and its tests follow from it.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from openlumbar.cards import Basis, Code, Quantity, Slug, Text
from openlumbar.errors import InputError

State = Literal["acute"]
"""What may hold of a person and keep a measure from being taken."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Frozen):
    """One named answer and what it counts."""

    value: float
    text: Text


class Ends(_Frozen):
    """The words at the two ends of a scale."""

    lowest: Text
    highest: Text


class Item(_Frozen):
    """One question: enough for a page to make its field.

    "scale" is a row of numbers with words at its ends, "choice" a list of named answers, "number" a field to
    type in. `own_words`: the person names what is rated. Not `scored`: asked beside it, and may stay empty.
    """

    id: Code
    form: Literal["scale", "choice", "number"]
    ask: Text
    lowest: float
    highest: float
    step: float = Field(gt=0)
    own_words: bool = False
    scored: bool = True
    ends: Ends | None = None
    answers: tuple[Answer, ...] = Field(alias="answer", default=())

    @model_validator(mode="after")
    def _form_is_whole(self) -> Self:
        if not self.lowest < self.highest:
            raise ValueError(f"item {self.id}: 'lowest' is below 'highest'")
        if (self.form == "scale") != (self.ends is not None):
            raise ValueError(f"item {self.id}: a scale, and nothing else, has words at its ends")
        count = round((self.highest - self.lowest) / self.step) + 1
        wanted = [self.lowest + self.step * index for index in range(count)] if self.form == "choice" else []
        if [answer.value for answer in self.answers] != wanted:
            raise ValueError(f"item {self.id}: a choice, and nothing else, names each of its answers in order")
        return self


class Span(_Frozen):
    """What the score can be; no step: anything between, as a mean."""

    lowest: float
    highest: float
    step: float | None = Field(gt=0, default=None)


class Better(_Frozen):
    """The least change for the better that matters; any one of them is enough.

    `percent` is of the distance from the best value at first, `recovery_percent` of what was missing to it.
    """

    absolute: Quantity | None = None
    percent: Quantity | None = None
    recovery_percent: Quantity | None = None


class Worse(_Frozen):
    """The least change for the worse that matters."""

    absolute: Quantity


class Finding(_Frozen):
    """What the answers show beside the score: an answer that equals, with the score from lowest to highest."""

    item: Code
    equals: float
    lowest: float
    highest: float
    text: Text
    basis: Basis
    source: str = Field(min_length=1)


class Grade(_Frozen):
    """A word for the share recovered of what was missing."""

    from_percent: float = Field(ge=0, le=100)
    name: Text


class Licence(_Frozen):
    """Whether the form's own words ship here, why, and where it is found when they do not."""

    items_ship: bool
    note: Text
    where: Text | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.items_ship == (self.where is not None):
            raise ValueError("'where' says where the form is found, when its items do not ship")
        return self


class When(_Frozen):
    """How often to ask, in days, and in which states not to."""

    every_days: int = Field(ge=1)
    not_when: tuple[State, ...] = ()
    why_not: Text | None = None
    basis: Basis
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if bool(self.not_when) != (self.why_not is not None):
            raise ValueError("'why_not' goes with 'not_when'")
        return self


class Coding(_Frozen):
    """The measure's code in a code system; "openlumbar" is our own, where none was verified."""

    system: str
    code: str
    basis: Basis
    source: str = Field(min_length=1)


class MeasureCase(_Frozen):
    """A worked example that the tests run: answers, and what they come to."""

    name: str
    before: dict[str, float] | None = None
    after: dict[str, float]
    expect_score: float | None = None
    expect_kind: Literal["better", "worse", "no_clear_change", "recovered"] | None = None
    expect_grade: str | None = None
    expect_finding: bool | None = None
    expect_refusal: str | None = None


class Measure(_Frozen):
    """One outcome measure."""

    id: Slug
    clinician_signoff: str
    scoring: Literal["single", "sum", "mean", "total_only"]
    fewest_answers: int | None = Field(ge=1, default=None)
    is_a_change: bool = False
    filled_in_by: Literal["patient", "therapist"]
    better_is: Literal["lower", "higher"]
    title: Text
    description: Text
    unit: Text
    range: Span
    sides: dict[Literal["left", "right"], Text] = {}
    items: tuple[Item, ...] = Field(alias="item", min_length=1)
    better: Better | None = None
    worse: Worse | None = None
    recovered: Quantity | None = None
    finding: Finding | None = None
    grades: tuple[Grade, ...] = Field(alias="grade", default=())
    licence: Licence
    when: When
    code: Coding
    cases: tuple[MeasureCase, ...] = Field(alias="case", min_length=1)

    @property
    def scored_items(self) -> tuple[Item, ...]:
        """Return the items that make the score."""
        return tuple(item for item in self.items if item.scored)

    @property
    def needed(self) -> int:
        """Return how many scored items must be answered."""
        return self.fewest_answers or len(self.scored_items)

    def gain(self, before: float, after: float) -> float:
        """Return by how much `after` is better than `before`; negative for worse."""
        return before - after if self.better_is == "lower" else after - before

    @model_validator(mode="after")
    def _parts_meet(self) -> Self:
        names = [item.id for item in self.items]
        if len(set(names)) < len(names):
            raise ValueError("two items have the same id")
        if self.scoring in ("single", "total_only") and len(self.scored_items) != 1:
            raise ValueError(f"'{self.scoring}' has one scored item")
        if self.fewest_answers is not None and self.scoring != "mean":
            raise ValueError("only a mean can do without an answer")
        if self.needed > len(self.scored_items):
            raise ValueError("'fewest_answers' is more than there are items")
        if self.finding is not None and self.finding.item not in names:
            raise ValueError(f"the finding names the unknown item {self.finding.item!r}")
        return self

    @model_validator(mode="after")
    def _change_is_whole(self) -> Self:
        if self.is_a_change == (self.better is not None) or (self.better is None) != (self.worse is None):
            raise ValueError("a measure has both 'better' and 'worse', or is itself a change")
        if self.better and self.better.percent and (self.better_is != "lower" or self.range.lowest != 0):
            raise ValueError("'percent' is of a value that is better when lower and ends at 0")
        if (self.grades or (self.better and self.better.recovery_percent)) and self.better_is != "higher":
            raise ValueError("a recovery rate is of a value that is better when higher")
        if self.grades and min(grade.from_percent for grade in self.grades) > 0:
            raise ValueError("the lowest grade begins at 0 %")
        return self


@cache
def measures() -> tuple[Measure, ...]:
    """Read and validate the measures that ship, by id; one with sides comes once for each side.

    Raises:
        InputError: naming the file, the field and what was expected.
    """
    folder = files("openlumbar.content").joinpath("outcomes")
    texts = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}
    found = [side for name, text in texts.items() for side in _by_side(load_measure(name, text))]
    return tuple(sorted(found, key=lambda measure: measure.id))


def measure(measure_id: str) -> Measure:
    """Return a measure by its id.

    Raises:
        InputError: when there is none.
    """
    for found in measures():
        if found.id == measure_id:
            return found
    known = ", ".join(found.id for found in measures())
    raise InputError(f"measure {measure_id}", "is not known", f"choose one of {known}")


def load_measure(name: str, text: str) -> Measure:
    """Validate the text of one file; its name is the measure's id.

    Raises:
        InputError: naming the file, the field and what was expected.
    """
    try:
        found = Measure.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(name, f"is not valid TOML ({error})", "correct that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the measure"
        raise InputError(name, f"{place}: {first['msg']}", "correct that field") from None
    if name != f"{found.id}.toml":
        raise InputError(name, f"holds the measure {found.id!r}", f"call the file {found.id}.toml")
    return found


def _by_side(card: Measure) -> tuple[Measure, ...]:
    if not card.sides:
        return (card,)
    return tuple(
        card.model_copy(
            update={
                "id": f"{card.id}-{side}",
                "title": Text(en=card.title.en.format(side=name.en), zh=card.title.zh.format(side=name.zh)),
                "sides": {},
            }
        )
        for side, name in card.sides.items()
    )
