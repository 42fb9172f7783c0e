"""What the progress page makes of the loads that the sets kept."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from openlumbar.pipeline.care_entries import SetLoad, load_data
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.progress_history import progress_of
from openlumbar.records.diary import DiaryEntry

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def chart(loads: Sequence[tuple[int, SetLoad | None]], *, is_older: bool = False) -> PatientChart:
    """Return the chart of somebody whose sets, so many days ago, had these loads."""
    entries = []
    for number, (days_ago, load) in enumerate(loads, 1):
        at = NOW - timedelta(days=days_ago)
        data: dict[str, Any] = {
            "exercise": "bridge", "level": "L1", "repetitions": 5, "prescribed": 5, "form_score": 0.9, "session": None,
            "by": "coach", "finished": True,
        }  # fmt: skip
        entries.append(DiaryEntry(number, "set", data if is_older else data | {"load": load_data(load)}, at.date(), at))
    return PatientChart(tuple(entries), NOW, alone=True)


def test_the_highest_peak_of_a_day_keeps_its_interval_and_the_minutes_add_up() -> None:
    sets = [SetLoad(1.8, 1.4, 2.2, 1.5), SetLoad(2.1, 1.7, 2.6, 2.25), SetLoad(1.9, 1.5, 2.3), SetLoad(stops=1), None]
    (day,) = progress_of(chart([(0, load) for load in sets]), 28).days
    assert (day.load_peak, day.load_low, day.load_high) == (2.1, 1.7, 2.6)
    assert day.load_minutes == pytest.approx(3.75)


def test_each_day_has_its_own_load_and_days_without_one_have_none() -> None:
    progress = progress_of(chart([(3, SetLoad(2.0, 1.5, 2.5, 4.0)), (1, SetLoad(3.0, 2.0, 4.0)), (0, None)]), 28)
    assert [day.day for day in progress.days] == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), NOW.date()]
    assert [day.load_peak for day in progress.days] == [2.0, None, 3.0, None]
    assert [day.load_minutes for day in progress.days] == [4.0, None, None, None]


def test_sets_of_an_older_version_have_no_load() -> None:
    (day,) = progress_of(chart([(0, None)], is_older=True), 28).days
    assert (day.done, day.load_peak, day.load_minutes) == (1, None, None)
