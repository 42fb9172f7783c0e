"""What is written by hand agrees with CLDR, as Babel carries it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.cards import Language
from openlumbar.dates_and_numbers import (
    day_and_time,
    day_of_year,
    decimal,
    full_day,
    long_day,
    medium_day,
    month,
    named_day,
    short_time,
    weekday,
)

LOCALES: dict[Language, Locale] = {"en": Locale.parse("en"), "zh": Locale.parse("zh_Hans_CN")}
LANGUAGES: list[Language] = ["en", "zh"]
WRITERS: list[tuple[Callable[[date, Language], str], Callable[[date, Locale], str]]] = [
    (full_day, lambda day, locale: format_date(day, "full", locale)),
    (long_day, lambda day, locale: format_date(day, "long", locale)),
    (medium_day, lambda day, locale: format_date(day, "medium", locale)),
    (day_of_year, lambda day, locale: format_skeleton("MMMd", day, locale=locale)),
    (named_day, lambda day, locale: format_skeleton("MMMEd", day, locale=locale)),
    (month, lambda day, locale: format_skeleton("yMMM", day, locale=locale)),
    (
        lambda day, language: weekday(day.weekday(), language),
        lambda day, locale: str(get_day_names("wide", "stand-alone", locale)[day.weekday()]),
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@given(day=st.dates())
def test_days_are_written_as_cldr_says(language: Language, day: date) -> None:
    for ours, theirs in WRITERS:
        assert ours(day, language) == theirs(day, LOCALES[language])


@pytest.mark.parametrize("language", LANGUAGES)
@given(moment=st.datetimes())
def test_moments_are_written_as_cldr_says(language: Language, moment: datetime) -> None:
    locale = LOCALES[language]
    time = format_time(moment, "short", locale=locale)
    pattern = str(locale.datetime_formats["medium"])
    assert short_time(moment, language) == short_time(moment.time(), language) == time
    assert day_and_time(moment, language) == pattern.format(time, format_date(moment, "medium", locale))


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9, allow_nan=False))
def test_numbers_are_written_as_cldr_says(language: Language, value: float) -> None:
    assert decimal(value) == format_decimal(value, locale=LOCALES[language])
