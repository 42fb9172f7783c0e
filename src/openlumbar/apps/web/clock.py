"""The clock of this computer: what time it is here, in a zone that knows when the clocks change."""

from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """The time zone of this computer.

    `datetime.astimezone()` gives the offset of that moment alone, which is wrong for a reminder beyond the next change
    of the clocks.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return how far the clocks here are ahead of UTC at a wall time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> None:
        """Say nothing about summer time; the offset has it."""

    def tzname(self, moment: datetime | None) -> str | None:
        """Return what the zone is called at a wall time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """Return what the clocks here show at a moment in UTC; the second of two equal times is marked as such."""
        there = moment.replace(tzinfo=UTC).astimezone()
        shown = there.replace(tzinfo=self)
        return shown if shown.utcoffset() == there.utcoffset() else shown.replace(fold=1)


def local_now() -> datetime:
    """Return what time it is here."""
    return datetime.now(LocalZone())
