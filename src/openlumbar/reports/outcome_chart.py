"""The picture of an outcome measure over time, with the band of the change that matters, as SVG.

Its colours are the page's tokens by class; lines differ in their dashes and are named in words, and a screen reader
gets a sentence. The band lies around the first value: what stays within it may be the usual ups and downs.
"""

import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import jinja2
from pydantic import TypeAdapter

from openlumbar.cards import Language, Text
from openlumbar.care.measure_cards import Measure
from openlumbar.care.outcomes import Band, value_text
from openlumbar.dates_and_numbers import day_of_year, long_day, month

_KEY_ROW_PX = 24
_VALUE_ROOM_PX = 34
"""The least room between two points for their values to be written beside them."""
_NAME_PX = 100
"""Room for the name of a place on the left, where the values have names."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a picture without its key, in px."""

    name: Literal["wide", "compact"]
    width: int
    height: int


WIDE, COMPACT = Size("wide", 720, 300), Size("compact", 328, 260)


@dataclass(frozen=True, slots=True)
class Mark:
    """A value at its place, or a word of an axis."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across: the value from which on a change counts."""

    kind: Literal["better", "worse", "unchanged"]
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in px from the top left."""

    id: str
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    heading: str
    description: str
    band: tuple[float, float] | None
    limits: tuple[Limit, ...]
    key: tuple[tuple[str, float, str], ...]
    curve: str
    points: tuple[Mark, ...]
    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]


def draw_outcome(
    card: Measure, values: Sequence[tuple[date, float]], band: Band | None, language: Language
) -> tuple[str, str]:
    """Return the picture for a wide and for a narrow screen; `values` by day, one at least."""
    template = _template()
    wide, compact = (
        template.render(picture=_Drawing(card, values, band, language).lay_out(size)) for size in (WIDE, COMPACT)
    )
    return wide, compact


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is drawn: the values, what counts, and the language of its words."""

    card: Measure
    values: Sequence[tuple[date, float]]
    band: Band | None
    language: Language

    def lay_out(self, size: Size) -> Picture:
        """Place everything in a picture of a size."""
        left, right = (_NAME_PX if self._names else 40.0), size.width - 20.0
        top, bottom = 20.0, size.height - 36.0
        low, high = self._span()
        days = [day.toordinal() for day, _ in self.values]
        x = _line(days[0], left + 14, days[-1], right - 14)
        y = _line(low, bottom, high, top)
        limits, key = self._limits(y), self._key()
        places = [(x(day), y(value)) for day, (_, value) in zip(days, self.values, strict=True)]
        return Picture(
            id=f"outcome-{self.card.id}-{size.name}",
            width=size.width,
            height=size.height + _KEY_ROW_PX * len(key),
            left=left,
            right=right,
            top=top,
            bottom=bottom,
            heading=self._say("heading", title=self.card.title.in_language(self.language)),
            description=self._description(),
            band=self._band_between(y, (bottom, top)),
            limits=limits,
            key=tuple((kind, size.height + 10 + _KEY_ROW_PX * row, words) for row, (kind, words) in enumerate(key)),
            curve="M" + "L".join(f"{at_x:g} {at_y:g}" for at_x, at_y in places),
            points=self._points(places),
            x_ticks=self._day_ticks(x, bottom, right - left),
            y_ticks=tuple(Mark(left - 8, y(value), self.text_of(value)) for value in self._steps(low, high)),
        )

    def text_of(self, value: float) -> str:
        """Write a value as the measure has it: by name, else as a number."""
        return value_text(self.card, value, self.language).replace("-", "\N{MINUS SIGN}")

    @property
    def _names(self) -> dict[float, str]:
        answers = (answer for item in self.card.scored_items for answer in item.answers)
        return {answer.value: answer.text.in_language(self.language) for answer in answers}

    def _span(self) -> tuple[float, float]:
        """Return the whole range of a short scale, else what the values and the limits need, with some air."""
        whole = self.card.range
        if whole.highest - whole.lowest <= 30:
            return whole.lowest, whole.highest
        shown = [value for _, value in self.values]
        if self.band:
            shown += [value for value in (self.band.better_at, self.band.worse_at) if value is not None]
        air = max(0.1 * (max(shown) - min(shown)), 5.0)
        return max(whole.lowest, min(shown) - air), min(whole.highest, max(shown) + air)

    def _steps(self, low: float, high: float) -> list[float]:
        if self._names:
            return list(self._names)
        rough = (high - low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-9)
        return [round(step * count, 9) for count in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def _limits(self, y: Callable[[float], float]) -> tuple[Limit, ...]:
        if self.band is None:
            return (Limit("unchanged", y(0.0), self._say("unchanged")),) if self.card.is_a_change else ()
        found = []
        if self.band.better_at is not None:
            found.append(Limit("better", y(self.band.better_at), self._say("better", value=self._from("better"))))
        if self.band.worse_at is not None:
            found.append(Limit("worse", y(self.band.worse_at), self._say("worse", value=self._from("worse"))))
        return tuple(found)

    def _from(self, kind: Literal["better", "worse"]) -> str:
        value = self.band and (self.band.better_at if kind == "better" else self.band.worse_at)
        downwards = (self.card.better_is == "lower") == (kind == "better")
        words = self.text_of(value or 0.0)
        return words if self._names else self._say("or_less" if downwards else "or_more", value=words)

    def _key(self) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = [(limit.kind, limit.label) for limit in self._limits(lambda _: 0.0)]
        if self.band is None:
            return rows
        if self.band.better_at is None:
            rows.insert(0, ("none", self._say("no_better")))
        return [*rows, ("band", self._say("band"))]

    def _band_between(self, y: Callable[[float], float], ends: tuple[float, float]) -> tuple[float, float] | None:
        """Return the top of the band and its height; where nothing more counts, it reaches to the end of the scale."""
        if self.band is None:
            return None
        bottom, top = ends
        best, worst = (bottom, top) if self.card.better_is == "lower" else (top, bottom)
        edges = sorted(
            end if value is None else y(value)
            for value, end in ((self.band.better_at, best), (self.band.worse_at, worst))
        )
        return edges[0], round(edges[1] - edges[0], 1)

    def _points(self, places: Sequence[tuple[float, float]]) -> tuple[Mark, ...]:
        """Write a value at each point that has room for it, and always at the last one."""
        marks: list[Mark] = []
        room_until = math.inf
        for (at_x, at_y), (_, value) in reversed(list(zip(places, self.values, strict=True))):
            fits = at_x <= room_until - _VALUE_ROOM_PX
            room_until = at_x if fits else room_until
            marks.append(Mark(at_x, at_y, self.text_of(value) if fits and not self._names else ""))
        return tuple(reversed(marks))

    def _day_ticks(self, x: Callable[[float], float], bottom: float, width: float) -> tuple[Mark, ...]:
        first, last = self.values[0][0], self.values[-1][0]
        most = max(2, min(6, int(width // 100)))
        days = (last - first).days
        count = min(most, days + 1)
        shown = [first + timedelta(days=round(days * place / max(1, count - 1))) for place in range(count)]
        write = day_of_year if first.year == last.year else month
        return tuple(Mark(x(day.toordinal()), bottom, write(day, self.language)) for day in shown)

    def _description(self) -> str:
        (first_day, first), (last_day, last) = self.values[0], self.values[-1]
        parts = {
            "count": len(self.values),
            "first": self.text_of(first),
            "last": self.text_of(last),
            "first_day": long_day(first_day, self.language),
            "last_day": long_day(last_day, self.language),
        }
        told = self._say("description" if len(self.values) > 1 else "description_one", **parts)
        named = [f"{words[:1].upper()}{words[1:]}" for _, words in self._key()]
        if self.language == "zh":
            return told + "".join(f"{words}。" for words in named)
        return " ".join([told, *(f"{words}." for words in named)])

    def _say(self, key: str, **values: object) -> str:
        return _words()[key].in_language(self.language).format(**values)


def _line(value_0: float, px_0: float, value_1: float, px_1: float) -> Callable[[float], float]:
    """Return the straight line from values to px; where the two values are one, it lies in the middle."""
    if value_0 == value_1:
        return lambda _: round((px_0 + px_1) / 2, 1)
    return lambda value: round(px_0 + (value - value_0) * (px_1 - px_0) / (value_1 - value_0), 1)


@cache
def _words() -> dict[str, Text]:
    text = files("openlumbar.content").joinpath("messages", "outcome_chart.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, dict[str, Text]]).validate_python(tomllib.loads(text))["chart"]


@cache
def _template() -> jinja2.Template:
    text = files("openlumbar.reports").joinpath("templates", "outcome_chart.svg").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
