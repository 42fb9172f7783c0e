"""The loads of one posture: as JSON for programs, as a table in the terminal."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from openlumbar import __version__
from openlumbar.cards import Language
from openlumbar.mechanics import Estimate, Posture, SpinalLoads
from openlumbar.physique import Physique
from openlumbar.reports.words import Words

_WRITTEN = {
    "l4l5_compression_n": ("newtons", 0),
    "l4l5_idp_mpa": ("megapascals", 2),
    "l4l5_shear_n": ("newtons", 0),
    "l5s1_compression_n": ("newtons", 0),
    "relative_to_standing": ("times", 1),
}
"""Load → its unit's word and the digits after the point that it is told with."""

_LOW_CONFIDENCE = frozenset({"l4l5_shear_n"})
_JSON_DIGITS = {"newtons": 1, "megapascals": 4, "times": 3}


@dataclass(frozen=True)
class PostureLoads:
    """What was asked of the model, and what it answered."""

    posture: Posture
    physique: Physique
    loads: SpinalLoads

    @property
    def assumed(self) -> tuple[str, ...]:
        """Name what was not given, of the person and then of the posture."""
        given = {**asdict(self.physique), **asdict(self.posture)}
        return tuple(name for name, value in given.items() if value is None)

    def to_json(self) -> dict[str, Any]:
        """Return the object of the contract; lengths, masses and angles in the units of their names."""
        return {
            "openlumbar": __version__,
            "posture": asdict(self.posture),
            "physique": asdict(self.physique),
            "assumed": list(self.assumed),
            **{name: _as_json(name, getattr(self.loads, name)) for name in _WRITTEN},
        }


def print_posture_loads(answer: PostureLoads, console: Console, language: Language = "en") -> None:
    """Print the loads as a table, then what they mean and what they rest on."""
    words = Words(language)
    name = words(f"posture.{answer.posture.name}")
    console.print(Text(words("posture_load.title", posture=name), style="bold"))
    console.print(_table(answer.loads, words))
    console.print()
    console.print(Text(_meaning(answer, words), style="bold"))
    if unknown := [words(f"given.{name}") for name, value in asdict(answer.physique).items() if value is None]:
        console.print(Text(words("posture_load.assumed", names=words.listed(unknown))))
    console.print(Text(words("posture_load.estimate")))


def _as_json(name: str, estimate: Estimate) -> dict[str, Any]:
    digits = _JSON_DIGITS[_WRITTEN[name][0]]
    value, low, high = (round(number, digits) + 0.0 for number in estimate)
    confidence = {"confidence": "low"} if name in _LOW_CONFIDENCE else {}
    return {"value": value, "interval90": [low, high], **confidence}


def _table(loads: SpinalLoads, words: Words) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(words("posture_load.load"))
    table.add_column(words("posture_load.value"), justify="right")
    table.add_column(words("terminal.range"))
    for name, (unit, digits) in _WRITTEN.items():
        value, low, high = _figures(getattr(loads, name), digits)
        between = words("terminal.from_to", low=low, high=high)
        table.add_row(words(f"posture_load.{name}"), words(f"posture_load.{unit}", value=value), between)
    return table


def _meaning(answer: PostureLoads, words: Words) -> str:
    if answer.posture == Posture("standing"):
        return words("posture_load.is_standing")
    value, low, high = _figures(answer.loads.relative_to_standing, _WRITTEN["relative_to_standing"][1])
    return words("posture_load.meaning", value=value, low=low, high=high)


def _figures(estimate: Estimate, digits: int) -> tuple[str, str, str]:
    """Write an estimate's numbers with a true minus sign and no negative nought."""
    value, low, high = (f"{round(number, digits) + 0.0:.{digits}f}" for number in estimate)
    minus = "\N{MINUS SIGN}"
    return value.replace("-", minus), low.replace("-", minus), high.replace("-", minus)
