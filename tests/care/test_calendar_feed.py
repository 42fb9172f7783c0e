"""The calendar feed, read back line by line as RFC 5545 says, and what it must not tell."""

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlumbar.cards import Language, Text
from openlumbar.care.calendar_feed import to_ical
from openlumbar.care.medicines import Medicine, Schedule
from openlumbar.care.reminders import ExercisePlan, MeasurePlan, QuietHours, Reminder, reminders_between
from openlumbar.errors import InputError

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples on every machine, however slow it is."""
BERLIN = ZoneInfo("Europe/Berlin")
STAMP = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"a secret of this feed"
BEGINS, ENDS = datetime(2026, 3, 2, tzinfo=BERLIN), datetime(2026, 3, 9, tzinfo=BERLIN)
LETTERS = "aB; ,\\:\"\n\r\t'é痛药😀\x00\x1f\x7f\u2028{}"


def planned(name: str = "Ibuprofen") -> tuple[Reminder, ...]:
    return reminders_between(
        BEGINS,
        ENDS,
        exercises=[ExercisePlan("bridge", Text(en="Bridge", zh="桥式"), (time(9), time(21, 50)))],
        medicines=[Medicine("m1", name, "nsaid_oral", schedule=Schedule((time(8), time(20))))],
        measures=MeasurePlan({"nprs-back": None}, since=BEGINS.date()),
        quiet=QuietHours(time(22), time(7)),
    )


def unfolded(feed: bytes) -> list[str]:
    """Undo the folding, holding each row to the rules on the way."""
    assert feed.endswith(b"\r\n")
    rows = feed.removesuffix(b"\r\n").split(b"\r\n")
    lines: list[bytes] = []
    for row in rows:
        assert 0 < len(row) <= 75
        assert b"\n" not in row
        assert b"\r" not in row
        row.decode("utf-8")  # a character cut in two would not read
        if row.startswith(b" "):
            lines[-1] += row[1:]
        else:
            lines.append(row)
    return [line.decode("utf-8") for line in lines]


def components(feed: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    """List the components in order of their end, each with its own properties."""
    stack: list[tuple[str, list[tuple[str, str]]]] = []
    found = []
    for line in unfolded(feed):
        name, _, value = line.partition(":")
        assert re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[A-Z]+)*", name)
        if name == "BEGIN":
            stack.append((value, []))
        elif name == "END":
            assert stack[-1][0] == value
            found.append(stack.pop())
        else:
            stack[-1][1].append((name, value))
    assert stack == []
    return found


def plain(value: str) -> str:
    """Undo the escapes of a TEXT value, refusing what should have been escaped."""
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value)
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def test_each_reminder_is_an_event_with_an_alarm() -> None:
    reminders = planned()
    found = components(to_ical(reminders, "en", stamp=STAMP, key=KEY))
    events = [dict(properties) for name, properties in found if name == "VEVENT"]
    alarms = [dict(properties) for name, properties in found if name == "VALARM"]
    assert len(events) == len(alarms) == len(reminders) == 7 * 4 + 1
    for reminder, event, alarm in zip(reminders, events, alarms, strict=True):
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "CLASS", "TRANSP"}
        assert event["DTSTAMP"] == "20260301T120000Z"
        assert datetime.strptime(event["DTSTART"], "%Y%m%dT%H%M%S%z") == reminder.at
        assert (alarm["ACTION"], alarm["TRIGGER"]) == ("DISPLAY", "PT0S")
        assert alarm["DESCRIPTION"] == event["SUMMARY"] == reminder.title.en
        assert ("REPEAT" in alarm) == ("DURATION" in alarm) == (reminder.max_repeats > 0)
        if reminder.max_repeats:
            assert alarm["REPEAT"] == str(reminder.max_repeats)
            assert alarm["DURATION"] == f"PT{reminder.every_min}M"
    assert {alarm.get("REPEAT") for alarm in alarms} == {None, "1", "3", "6"}


def test_the_calendar_itself() -> None:
    (name, properties) = components(to_ical(planned(), "zh", stamp=STAMP, key=KEY))[-1]
    assert name == "VCALENDAR"
    assert [key for key, _ in properties[:2]] == ["VERSION", "PRODID"]
    assert dict(properties)["VERSION"] == "2.0"


def test_by_default_nothing_tells_of_health_not_even_the_ids() -> None:
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        feed = to_ical(planned(), language, stamp=STAMP, key=KEY).decode()
        assert not re.search(r"ibuprofen|bridge|nprs|medicine|pain|m1\b", feed, re.IGNORECASE)
        assert not re.search(r"桥式|痛|药", feed)
    feed = to_ical(planned(), "zh", stamp=STAMP, key=KEY, details=True).decode()
    assert "桥式" in feed
    assert "Ibuprofen" in feed


def ids(reminders: tuple[Reminder, ...], key: bytes, stamp: datetime = STAMP) -> list[str]:
    return [line for line in unfolded(to_ical(reminders, "en", stamp=stamp, key=key)) if line.startswith("UID:")]


def test_ids_stay_the_same_and_differ_between_events_and_feeds() -> None:
    first = ids(planned(), KEY)
    assert len(set(first)) == len(first)
    assert ids(planned(), KEY, datetime(2026, 3, 5, tzinfo=UTC)) == first
    assert set(ids(planned(), b"another")).isdisjoint(first)
    assert ids(planned()[3:], KEY) == first[3:]


def test_an_empty_feed_still_holds_something() -> None:
    assert [name for name, _ in components(to_ical([], "en", stamp=STAMP, key=KEY))] == [
        "STANDARD", "VTIMEZONE", "VCALENDAR",
    ]  # fmt: skip


@STEADY
@given(st.text(LETTERS, min_size=1, max_size=200).filter(lambda name: bool(name.strip())))
def test_any_name_reads_back_as_it_was_typed_but_for_control_characters(name: str) -> None:
    reminders = planned(name)
    found = components(to_ical(reminders, "en", stamp=STAMP, key=KEY, details=True))
    summaries = [plain(dict(properties)["SUMMARY"]) for kind, properties in found if kind == "VEVENT"]
    expected = [
        re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", re.sub(r"\r\n?", "\n", reminder.detail.en)) for reminder in reminders
    ]
    assert summaries == expected


@pytest.mark.parametrize("key", [b"", b"x" * 65])
def test_a_key_that_hides_nothing_or_does_not_fit_is_refused(key: bytes) -> None:
    with pytest.raises(InputError, match="give 1 to 64"):
        to_ical([], "en", stamp=STAMP, key=key)
    assert to_ical([], "en", stamp=STAMP, key=b"x" * 64)


def test_a_stamp_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        to_ical([], "en", stamp=datetime(2026, 3, 1), key=KEY)
