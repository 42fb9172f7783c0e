"""What the page on the loads' validation shows: the rows, the peer's rows, what was changed for them, a picture."""

import csv
import math
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from benchmarks.__main__ import shown
from benchmarks._load_refit import first_run, leave_one_out
from benchmarks._load_rows import (
    JudgedRow,
    agreement,
    judged_rows,
    reference_tool_rows,
    wilke_agreement,
    wilke_rows,
)

_UNITS = {"idp_mpa": "MPa", "compression_n": "N", "relative": "× standing"}
_POSTURE = {
    "trunk_deg": "trunk {:g}°",
    "lumbar_flexion_deg": "lumbar flexion {:g}°",
    "twist_deg": "twist {:g}°",
    "side_bend_deg": "side bend {:g}°",
    "hand_load_kg": "{:g} kg in the hands",
    "reach_cm": "hands {:g} cm ahead",
}
_PERSON = {"sex": "{}", "height_cm": "{:g} cm", "weight_kg": "{:g} kg", "age": "{:g} years"}
_CHANGED = "for the sake of Wilke's rows"


@cache
def judged() -> tuple[JudgedRow, ...]:
    """Return every published row beside ours."""
    return judged_rows()


def rows() -> Iterator[tuple[str, ...]]:
    """Walk through the published rows: what, published, ours, interval, error, whether it holds, basis."""
    for row in judged():
        unit = _UNITS[row.row.quantity]
        error = "" if row.error_share is None else f"{100 * row.error_share:+.0f} %".replace("-", "−")
        interval = f"{shown(row.ours.low)} to {shown(row.ours.high)}"
        covered = "yes" if row.covered else "**no**"
        yield row.row.name, f"{_published(row)} {unit}", shown(row.ours.value), interval, error, covered, row.row.basis


def inputs() -> Iterator[tuple[str, ...]]:
    """Walk through the published rows: what, its source, our inputs, and why these."""
    for row in judged():
        yield row.row.name, row.row.source, ", ".join(_given(row)), row.row.inputs_why


def peer_rows() -> Iterator[tuple[str, ...]]:
    """Walk through the rows that AnyBody published, MPa: measured, its (over its own standing) and ours."""
    found = reference_tool_rows(judged())
    for row, tool, ours in found:
        yield row.row.name, f"{row.row.middle:.2f}", f"{tool:.2f}", f"{ours:.2f}"
    compared = [line for line in found if line[0].row.id != "wilke_standing"]
    measured = [row.row.middle for row, _, _ in compared]
    tool, ours = (
        agreement(measured, [line[1] for line in compared]),
        agreement(measured, [line[2] for line in compared]),
    )
    yield "mean error, standing left out", "", f"{tool.mape_percent:.1f} %", f"{ours.mape_percent:.1f} %"


def summary() -> str:
    """Say how well the rows are met."""
    wilke, held = wilke_agreement(judged()), sum(row.covered for row in judged())
    first, left_out = first_run(wilke_rows(judged())), leave_one_out(wilke_rows(judged()))
    return (
        f"Wilke's rows without standing: mean error {wilke.mape_percent:.1f} %, RMSE {wilke.rmse:.2f} MPa, "
        f"correlation {wilke.r:.3f}. Before any constant was changed for them it was {first.mape_percent:.1f} % and "
        f"{first.rmse:.2f} MPa; each row left out in turn {left_out.mape_percent:.1f} % and {left_out.rmse:.2f} MPa. "
        f"{held} of the {len(judged())} published values lie in our 90 % interval."
    )


def changed() -> Iterator[tuple[str, ...]]:
    """Walk through the constants of the model that were changed for the sake of rows on this page."""
    for file in sorted(files("openlumbar.content").joinpath("body").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".csv"):
            for cells in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
                if _CHANGED in cells["source"]:
                    first = next(iter(cells))
                    yield f"`{cells[first]}`", f"`body/{file.name}`", cells["source"]


def picture() -> str:
    """Draw each of our estimates with its interval over the published value, on a scale of doublings, as SVG."""
    marks = "".join(_mark(row, place) for place, row in enumerate(judged()))
    bottom = _TOP + _STEP * len(judged())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom + 40}" role="img" '
        f'font-family="sans-serif" font-size="12">\n'
        "<title>Our estimate over the published value, with the 90 % interval</title>\n"
        f'<rect width="{_WIDTH}" height="{bottom + 40}" fill="#fff"/>\n'
        f"{_scale(bottom)}{marks}</svg>\n"
    )


_WIDTH, _LEFT, _RIGHT, _TOP, _STEP = 760, 250, 740, 40, 19
_LEAST, _MOST = 0.25, 4.0
_TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)


def _x(ratio: float) -> float:
    share = math.log(min(max(ratio, _LEAST), _MOST) / _LEAST) / math.log(_MOST / _LEAST)
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _scale(bottom: float) -> str:
    lines = []
    for tick in _TICKS:
        colour = "#0f766e" if tick == 1.0 else "#d4d4d8"
        lines.append(f'<path d="M{_x(tick)} {_TOP - 8}V{bottom}" stroke="{colour}"/>')
        lines.append(f'<text x="{_x(tick)}" y="{bottom + 16}" text-anchor="middle" fill="#3f3f46">{tick:g} ×</text>')
    told = (
        "our estimate over the published value; bar: our 90 % interval, orange where it misses; grey: published range"
    )
    lines.append(f'<text x="{_LEFT - 240}" y="20" fill="#18181b">{told}</text>')
    return "\n".join(lines) + "\n"


def _mark(row: JudgedRow, place: int) -> str:
    y = _TOP + _STEP * place + _STEP / 2
    colour = "#115e59" if row.covered else "#c2410c"
    low, value, high = (_x(number / row.row.middle) for number in (row.ours.low, row.ours.value, row.ours.high))
    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end" fill="#18181b">{escape(row.row.name)}</text>\n'
        f"{_published_range(row, y)}"
        f'<path d="M{low} {y}H{high}" stroke="{colour}" stroke-width="3" stroke-linecap="round"/>\n'
        f'<circle cx="{value}" cy="{y}" r="4.5" fill="{colour}"/>\n'
    )


def _published_range(row: JudgedRow, y: float) -> str:
    if row.row.low is None:
        return ""
    highest = math.inf if row.row.high is None else row.row.high
    low, high = _x(row.row.low / row.row.middle), _x(highest / row.row.middle)
    return f'<rect x="{low}" y="{y - 7}" width="{high - low:.1f}" height="14" fill="#d4d4d8"/>\n'


def _published(row: JudgedRow) -> str:
    told = row.row
    if told.value is None:
        return f"≥ {shown(told.middle)}"
    if told.low is None or told.high is None:
        return shown(told.value)
    return f"{shown(told.value)} ({shown(told.low)} to {shown(told.high)})"


def _given(row: JudgedRow) -> Sequence[str]:
    posture, person = row.row.posture, row.row.physique
    angles = [text.format(value) for name, text in _POSTURE.items() if (value := getattr(posture, name))]
    body = [text.format(value) for name, text in _PERSON.items() if (value := getattr(person, name)) is not None]
    return [f"`{posture.name}`", *angles, *(body or ["average person"])]
