"""The documentation page of the exercises, made by `python -m openlumbar.reports.cards_page`."""

import sys
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from openlumbar.cards import (
    Advice,
    Band,
    Basis,
    Card,
    FaultRule,
    Language,
    Level,
    Quantity,
    Text,
    exercise,
    exercise_slugs,
)
from openlumbar.errors import InputError

PAGES: dict[Language, str] = {"en": "exercises.md", "zh": "exercises.zh.md"}
"""Language → the page's file name under docs/."""

_Lines = list[str]


class SourceRow(BaseModel):
    """A row of the source: where it lives under content/ (empty: to come), what ships instead, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    part: Text
    lives: str
    ships: Text
    why: Text
    basis: Basis
    source: str


class Reference(BaseModel):
    """A published work that cards name as evidence, and how much of it was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    work: str
    basis: Basis
    seen: str


@cache
def source_rows() -> tuple[SourceRow, ...]:
    """Read and validate the rows of the source."""
    return tuple(TypeAdapter(list[SourceRow]).validate_python(_content("evidence", "source_rows.toml")["row"]))


@cache
def references() -> tuple[Reference, ...]:
    """Read and validate the works that cards may name as evidence."""
    return tuple(TypeAdapter(list[Reference]).validate_python(_content("evidence", "references.toml")["reference"]))


def condition_codes() -> tuple[str, ...]:
    """List the conditions that a card can name, in the order in which they are shown."""
    return tuple(_words()["condition_name"])


