"""Consent: what a person is asked to agree to, and whether they do just now."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Text

ConsentState = Literal["missing", "given", "outdated", "withdrawn"]

STORAGE = "storage"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsentPoint(_Frozen):
    """One thing that is said before somebody agrees."""

    about: Text
    text: Text


class ConsentCard(_Frozen):
    """What is asked, in that version: `refuse` says what follows from a no."""

    what: str
    version: int = Field(ge=1)
    title: Text
    point: tuple[ConsentPoint, ...] = Field(min_length=1)
    agree: Text
    refuse: Text

    def answer(self, given: bool) -> dict[str, Any]:
        """Return the data of the diary's entry of kind `consent` that says yes or no to this version."""
        return {"what": self.what, "version": self.version, "given": given}

    def state(self, entries: Iterable[Mapping[str, Any]]) -> ConsentState:
        """Tell how things stand after these entries' data, in the order of writing; the last word counts.

        A yes to an older version is outdated and counts as none; whatever is not plainly a yes is none.
        """
        words = [data for data in entries if data.get("what") == self.what]
        if not words:
            return "missing"
        if words[-1].get("given") is not True:
            return "withdrawn"
        return "given" if words[-1].get("version") == self.version else "outdated"


@cache
def consent_card(what: str = STORAGE) -> ConsentCard:
    """Read and validate what is asked."""
    text = files("openlumbar.content").joinpath("consent", f"{what}.toml").read_text(encoding="utf-8")
    return ConsentCard.model_validate(tomllib.loads(text))
