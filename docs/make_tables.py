"""Write the parts of the documentation that follow from the code: `python docs/make_tables.py`.

A part stands between `<!-- made: NAME -->` and `<!-- /made -->` in the README or a page; a test keeps it alike.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import typer

from openlumbar.apps.cli import app
from openlumbar.cards import FaultRule, ReasonCode, exercise, exercise_slugs
from openlumbar.kinematics.signals import SIGNAL_NAMES
from openlumbar.messages import load_reasons, reason_message, reason_remedy
from openlumbar.pose import track

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
_PART = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- /made -->)", re.DOTALL)
_SYMBOLS = {"degrees": "°", "deg": "°", "ratio": ""}


def pages() -> Iterator[Path]:
    """Walk through the README and every page."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def renewed(text: str) -> str:
    """Return a page with each of its made parts written anew."""
    return _PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}\n{part[3]}", text)


def main() -> None:
    """Renew every page that has made parts."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if (new := renewed(text)) != text:
            page.write_text(new, encoding="utf-8")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _signals() -> str:
    rows = ((f"`{name}`", f"{meaning[0].upper()}{meaning[1:]}") for name, meaning in SIGNAL_NAMES.items())
    return _table(("column", "meaning"), rows)


def _pose_track() -> str:
    rows = [
        (f"`{key}`", np.dtype(dtype).name, f"({', '.join('T' if n is None else str(n) for n in shape)})")
        for key, (dtype, shape) in track._LAYOUT.items()
    ]
    return _table(("key", "type", "shape"), rows)


def _reasons() -> str:
    codes: Iterable[ReasonCode] = load_reasons().reason
    rows = ((f"`{code}`", reason_message(code), reason_remedy(code)) for code in codes)
    return _table(("code", "what was seen", "what to change"), rows)


def _faults() -> str:
    rows = (
        (slug, f"`{rule.code}`", rule.text.en, _limit(rule))
        for slug in exercise_slugs()
        for rule in exercise(slug).faults
    )
    return _table(("exercise", "code", "what it says", "when"), rows)


def _limit(rule: FaultRule) -> str:
    limit = rule.below or rule.above
    assert limit is not None  # noqa: S101 - a card has exactly one of them
    sign = "<" if rule.below else ">"
    levels = f" ({', '.join(rule.levels)})" if rule.levels else ""
    return f"`{rule.measure}` {sign} {limit.value:g} {_SYMBOLS.get(limit.unit, limit.unit)}".rstrip() + levels


def _commands() -> str:
    group: Any = typer.main.get_command(app)
    parts = []
    for name, command in sorted(group.commands.items()):
        told = [param for param in command.params if not getattr(param, "hidden", False)]
        rows = ((_names(param), _summary(param)) for param in told if param.name != "help")
        parts.append(f"### `openlumbar {name}`\n\n{command.help.strip()}\n\n{_table(('give', 'meaning'), rows)}")
    return "\n\n".join(parts)


def _names(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{param.human_readable_name}`"
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    return names if param.is_flag else f"{names} `{param.make_metavar(typer.Context(typer.main.get_command(app)))}`"


def _summary(param: Any) -> str:
    default = param.default
    known = isinstance(default, str | int | float) and not isinstance(default, bool)
    return f"{param.help or ''}{f' (default: {default})' if known else ''}".strip()


def _numbers() -> str:
    rows: list[Mapping[str, str]] = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    heads = ("what", "target", "measured", "beside it", "on")
    return _table(heads, ([row.get(head, "") for head in heads] for row in rows))


PARTS: Mapping[str, Callable[[], str]] = {
    "signals": _signals,
    "pose-track": _pose_track,
    "reasons": _reasons,
    "faults": _faults,
    "commands": _commands,
    "numbers": _numbers,
}
"""Name of a made part → what writes it."""


if __name__ == "__main__":
    main()
