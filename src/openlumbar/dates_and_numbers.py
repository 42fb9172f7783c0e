"""Days, times and numbers as English and Chinese write them, after CLDR 47 (locales `en` and `zh_Hans_CN`).

A few patterns of two languages do not need the locale data of hundreds; tests hold them against that data.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal

from openlumbar.cards import Language

_WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ABBREVIATED = 3
"""An abbreviated month or weekday of `en` is the first three letters of the wide one."""
_SMALLEST = Decimal("0.001")


def weekday(number: int, language: Language) -> str:
    """Name a day of the week, Monday 0."""
    return _WEEKDAYS[language][number]


def short_weekday(number: int, language: Language) -> str:
    """Name a day of the week shortly, Monday 0: CLDR's `EEE`."""
    named = weekday(number, language)
    return named.replace("星期", "周") if language == "zh" else named[:_ABBREVIATED]


def named_day(day: date, language: Language) -> str:
    """Write a day with its weekday, without its year: CLDR's `EEE, MMM d` and `M月d日EEE`."""
    parts = day_of_year(day, language), short_weekday(day.weekday(), language)
    return "".join(parts) if language == "zh" else ", ".join(reversed(parts))


def full_day(day: date, language: Language) -> str:
    """Write a day with its weekday: CLDR's `EEEE, MMMM d, y` and `y年M月d日EEEE`."""
    named = weekday(day.weekday(), language)
    return f"{long_day(day, language)}{named}" if language == "zh" else f"{named}, {long_day(day, language)}"


def long_day(day: date, language: Language) -> str:
    """Write a day: CLDR's `MMMM d, y` and `y年M月d日`."""
    return _chinese_day(day) if language == "zh" else f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def medium_day(day: date, language: Language) -> str:
    """Write a day in short: CLDR's `MMM d, y` and `y年M月d日`."""
    return _chinese_day(day) if language == "zh" else f"{day_of_year(day, language)}, {day.year}"


def day_of_year(day: date, language: Language) -> str:
    """Write a day without its year: CLDR's `MMM d` and `M月d日`."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{_MONTHS[day.month - 1][:_ABBREVIATED]} {day.day}"


def month(day: date, language: Language) -> str:
    """Write the month and year of a day: CLDR's `MMM y` and `y年M月`."""
    return f"{day.year}年{day.month}月" if language == "zh" else f"{_MONTHS[day.month - 1][:_ABBREVIATED]} {day.year}"


def short_time(moment: datetime | time, language: Language) -> str:
    """Write a time of day: CLDR's `h:mm a`, with its narrow space that does not break, and `HH:mm`."""
    if language == "zh":
        return f"{moment.hour:02d}:{moment.minute:02d}"
    return f"{moment.hour % 12 or 12}:{moment.minute:02d}\u202f{'PM' if moment.hour >= 12 else 'AM'}"


def day_and_time(moment: datetime, language: Language) -> str:
    """Write a day in short and a time of day."""
    between = " " if language == "zh" else ", "
    return f"{medium_day(moment, language)}{between}{short_time(moment, language)}"


def decimal(value: float) -> str:
    """Write a number to three digits after the point, as both languages do: CLDR's `#,##0.###`, half to even."""
    whole, _, fraction = f"{Decimal(str(value)).quantize(_SMALLEST, ROUND_HALF_EVEN):,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
