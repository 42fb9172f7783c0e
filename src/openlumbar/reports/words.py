"""The report's own words in both languages, from `content/messages/report.toml`."""

import string
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import TypeAdapter, model_validator

from openlumbar.cards import Language, Text

LANGUAGES: tuple[Language, ...] = ("en", "zh")
LANGUAGE_TAGS = MappingProxyType({"en": "en", "zh": "zh-Hans"})
"""Language → BCP 47 tag for `lang` attributes."""
LANGUAGE_NAMES = MappingProxyType({"en": "English", "zh": "中文"})

_DIGITS = MappingProxyType({"deg": 0, "n": 0, "mpa": 2})
"""Unit → digits after the point."""


class _Entry(Text):
    """One word or sentence; both languages take the same values."""

    @model_validator(mode="after")
    def _same_values(self) -> "_Entry":
        if _placeholders(self.en) != _placeholders(self.zh):
            raise ValueError(f"the languages take different values: {self.en!r}, {self.zh!r}")
        return self


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; call it with "section.key" and the values the sentence takes."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in.

        Raises:
            KeyError: when the key or one of its values is missing, which is a mistake in the program.
        """
        section, name = key.split(".")
        return _wordbook()[section][name].in_language(self.language).format(**values)

    def counted(self, key: str, count: int, **values: object) -> str:
        """Return the sentence `key`_one or `key`_many, as the count asks."""
        return self(f"{key}_{'one' if count == 1 else 'many'}", count=count, **values)

    def amount(self, value: float | None, unit: str) -> str:
        """Write a value with its unit ("s", "cm", "deg" and the like); a dash where there is none."""
        return self("page.none") if value is None else self(f"unit.{unit}", value=self.figure(value, unit))

    def exact(self, value: float, unit: str) -> str:
        """Write a prescribed value with its unit: as many digits as it has."""
        return self(f"unit.{unit}", value=f"{value:g}")

    def unit(self, unit: str) -> str:
        """Return a unit's own word."""
        return self(f"unit.{unit}", value="").strip()

    def figure(self, value: float, unit: str) -> str:
        """Write a number as precisely as its unit deserves: tenths where nothing else is known of the unit."""
        digits = _DIGITS.get(unit, 1)
        return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")

    def listed(self, parts: Iterable[str]) -> str:
        """Join phrases, which may hold commas, to a list."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    @property
    def gap(self) -> str:
        """Return what stands between two sentences: a space, nothing in Chinese."""
        return "" if self.language == "zh" else " "


def word_keys() -> frozenset[str]:
    """List every "section.key" there is."""
    return frozenset(f"{section}.{key}" for section, entries in _wordbook().items() for key in entries)


@cache
def _wordbook() -> dict[str, dict[str, _Entry]]:
    text = files("openlumbar.content").joinpath("messages", "report.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, dict[str, _Entry]]).validate_python(tomllib.loads(text))


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
