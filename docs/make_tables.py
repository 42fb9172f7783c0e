"""Write the parts of the documentation that follow from the code: `python -m docs.make_tables`.

A part stands between `<!-- made: NAME -->` and `<!-- /made -->` in the README or a page; a test keeps it alike.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import typer
from benchmarks.__main__ import AIMS, Aim, shown
from docs import load_parts
from typer.testing import CliRunner

from openlumbar.apps.cli import app
from openlumbar.apps.web.access import TABLE, Rule
from openlumbar.cards import FaultRule, Language, ReasonCode, exercise, exercise_slugs
from openlumbar.care import safety_table
from openlumbar.kinematics.signals import SIGNAL_NAMES
from openlumbar.messages import load_reasons, reason_message, reason_remedy
from openlumbar.pose import track
from openlumbar.pose.simulation import DEMO, simulate
from openlumbar.records.audit import CARRIES

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
_PART = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- /made -->)", re.DOTALL)
_SYMBOLS = {"deg": "°", "share": "", "of 0 or 1": ""}


def pages() -> Iterator[Path]:
    """Walk through the README and every page."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def renewed(text: str) -> str:
    """Return a page with each of its made parts written anew."""
    return _PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}\n{part[3]}", text)


def main() -> None:
    """Renew every page that has made parts, and every picture that follows from the code."""
    for name, drawn in PICTURES.items():
        (ROOT / "docs" / "pictures" / name).write_text(drawn(), encoding="utf-8")
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if (new := renewed(text)) != text:
            page.write_text(new, encoding="utf-8")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _signals() -> str:
    rows = ((f"`{name}`", meaning) for name, meaning in SIGNAL_NAMES.items())
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
    unit = _SYMBOLS.get(limit.unit, f" {limit.unit}")
    return f"`{rule.measure}` {sign} {limit.value:g}{unit}{levels}"


def _commands() -> str:
    group: Any = typer.main.get_command(app)
    helps = (_said_by(name, "--help").rstrip() for name in sorted(group.commands))
    return "\n\n".join(f"```text\n{text}\n```" for text in helps)


def _commands_of(name: str) -> str:
    group: Any = typer.main.get_command(app)
    helps = (_said_by(name, verb, "--help").rstrip() for verb in sorted(group.commands[name].commands))
    return "\n\n".join(f"```text\n{text}\n```" for text in helps)


def _audited() -> str:
    rows = ((f"`{action}`", ", ".join(f"`{name}`" for name in sorted(carries))) for action, carries in CARRIES.items())
    return _table(("action", "what the entry carries besides who and whom"), rows)


def _example() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "track.pose.npz"
        simulate(DEMO["bridge"], seed=1).track.save(path)
        said = _said_by("analyze", str(path), "--exercise", "bridge", "--height-cm", "168")
    lines = "\n".join(line.rstrip() for line in said.strip().splitlines())
    command = ".venv/bin/openlumbar analyze demo/bridge/track.pose.npz --exercise bridge --height-cm 168"
    return f"```console\n$ {command}\n{lines}\n```"


def _said_by(*arguments: str) -> str:
    """Return what the command prints on stdout."""
    done = CliRunner().invoke(app, arguments, prog_name="openlumbar", env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def _numbers(aims: Iterable[Aim] = AIMS) -> str:
    reached: Mapping[str, float | None] = json.loads(RESULTS.read_text(encoding="utf-8"))["reached"]
    rows = ((aim.what, f"{aim.side} {shown(aim.target)}", *_outcome(aim, reached.get(aim.what))) for aim in aims)
    return _table(("what", "target", "measured", ""), rows)


def _outcome(aim: Aim, value: float | None) -> tuple[str, str]:
    if value is None:
        return "not measured yet", ""
    met = value >= aim.target if aim.side == "≥" else value <= aim.target
    return shown(value), "met" if met else "**missed**"


def _load_numbers() -> str:
    return _numbers(aim for aim in AIMS if aim.benchmark in ("spinal_loads", "opensim_grid"))


def _load_rows() -> str:
    heads = ("what", "published", "ours", "90 % interval", "error", "holds it", "basis")
    return f"{load_parts.summary()}\n\n{_table(heads, load_parts.rows())}"


def _load_inputs() -> str:
    return _table(("what", "source", "our inputs", "why these"), load_parts.inputs())


def _load_peer() -> str:
    return _table(("MPa", "Wilke, measured", "AnyBody", "OpenLumbar"), load_parts.peer_rows())


def _load_changed() -> str:
    return _table(("constant", "file", "what it rests on"), load_parts.changed())


_QUESTION_HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("", "asked or found", "leads to", "basis", "source"),
    "zh": ("", "询问或发现", "结果", "依据", "来源"),
}
_ADAPTATION_HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("condition", "activity", "what is done differently"),
    "zh": ("情况", "活动", "怎样调整"),
}


