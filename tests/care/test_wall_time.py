"""Times of day as clocks show them."""

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest

from openlumbar.care.wall_time import days_around, zone_of
from openlumbar.errors import InputError


class Somewhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, _moment: datetime | None) -> timedelta | None:
        return None


@pytest.mark.parametrize("zone", [None, Somewhere()])
def test_a_moment_without_an_offset_is_in_no_zone(zone: tzinfo | None) -> None:
    with pytest.raises(InputError, match="the due time: does not say in which time zone it is"):
        zone_of(datetime(2026, 3, 2, 9, tzinfo=zone), "the due time")


def test_the_days_of_a_span_are_those_it_touches_and_no_more() -> None:
    begins, ends = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert days_around(begins, ends, UTC) == (date(2026, 2, 28), date(2026, 3, 1))
    assert days_around(begins, begins, UTC) == (date(2026, 2, 28),)
