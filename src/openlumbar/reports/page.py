"""The report: one HTML file that needs no script to be read and asks nothing of any network.

Both languages are rendered in full and one is shown; the pictures, which would double the file, are kept once
as SVG images and used by both.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2

from openlumbar import __version__
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.assessment.loads import Loads
from openlumbar.cards import Language
from openlumbar.physique import Stature
from openlumbar.reports.jpeg import jpeg_size_px
from openlumbar.reports.load_section import LoadSection, load_section
from openlumbar.reports.load_words import relative_text
from openlumbar.reports.stretches import unjudged_stretches
from openlumbar.reports.summary import (
    BigNumber,
    Improvement,
    PlainVerdict,
    big_numbers,
    dose_text,
    estimate_of,
    estimate_text,
    fault_name,
    improvements,
    plain_verdict,
    presentable,
)
from openlumbar.reports.timeline import COMPACT, WIDE, Timeline, lay_out_timeline
from openlumbar.reports.whole_file import write_whole
from openlumbar.reports.words import LANGUAGE_NAMES, LANGUAGE_TAGS, LANGUAGES, Words

_FIGURES = ("timeline.svg", "load.svg", "figure_parts.svg")
_MOST_ROWS = 100
"""Repetitions listed one by one; the rest stand in repetitions.csv, so that the page stays light."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A picture of one repetition (counted from 1) at `time_s`, as JPEG."""

    time_s: float
    repetition: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class _Picture:
    id: str
    width: int
    height: int
    data: str
    time_s: float
    repetition: int


@dataclass(frozen=True, slots=True)
class _Row:
    """One repetition in words."""

    number: int
    counted: bool
    side: str | None
    values: tuple[tuple[str, str], ...]
    load: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Moment:
    """One line of the timeline's table."""

    start_s: float
    end_s: float
    what: str
    details: str


@dataclass(frozen=True, slots=True)
class _Article:
    """The whole report in one language."""

    words: Words
    tag: str
    title: str
    level: str
    verdict: PlainVerdict
    numbers: tuple[BigNumber, ...]
    timelines: tuple[Timeline, ...]
    load: LoadSection | None
    moments: tuple[_Moment, ...]
    rows: tuple[_Row, ...]
    unlisted: int
    improvements: tuple[Improvement, ...]
    measured: tuple[str, ...]
    dose: str
    facts: tuple[tuple[str, str], ...]


def write_report(
    analysis: Analysis, key_frames: Sequence[KeyFrame], path: Path, stature: Stature | None = None
) -> None:
    """Write the report as one self-contained HTML file.

    `stature` is the body height that the centimetres rest on; without it the report says so in general words.
    """
    write_whole(path, render_report(analysis, key_frames, stature))


def render_report(analysis: Analysis, key_frames: Sequence[KeyFrame] = (), stature: Stature | None = None) -> str:
    """Render the report's HTML."""
    analysis = presentable(analysis)
    style, script = _template_text("report.css") + article_style(), _template_text("language.js")
    return (
        _templates()
        .get_template("report.html")
        .render(
            analysis=analysis,
            articles=[_article(analysis, Words(language), stature) for language in LANGUAGES],
            pictures=[_picture(frame) for frame in key_frames],
            names=LANGUAGE_NAMES,
            style=style,
            style_hash=_csp_hash(style),
            script=script,
            script_hash=_csp_hash(script),
        )
    )


def render_article(analysis: Analysis, language: Language, stature: Stature | None = None) -> str:
    """Render the report in one language as a part of another page, which brings `article_style` and its tokens."""
    analysis = presentable(analysis)
    article = _article(analysis, Words(language), stature)
    parts = [_templates().get_template(name) for name in ("signs.html", "article.html")]
    return "".join(part.render(analysis=analysis, article=article, pictures=()) for part in parts)


def article_style() -> str:
    """Return the styles of the article."""
    return _template_text("article.css")


def _article(analysis: Analysis, words: Words, stature: Stature | None) -> _Article:
    level = analysis.level
    drawn = [lay_out_timeline(analysis, words, canvas) for canvas in (WIDE, COMPACT)]
    timelines = tuple(timeline for timeline in drawn if timeline is not None)
    return _Article(
        words=words,
        tag=LANGUAGE_TAGS[words.language],
        title=words("page.title", exercise=analysis.card.name.in_language(words.language)),
        level=words("page.level", id=level.id, name=level.name.in_language(words.language)),
        verdict=plain_verdict(analysis, words),
        numbers=big_numbers(analysis, words),
        timelines=timelines,
        load=load_section(analysis, timelines, words),
        moments=_moments(analysis, words),
        rows=tuple(
            _row(analysis, number, repetition, loads, words)
            for number, (repetition, loads) in enumerate(_listed(analysis), 1)
        ),
        unlisted=max(0, len(analysis.repetitions) - _MOST_ROWS),
        improvements=improvements(analysis, words),
        measured=_measured(analysis, words, stature),
        dose=dose_text(analysis.level, words),
        facts=_facts(analysis, words),
    )


