"""Reminders as an iCalendar feed (RFC 5545) that a phone's calendar can subscribe to.

A calendar is often shared, so by default it tells nothing about health, not even in the ids. Times are given in
UTC, which every calendar shows in its own zone and which is right on both sides of a change of the clocks.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b

from openlumbar.cards import Language
from openlumbar.care.reminders import Reminder, reminder_rules
from openlumbar.care.wall_time import zone_of
from openlumbar.errors import InputError

LONGEST_LINE_OCTETS = 75
"""Octets of a line without its end (RFC 5545, 3.1)."""

LONGEST_KEY_OCTETS = 64
"""Octets of a key that BLAKE2b takes."""

_EVENT_LASTS = "PT15M"
"""What a reminder takes up on the page of a day: enough to be seen and tapped."""


def to_ical(
    reminders: Iterable[Reminder], language: Language, *, stamp: datetime, key: bytes, details: bool = False
) -> bytes:
    """Write the feed, UTF-8 with CRLF.

    `stamp` is when it is written (DTSTAMP). `key` is a secret of this feed: with it the ids of the events stay the
    same from day to day and tell a reader nothing. `details` names exercises, medicines and measures, by choice.

    Raises:
        InputError: when the stamp does not say its zone, or the key is empty or too long.
    """
    if not 0 < len(key) <= LONGEST_KEY_OCTETS:
        raise InputError("key of the calendar", f"has {len(key)} octets", f"give 1 to {LONGEST_KEY_OCTETS}")
    zone_of(stamp, "the stamp")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//OpenLumbar//Reminders//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(reminder_rules().calendar.in_language(language))}"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    events = [line for reminder in reminders for line in _event(reminder, language, stamp, key, details)]
    lines += [*(events or _NOTHING_DUE), "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


_NOTHING_DUE = (
    "BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""A calendar must hold something (RFC 5545, 3.6); a zone that no event refers to says nothing."""


def _event(reminder: Reminder, language: Language, stamp: datetime, key: bytes, details: bool) -> Iterator[str]:
    words = _escaped((reminder.detail if details else reminder.title).in_language(language))
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(reminder.id, key)}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART:{_utc(reminder.at)}"
    yield f"DURATION:{_EVENT_LASTS}"
    yield f"SUMMARY:{words}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{words}"
    yield "TRIGGER:PT0S"
    if reminder.max_repeats:
        yield f"REPEAT:{reminder.max_repeats}"
        yield f"DURATION:PT{reminder.every_min}M"
    yield "END:VALARM"
    yield "END:VEVENT"


def _uid(reminder_id: str, key: bytes) -> str:
    return blake2b(reminder_id.encode("utf-8"), key=key, digest_size=16).hexdigest() + "@openlumbar"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Escape a TEXT value (RFC 5545, 3.3.11), leaving out control characters, which it may not hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    kept = (letter for letter in lines if letter in "\n\t" or not (letter < " " or letter == "\x7f"))
    return "".join(kept).replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Fold a line to at most 75 octets a row, never within a character; rows but the first begin with a space."""
    rows, row = [], b""
    for letter in line:
        octets = letter.encode("utf-8")
        if len(row) + len(octets) > LONGEST_LINE_OCTETS:
            rows.append(row)
            row = b" "
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"