def _safety_questions(language: Language) -> str:
    return _table(_QUESTION_HEADS[language], safety_table.question_rows(language))


def _safety_matrix(language: Language) -> str:
    head, *rows = safety_table.as_rows(language)
    return _table(head, rows)


def _safety_adaptations(language: Language) -> str:
    return _table(_ADAPTATION_HEADS[language], safety_table.adaptation_rows(language))


def _safety_stages(language: Language) -> str:
    head, *rows = safety_table.stage_rows(language)
    return _table(head, rows)


_LIMIT_HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("", "most load, relative to standing", "basis", "source"),
    "zh": ("", "最大负荷（与站立时相比）", "依据", "来源"),
}


def _safety_limits(language: Language) -> str:
    return _table(_LIMIT_HEADS[language], safety_table.limit_rows(language))


_VISITORS = (
    "nobody",
    "the patient",
    "another patient",
    "their therapist",
    "another therapist",
    "administrator",
    "alone",
)
_ADMITTED: Mapping[Rule, tuple[str, ...]] = {
    "public": ("yes", "yes", "yes", "yes", "yes", "yes", "yes"),
    "account": ("login", "yes", "yes", "yes", "yes", "yes", "yes"),
    "home": ("login", "own", "own", "start", "start", "start", "own"),
    "patient": ("login", "own", "own", "–", "–", "–", "own"),
    "own_session": ("login", "yes", "–", "–", "–", "–", "yes"),
    "read_session": ("login", "yes", "–", "yes", "–", "–", "yes"),
    "therapist": ("login", "–", "–", "own", "own", "–", "–"),
    "patient_of": ("login", "–", "–", "yes", "–", "–", "–"),
    "administrator": ("login", "–", "–", "–", "–", "yes", "–"),
}
"""What each rule comes to, written out apart from the code that holds requests to it."""


def _access() -> str:
    rows = ((f"`{line}`", *_ADMITTED[rule]) for line, rule in TABLE.items())
    return _table(("address", *_VISITORS), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "signals": _signals,
    "pose-track": _pose_track,
    "reasons": _reasons,
    "faults": _faults,
    "commands": _commands,
    "account-commands": partial(_commands_of, "account"),
    "records-commands": partial(_commands_of, "records"),
    "audited": _audited,
    "example": _example,
    "numbers": _numbers,
    "access": _access,
    "load-numbers": _load_numbers,
    "load-rows": _load_rows,
    "load-inputs": _load_inputs,
    "load-peer": _load_peer,
    "load-changed": _load_changed,
    **{f"safety-questions-{language}": partial(_safety_questions, language) for language in _QUESTION_HEADS},
    **{f"safety-matrix-{language}": partial(_safety_matrix, language) for language in _QUESTION_HEADS},
    **{f"safety-adaptations-{language}": partial(_safety_adaptations, language) for language in _QUESTION_HEADS},
    **{f"safety-stages-{language}": partial(_safety_stages, language) for language in _QUESTION_HEADS},
    **{f"safety-limits-{language}": partial(_safety_limits, language) for language in _LIMIT_HEADS},
}
"""Name of a made part → what writes it."""

PICTURES: Mapping[str, Callable[[], str]] = {"load-validation.svg": load_parts.picture}
"""Name of a picture in docs/pictures → what draws it; the others are taken by docs/make_pictures.py."""


if __name__ == "__main__":
    main()
