"""The answers about a person as they are filled in; whatever is left empty stays unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from typing import Any, Self, get_args

from starlette.datastructures import FormData

from openlumbar.care.profile import Profile, Side
from openlumbar.care.safety import NONE
from openlumbar.care.safety_rules import matrix
from openlumbar.errors import InputError

YES_NO = {"yes": True, "no": False}
_EARLIEST_BIRTH_YEARS = 120
_LONGEST = 20


@dataclass(frozen=True)
class ProfileForm:
    """The fields as they were sent."""

    born: str = ""
    age_years: str = ""
    sex: str = ""
    height_cm: str = ""
    weight_kg: str = ""
    activity: str = ""
    onset: str = ""
    side: str = ""
    diagnosed: str = ""
    cancer_signs: str = ""
    stable_weakness: str = ""
    curl_up_max: str = ""
    wakes_at: str = ""
    conditions: tuple[str, ...] = ()

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form."""
        names = [field.name for field in fields(cls) if field.name != "conditions"]
        typed = {name: str(form.get(name, "")).strip()[:_LONGEST] for name in names}
        return cls(**typed, conditions=tuple(str(name) for name in form.getlist("conditions")))

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Fill the form with what is known."""
        answers = {True: "yes", False: "no", None: ""}
        named = profile.conditions
        return cls(
            born=_written(profile.born),
            age_years=_number(profile.age_years),
            sex=profile.sex or "",
            height_cm=_number(profile.height_cm),
            weight_kg=_number(profile.weight_kg),
            activity=profile.activity or "",
            onset=_written(profile.onset),
            side=profile.side or "",
            diagnosed=answers[profile.diagnosed],
            cancer_signs=answers[profile.cancer_signs],
            stable_weakness=answers[profile.stable_weakness],
            curl_up_max=_number(profile.curl_up_max),
            wakes_at="" if profile.wakes_at is None else f"{profile.wakes_at:%H:%M}",
            conditions=() if named is None else tuple(sorted(named)) or ("none",),
        )

    def checked(self, today: date, before: Profile) -> tuple[Profile, dict[str, str]]:
        """Return what the fields mean, and by field the kind of trouble with those that mean nothing."""
        problems: dict[str, str] = {}
        found: dict[str, Any] = {}
        for name, (read, trouble) in self._readers(today).items():
            typed = getattr(self, name)
            try:
                found[name] = read(typed) if typed else None
                Profile(**{name: found[name]})
            except (ValueError, InputError):
                found[name], problems[name] = None, trouble
        conditions, doubt = self._named()
        if doubt:
            problems["conditions"] = doubt
        if found["curl_up_max"] is not None:
            is_same = found["curl_up_max"] == before.curl_up_max
            found["curl_up_on"] = before.curl_up_on if is_same and before.curl_up_on else today
        return replace(Profile(**found), conditions=conditions), problems

    def _readers(self, today: date) -> Mapping[str, tuple[Callable[[str], Any], str]]:
        """Say for each field how it is read, and what is the matter when it cannot be."""
        return {
            "born": (
                lambda text: _day(text, today.replace(year=today.year - _EARLIEST_BIRTH_YEARS, day=1), today),
                "day",
            ),
            "age_years": (_positive, "number"),
            "sex": (_one_of("female", "male"), "choice"),
            "height_cm": (_positive, "height"),
            "weight_kg": (_positive, "weight"),
            "activity": (_one_of("inactive", "active"), "choice"),
            "onset": (lambda text: _day(text, date.min, today), "day"),
            "side": (_one_of(*get_args(Side)), "choice"),
            "diagnosed": (lambda text: YES_NO[_one_of(*YES_NO)(text)], "choice"),
            "cancer_signs": (lambda text: YES_NO[_one_of(*YES_NO)(text)], "choice"),
            "stable_weakness": (lambda text: YES_NO[_one_of(*YES_NO)(text)], "choice"),
            "curl_up_max": (_whole, "number"),
            "wakes_at": (lambda text: time.fromisoformat(text).replace(tzinfo=None), "time"),
        }

    def _named(self) -> tuple[frozenset[str] | None, str | None]:
        """Return the conditions that were ticked; None: nothing was. "None of these" stands alone."""
        asked = {condition.id for condition in matrix().conditions if condition.question}
        ticked = {"none" if name in ("none", NONE) else name for name in self.conditions}
        if not ticked:
            return None, None
        if ticked - asked - {"none"}:
            return None, "choice"
        if "none" in ticked:
            return (frozenset(), None) if ticked == {"none"} else (None, "contradictory")
        return frozenset(ticked), None


def _day(text: str, first: date, last: date) -> date:
    day = date.fromisoformat(text)
    if not first <= day <= last:
        raise ValueError(text)
    return day


def _positive(text: str) -> float:
    value = float(text.replace(",", "."))
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return read


def _written(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
