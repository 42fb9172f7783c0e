"""The languages of the pages: which one a request wants, and the words in it, read from the *.po files at start.

A catalogue may have several files, so that each part of the app keeps its own; nothing is compiled.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Self

import polib
from starlette.requests import HTTPConnection

from openlumbar.cards import Language
from openlumbar.dates_and_numbers import (
    day_and_time,
    day_of_year,
    decimal,
    full_day,
    medium_day,
    named_day,
    short_time,
    short_weekday,
    weekday,
)
from openlumbar.errors import InputError

FOLDER = Path(__file__).parent / "locale"
COOKIE = "language"
COOKIE_LASTS_S = 365 * 24 * 3600

TAGS: Mapping[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""Language → the value of `lang` attributes."""

_MOST_PREFERENCES = 20
"""More entries of an Accept-Language header than this are not read."""

Plural = tuple[str, str]


@dataclass(frozen=True)
class Wording:
    """One language's words: the messages of the templates, dates and numbers."""

    language: Language
    messages: Mapping[str | Plural, str]

    @property
    def tag(self) -> str:
        """Return the language as `lang` attributes name it."""
        return TAGS[self.language]

    def gettext(self, message: str) -> str:
        """Return a message in this language, as it is where there is no translation."""
        return self.messages.get(message, message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return a message for a count; Chinese has one form for all counts."""
        return self.messages.get((singular, plural), singular if count == 1 else plural)

    def day(self, moment: datetime) -> str:
        """Write the day of a moment, on this computer's clock."""
        return full_day(moment.astimezone(), self.language)

    def time(self, moment: datetime) -> str:
        """Write the time of day of a moment, on this computer's clock."""
        return short_time(moment.astimezone(), self.language)

    def moment(self, moment: datetime) -> str:
        """Write day and time of a moment, on this computer's clock."""
        return day_and_time(moment.astimezone(), self.language)

    def calendar_day(self, day: date) -> str:
        """Write a day of the calendar."""
        return medium_day(day, self.language)

    def weekday(self, number: int) -> str:
        """Name a day of the week, Monday 0."""
        return weekday(number, self.language)

    def clock(self, time: time_of_day) -> str:
        """Write a time of day that is the same wherever one is."""
        return short_time(time, self.language)

    def named_day(self, day: date) -> str:
        """Write a day with its name, without the year."""
        return named_day(day, self.language)

    def short_date(self, day: date) -> str:
        """Write a day in the fewest letters."""
        return day_of_year(day, self.language)

    def short_weekday(self, day: date) -> str:
        """Name a day of the week, shortly."""
        return short_weekday(day.weekday(), self.language)

    def number(self, value: float) -> str:
        """Write a number with the language's own marks, to three digits after the point."""
        return decimal(value)


class Languages:
    """Every language there is."""

    def __init__(self, wordings: Mapping[Language, Wording]) -> None:
        """Take the wordings by language."""
        self._wordings = wordings

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read the catalogues: every `<language>/LC_MESSAGES/*.po`.

        Raises:
            InputError: when a file is not readable as a catalogue.
        """
        files = sorted((folder / "zh" / "LC_MESSAGES").glob("*.po"))
        merged: dict[str | Plural, str] = {}
        for file in files:
            merged |= _messages(_read(file))
        return cls({"en": Wording("en", {}), "zh": Wording("zh", merged)})

    def __getitem__(self, language: Language) -> Wording:
        """Return a language's words."""
        return self._wordings[language]

    def of(self, request: HTTPConnection) -> Wording:
        """Return the words in the language that a request wants: chosen, else the browser's, else English."""
        return self._wordings[language_of(request)]


def language_of(request: HTTPConnection) -> Language:
    """Name the language that a request wants; see `Languages.of`."""
    return known_language(request.cookies.get(COOKIE)) or preferred_language(request.headers.get("accept-language", ""))


def preferred_language(header: str) -> Language:
    """Name the language that an Accept-Language header prefers; any Chinese is Chinese."""
    found = (known_language(tag.partition("-")[0].lower()) for tag in _preferences(header))
    return next(filter(None, found), "en")


def known_language(name: str | None) -> Language | None:
    """Return a language by its name, None when the app does not speak it."""
    return "zh" if name == "zh" else "en" if name == "en" else None


def region_of(request: HTTPConnection) -> str | None:
    """Name the region (ISO 3166) that the browser's languages tell, if they do; Chinese without one is China's."""
    for tag in _preferences(request.headers.get("accept-language", "")):
        for part in tag.split("-")[1:]:
            if len(part) == 2 and part.isalpha():
                return part.upper()
    return "CN" if language_of(request) == "zh" else None


def _preferences(header: str) -> list[str]:
    """List the tags of an Accept-Language header, the most wanted first."""
    weighted = []
    for entry in header.split(",")[:_MOST_PREFERENCES]:
        tag, _, weight = entry.partition(";")
        try:
            wanted = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag.strip() and wanted > 0:
            weighted.append((-wanted, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]


def is_local_path(path: str) -> bool:
    """Tell whether an address leads to a page of ours, whatever a browser makes of it."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


_current: ContextVar[Wording] = ContextVar("wording")
"""The words of the page that is being rendered; templates and macros all read it."""


def speak(wording: Wording) -> None:
    """Make this the language of what is rendered from here on in this context."""
    _current.set(wording)


def gettext(message: str) -> str:
    """Return a message in the language of the page that is being rendered."""
    return _current.get().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return a message for a count in the language of the page that is being rendered."""
    return _current.get().ngettext(singular, plural, count)


def _read(file: Path) -> polib.POFile:
    try:
        return polib.pofile(file.read_text("utf-8"), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise InputError(file.name, f"is no catalogue of messages ({error})", "correct that file") from None


def _messages(catalogue: polib.POFile) -> dict[str | Plural, str]:
    found: dict[str | Plural, str] = {}
    for entry in catalogue.translated_entries():  # those that are obsolete or fuzzy are none of them
        if entry.msgid_plural:
            found[entry.msgid, entry.msgid_plural] = entry.msgstr_plural[0]
        else:
            found[entry.msgid] = entry.msgstr
    return found
