"""Times of day as a clock on the wall shows them, also on the nights when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from openlumbar.errors import InputError


def at_wall_time(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the moment at which clocks in a zone show a time; one that they skip comes after the gap.

    A time that clocks show twice is the first of the two.
    """
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


def zone_of(moment: datetime, name: str) -> tzinfo:
    """Return the zone in which a moment is given.

    Raises:
        InputError: when it does not say.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InputError(name, "does not say in which time zone it is", "give a time with its zone")
    return moment.tzinfo


def days_around(begins: datetime, ends: datetime, zone: tzinfo) -> tuple[date, ...]:
    """List the days in a zone that a span of time touches."""
    first, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
    return tuple(first + timedelta(days=count) for count in range((last - first).days + 1))


def falls_within(moment: datetime, begins: datetime, ends: datetime) -> bool:
    """Tell whether a moment lies in a span, the end left out.

    Two times of one zone are compared by their clocks in Python, which fails in the hour shown twice; hence UTC.
    """
    return begins.astimezone(UTC) <= moment.astimezone(UTC) < ends.astimezone(UTC)
