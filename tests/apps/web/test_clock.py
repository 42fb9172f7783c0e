"""The clock of this computer: right on both sides of a change of the clocks."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openlumbar.apps.web.clock import LocalZone, local_now


@pytest.fixture(params=["Europe/Berlin", "Asia/Shanghai", "America/St_Johns"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """Put this computer elsewhere."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


def test_it_goes_as_the_clocks_there_do(zone: ZoneInfo) -> None:
    here = LocalZone()
    for half_hours in range(0, 366 * 48, 7):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * half_hours)
        shown, expected = moment.astimezone(here), moment.astimezone(zone)
        assert (shown.replace(tzinfo=None), shown.fold) == (expected.replace(tzinfo=None), expected.fold)
        assert (shown.utcoffset(), shown.tzname()) == (expected.utcoffset(), expected.tzname())
        assert shown.timestamp() == moment.timestamp()


def test_it_tells_the_time(zone: ZoneInfo) -> None:
    before, now, after = datetime.now(UTC), local_now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.utcoffset() == now.astimezone(zone).utcoffset()