def _listed(analysis: Analysis) -> Sequence[tuple[Repetition, Loads | None]]:
    return list(zip(analysis.repetitions, analysis.repetition_loads, strict=True))[:_MOST_ROWS]


def _row(analysis: Analysis, number: int, repetition: Repetition, loads: Loads | None, words: Words) -> _Row:
    span = words("repetitions.span", start=f"{repetition.start_s:.1f}", end=f"{repetition.end_s:.1f}")
    values = [(words("repetitions.time"), span)]
    for name in ("hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg"):
        estimate = estimate_of(repetition, name)
        if estimate is not None:
            values.append((words(f"measure.{name}"), estimate_text(estimate, name, words)))
    hold = estimate_of(repetition, "hold_s")
    if hold is not None and analysis.level.dose.hold_s > 0:
        values.append((words("repetitions.hold"), estimate_text(hold, "hold_s", words)))
    if repetition.raised_hand is not None:
        values.append((words("repetitions.hand"), words(f"repetitions.hand_{repetition.raised_hand}")))
    side = None if repetition.side is None else words(f"repetitions.to_{repetition.side}")
    faults = tuple(fault_name(analysis.card, code, words) for code in repetition.faults)
    load = None if loads is None else relative_text(loads, words)
    return _Row(number, repetition.counted, side, tuple(values), load, faults)


def _moments(analysis: Analysis, words: Words) -> tuple[_Moment, ...]:
    """List what the timeline shows, in order of time."""
    found = []
    for number, repetition in enumerate(analysis.repetitions[:_MOST_ROWS], 1):
        counted = words("repetitions.counted" if repetition.counted else "repetitions.not_counted")
        details = [counted, *(fault_name(analysis.card, code, words) for code in repetition.faults)]
        name = words("repetitions.name", number=number)
        found.append(_Moment(repetition.start_s, repetition.end_s, name, words.listed(details)))
    for stretch in unjudged_stretches(analysis):
        reason = words(f"unjudged.{stretch.code}")
        found.append(_Moment(stretch.start_s, stretch.end_s, words("timeline.legend_unjudged"), reason))
    return tuple(sorted(found, key=lambda moment: moment.start_s))


def _measured(analysis: Analysis, words: Words, stature: Stature | None) -> tuple[str, ...]:
    """Say what was measured, how the scale was found and how sure it is, a sentence or two each."""
    name = analysis.card.drive.measured_as
    told = [words(f"measured.{name}")]
    if analysis.level.dose.hold_s > 0:
        told.append(words("measured.hold"))
    told.append(_scale(name, words, stature))
    if analysis.repetitions:
        has_interval = any(repetition.interval90 for repetition in analysis.repetitions)
        told.append(words("measured.interval" if has_interval else "measured.no_interval"))
    duration_s = analysis.source.duration_s
    if analysis.judged and duration_s > 0:
        lost_s = sum(stretch.end_s - stretch.start_s for stretch in unjudged_stretches(analysis))
        judged_s = max(0.0, duration_s - lost_s)
        judged, duration = words.amount(judged_s, "s"), words.amount(duration_s, "s")
        share = round(100 * judged_s / duration_s)
        told.append(words("measured.judged_share", judged=judged, duration=duration, share=share))
    return (*told, words("measured.unlisted"))


def _scale(name: str, words: Words, stature: Stature | None) -> str:
    if not name.endswith("_cm"):
        return words("measured.angles")
    if stature is None:
        return words("measured.scale_unsaid")
    key = "measured.scale_given" if stature.measured else "measured.scale_assumed"
    height = words("unit.cm", value=f"{stature.height_cm:.0f}")
    return words(key, height=height, sd=words("unit.cm", value=f"{stature.sd_cm:.0f}"))


def _facts(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    source = analysis.source
    facts = [
        (words("source.duration"), words.amount(source.duration_s, "s")),
        (words("source.program"), f"OpenLumbar {__version__}"),
    ]
    if source.sha256:  # what was watched live is no file
        frames = words("source.frames_value", frames=source.frames, fps=f"{source.fps:.2f}")
        file = [("name", source.name), ("sha256", source.sha256[:12]), ("frames", frames)]
        facts = [(words(f"source.{name}"), value) for name, value in file] + facts
    return tuple(facts)


def _picture(frame: KeyFrame) -> _Picture:
    width, height = jpeg_size_px(frame.jpeg)
    data = base64.b64encode(frame.jpeg).decode("ascii")
    return _Picture(f"picture-{frame.repetition}", width, height, data, frame.time_s, frame.repetition)


def _csp_hash(content: str) -> str:
    """Name an inline block's content so that the page's security policy allows it and nothing else."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")


def _template_text(name: str) -> str:
    return files("openlumbar.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _templates() -> jinja2.Environment:
    sources: Mapping[str, str] = {
        name: _template_text(name) for name in ("report.html", "signs.html", "article.html", "sections.html", *_FIGURES)
    }
    return jinja2.Environment(
        loader=jinja2.DictLoader(dict(sources)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
