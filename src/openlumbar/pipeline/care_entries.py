"""What the diary's entries hold, read and written: plain JSON on one side, the values of `care` on the other.

What is written here is read here, so that every page, whoever's it is, writes the same thing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any

from openlumbar.cards import Text
from openlumbar.care.body_map import Marks, marks
from openlumbar.care.dose_state import ExerciseState
from openlumbar.care.pain import NO_PAIN, Pain
from openlumbar.care.permits import Clearance, Lock, Unlock
from openlumbar.care.profile import Profile

Data = Mapping[str, Any]

NO_MARKS: Marks = frozenset()

_STATE_FIELDS = tuple(field.name for field in fields(ExerciseState))
_STATE_DAYS = ("started", "level_since", "sets_since", "rest_until", "red_on")


@dataclass(frozen=True, slots=True)
class SetLoad:
    """What the disc L4–L5 carried in a set; None is not known.

    `peak` and the ends `low` and `high` of its 90 % interval are multiples of quiet standing; `standing_minutes` is
    load × time, as the minutes of quiet standing that come to the same; `stops` counts the stops for the load.
    """

    peak: float | None = None
    low: float | None = None
    high: float | None = None
    standing_minutes: float | None = None
    stops: int = 0


_LOAD_FIELDS = tuple(field.name for field in fields(SetLoad))


def load_data(load: SetLoad | None) -> dict[str, Any] | None:
    """Write the load of a set down."""
    return None if load is None else asdict(load)


def load_of(data: Data) -> SetLoad | None:
    """Read the load that the entry of a set holds; None: nobody looked, or the entry is from an older version."""
    written = data.get("load")
    return None if written is None else SetLoad(**{name: written[name] for name in _LOAD_FIELDS if name in written})


def profile_data(profile: Profile) -> dict[str, Any]:
    """Write a profile down."""
    data = {name: _plain(value) for name, value in asdict(profile).items()}
    conditions = profile.conditions
    return data | {"conditions": None if conditions is None else sorted(conditions)}


def profile_of(data: Data) -> Profile:
    """Read a profile; fields that it does not know are passed over, so that an older program reads a newer record.

    Raises:
        InputError: when a value cannot be a person's.
    """
    names = [field.name for field in fields(Profile)]
    known: dict[str, Any] = {name: data[name] for name in names if data.get(name) is not None}
    known |= {name: date.fromisoformat(known[name]) for name in ("born", "onset", "curl_up_on") if name in known}
    if "conditions" in known:
        known["conditions"] = frozenset(known["conditions"])
    if "wakes_at" in known:
        known["wakes_at"] = time.fromisoformat(known["wakes_at"])
    return Profile(**known)


def pain_data(when: str, pain: Pain, sites: Marks | None = None, session: str | None = None) -> dict[str, Any]:
    """Write pain down."""
    written = None if sites is None else sorted(mark.id for mark in sites)
    return {"when": when, "back": pain.back, "leg": pain.leg, "sites": written, "session": session}


def pain_of(data: Data) -> Pain:
    """Read pain."""
    return Pain(data["back"], data["leg"])


def sites_of(data: Data) -> Marks | None:
    """Read where it hurts; who has no pain in a leg hurts nowhere in it, whether the map was shown or not."""
    if data.get("sites") is not None:
        return marks(data["sites"])
    return NO_MARKS if data["leg"] == NO_PAIN else None


def state_data(state: ExerciseState) -> dict[str, Any]:
    """Write down where a person stands in an exercise."""
    return {name: _plain(value) for name, value in asdict(state).items()}


def state_of(data: Data) -> ExerciseState:
    """Read where a person stands in an exercise."""
    known = {name: data[name] for name in _STATE_FIELDS if data.get(name) is not None}
    return ExerciseState(**known | {name: date.fromisoformat(known[name]) for name in _STATE_DAYS if name in known})


def text_of(data: Mapping[str, str]) -> Text:
    """Read a sentence in both languages."""
    return Text(en=data["en"], zh=data["zh"])


def lock_data(lock: Lock) -> dict[str, Any]:
    """Write a lock down."""
    return {"reason": lock.reason, "since": lock.since.isoformat()}


def lifting_data(
    number: int, *, by: str, role: str, because: str, at: datetime, doctor: str = "", examined_on: date | None = None
) -> dict[str, Any]:
    """Write down that the lock of an entry was lifted: by whom, in which role, why, and on whose word."""
    return {
        "lock": number,
        "lifted_at": at.isoformat(),
        "lifted_by": by,
        "lifted_role": role,
        "lifted_because": because,
        "doctor": doctor,
        "examined_on": _plain(examined_on),
    }


def lock_of(data: Data, lifting: Data | None = None) -> Lock:
    """Read a lock with the last that was written about lifting it."""
    since = datetime.fromisoformat(data["since"])
    if lifting is None:
        return Lock(reason=data["reason"], since=since)
    return Lock(
        reason=data["reason"],
        since=since,
        lifted_at=_moment(lifting.get("lifted_at")),
        lifted_by=lifting.get("lifted_by", ""),
        lifted_role=lifting.get("lifted_role"),
        lifted_because=lifting.get("lifted_because", ""),
        doctor=lifting.get("doctor", ""),
        examined_on=_day(lifting.get("examined_on")),
    )


def clearance_data(clearance: Clearance) -> dict[str, Any]:
    """Write a clearance down."""
    data = {name: _plain(value) for name, value in asdict(clearance).items()}
    return data | {"reasons": sorted(clearance.reasons)}


def clearance_of(data: Data) -> Clearance:
    """Read a clearance."""
    return Clearance(
        activity=data["activity"],
        reasons=frozenset(data["reasons"]),
        by=data["by"],
        role=data["role"],
        at=datetime.fromisoformat(data["at"]),
        expires_on=date.fromisoformat(data["expires_on"]),
        note=data.get("note", ""),
        doctor=data.get("doctor", ""),
        examined_on=_day(data.get("examined_on")),
    )


def unlock_data(unlock: Unlock) -> dict[str, Any]:
    """Write an unlocked level down."""
    return {name: _plain(value) for name, value in asdict(unlock).items()}


def unlock_of(data: Data) -> Unlock:
    """Read an unlocked level."""
    read = {name: data[name] for name in ("exercise", "level", "by", "role", "reason")}
    return Unlock(**read, at=datetime.fromisoformat(data["at"]))


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, date | time) else value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