def exercises_page(language: Language) -> str:
    """Write the whole page in one language, as Markdown."""
    cards = [exercise(slug) for slug in exercise_slugs()]
    say = CardWords(language)
    blocks = [
        [f"# {say('page.title')}", "", say("page.intro"), "", say("page.marks"), "", say("page.stop")],
        _source_table(say),
        *(_card_block(card, say) for card in cards),
        _condition_table(cards, say),
        _reference_list(say),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def write_pages(folder: Path) -> list[Path]:
    """Write the page in every language into a folder and return the files.

    Raises:
        InputError: when there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(str(folder), "is not a folder", "name the folder of the documentation")
    written = [folder / name for name in PAGES.values()]
    for language, path in zip(PAGES, written, strict=True):
        path.write_text(exercises_page(language), encoding="utf-8")
    return written


class CardWords:
    """The page's words in one language; call it with "section.key" and the values the sentence takes."""

    def __init__(self, language: Language) -> None:
        """Speak a language."""
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        section, name = key.split(".", 1)
        return _words()[section][name].in_language(self.language).format(**values)

    def text(self, text: Text) -> str:
        """Return a text of a card in this language."""
        return text.in_language(self.language)

    def amount(self, quantity: Quantity | None) -> str:
        """Write a quantity with its unit; empty where there is none."""
        return "" if quantity is None else self(f"unit.{quantity.unit}", value=f"{quantity.value:g}")

    def rests_on(self, basis: Basis, source: str) -> str:
        """Name basis and source of what is not our own rule."""
        return "" if basis == "product" else self("page.rests_on", word=self(f"basis.{basis}"), source=source)

    def aim(self, band: Band) -> str:
        """Say what to aim at in a band; empty when it only has limits to stay below."""
        low, high = band.at_least, band.at_most
        if low and high:
            span = self("band.between", low=f"{low.value:g}", high=f"{high.value:g}")
            return self(f"unit.{low.unit}", value=span)
        if low:
            return self("band.least", low=self.amount(low))
        return self("band.most", high=self.amount(high)) if high else ""

    def levels(self, ids: Sequence[str], otherwise: str) -> str:
        """List levels, or say what else holds when there is none."""
        return self("page.list").join(ids) or self(otherwise)


@cache
def _words() -> dict[str, dict[str, Text]]:
    return TypeAdapter(dict[str, dict[str, Text]]).validate_python(_content("messages", "exercises_page.toml"))


def _content(*path: str) -> dict[str, object]:
    return tomllib.loads(files("openlumbar.content").joinpath(*path).read_text(encoding="utf-8"))


def _source_table(say: CardWords) -> _Lines:
    rows = [
        (
            row.id,
            say.text(row.part),
            f"`{row.lives}`" if row.lives else say("rows.later"),
            say.text(row.ships),
            say.text(row.why) + say.rests_on(row.basis, row.source),
        )
        for row in source_rows()
    ]
    header = [say(f"rows.{key}") for key in ("id", "part", "lives", "ships", "why")]
    return [f"## {say('rows.title')}", "", *_table(header, rows)]


def _card_block(card: Card, say: CardWords) -> _Lines:
    signed = card.clinician_signoff
    return [
        f"## {say.text(card.name)}",
        "",
        say.text(card.summary),
        "",
        say(
            "card.facts",
            slug=card.slug,
            source=card.source,
            view=say(f"card.{card.view}"),
            path=f"exercises/{card.slug}.toml",
        ),
        "",
        say("page.signed", who=signed) if signed else say("page.unsigned"),
        *_section(say("card.instead"), [say.text(card.adaptation)]),
        *_section(say("card.setup"), _list(card.setup, say)),
        *_section(say("card.steps"), _list(card.steps, say)),
        *_section(say("card.cue"), _list(card.cues, say)),
        *_section(say("card.errors"), _list(card.errors, say)),
        *_section(say("band.title"), _band_table(card.bands, say)),
        *_section(say("level.title"), _level_table(card, say)),
        *_section(say("stage.title"), _stage_table(card, say)),
        *_section(say("fault.title"), _fault_table(card, say)),
        *_section(say("condition.title"), [f"- {say.text(item.text)}" for item in card.contraindications]),
        *_section(say("card.notes"), _list(card.notes, say)),
    ]


def _section(title: str, lines: _Lines) -> _Lines:
    return ["", f"### {title}", "", *lines]


def _list(advice: Iterable[Advice], say: CardWords) -> _Lines:
    return [f"- {say.text(item.text)}{say.rests_on(item.basis, item.source)}" for item in advice]


def _band_table(bands: Iterable[Band], say: CardWords) -> _Lines:
    rows = [
        (
            say.text(band.name),
            say.aim(band),
            say.amount(band.warn_above),
            say.amount(band.stop_above),
            say("band.yes" if band.measure else "band.no"),
        )
        for band in bands
    ]
    return _table([say(f"band.{key}") for key in ("name", "aim", "warn", "stop", "seen")], rows)


def _level_table(card: Card, say: CardWords) -> _Lines:
    rows = []
    for level in card.levels:
        does = say("level.name", name=say.text(level.name), instruction=say.text(level.instruction))
        if level.why_locked:
            does += say("level.locked", why=say.text(level.why_locked))
        rows.append((level.id, does, _dose(level, say)))
    table = _table([say(f"level.{key}") for key in ("id", "what", "dose")], rows)
    return [*table, "", say("level.default", level=card.default_level)]


def _dose(level: Level, say: CardWords) -> str:
    if rule := level.physique_dose:
        times = say("level.physique", fewest=rule.fewest, most=rule.most)
    else:
        key = "level.times_per_side" if level.dose.per_side else "level.times"
        times = say(key, count=level.dose.repetitions)
    parts = [say("level.sets", sets=level.dose.sets_a_day, times=times)]
    if level.dose.hold_s:
        parts.append(say("level.hold", hold=f"{level.dose.hold_s:g}"))
    return say("page.comma").join(parts)


def _stage_table(card: Card, say: CardWords) -> _Lines:
    rows = [(say.text(stage.name), say.levels(stage.levels, "stage.none")) for stage in card.stages]
    return _table([say("stage.name"), say("stage.levels")], rows)


def _fault_table(card: Card, say: CardWords) -> _Lines:
    drive = card.drive
    counted = say(
        "fault.counted",
        counted=say.amount(drive.counted),
        noticed=say.amount(drive.noticed),
        measure=drive.measured_as,
    )
    own = [
        say("fault.level_limit", level=level.id, limits=_limits(level, say)) for level in card.levels if level.limits
    ]
    header = [say(f"fault.{key}") for key in ("code", "rule", "levels", "says")]
    ordered = sorted(card.faults, key=lambda rule: rule.priority)
    rows = [
        (f"`{rule.code}`", _rule(rule, say), say.levels(rule.levels, "fault.all"), say.text(rule.text))
        for rule in ordered
    ]
    return ["".join([counted, *own]), "", *_table(header, rows)]


def _limits(level: Level, say: CardWords) -> str:
    return say("page.comma").join(f"`{code}` {say.amount(limit)}" for code, limit in level.limits.items())


def _rule(rule: FaultRule, say: CardWords) -> str:
    sign = "<" if rule.below else ">"
    return f"`{rule.measure}` {sign} {say.amount(rule.below or rule.above)}"


def _condition_table(cards: Sequence[Card], say: CardWords) -> _Lines:
    rows = []
    for code in condition_codes():
        actions = [
            next((item.action for item in card.contraindications if item.condition == code), "go") for card in cards
        ]
        rows.append((say(f"condition_name.{code}"), *(say(f"condition.{action}") for action in actions)))
    header = [say("condition.name"), *(say.text(card.name) for card in cards)]
    return [f"## {say('condition.title')}", "", *_table(header, rows)]


def _reference_list(say: CardWords) -> _Lines:
    items = [
        say("reference.item", id=work.id, work=work.work, basis=say(f"basis.{work.basis}"), seen=work.seen)
        for work in references()
    ]
    return [f"## {say('reference.title')}", "", *items]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> _Lines:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    try:
        write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
    except InputError as error:
        sys.exit(str(error))
