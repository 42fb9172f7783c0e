"""How much load a set may ask for: by the stage, and by what a therapist unlocked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diary_people import FIT, Watch
from openlumbar.cards import exercise
from openlumbar.care.load_limits import load_limit
from openlumbar.care.profile import Profile
from openlumbar.mechanics import predicted_relative
from openlumbar.pipeline.care import CareDesk
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.set_limit import limit_of_set
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.people import SELF
from openlumbar.records.store import Store

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LEVELS = [level.id for level in exercise("sit-up").levels]
HEAVIEST = max(LEVELS, key=lambda level: predicted_relative("sit-up", level, FIT.physique_on(NOW.date())))


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    store = Store.open(tmp_path / "records.sqlite3")
    yield Diary(store)
    store.close()


def chart_of(diary: Diary, profile: Profile) -> PatientChart:
    desk = CareDesk(diary, Watch(NOW))
    desk.keep_profile(SELF, profile)
    return desk.chart(SELF, alone=True)


def unlock(diary: Diary, level: str) -> None:
    data = {
        "exercise": "sit-up", "level": level, "by": "Li Na", "role": "clinician", "reason": "strong",
        "at": NOW.isoformat(),
    }  # fmt: skip
    diary.write(SELF, Draft("unlock", data, NOW.date(), NOW))


@pytest.mark.parametrize("days", [None, 0, 10, 60, 400])
def test_a_set_may_ask_for_what_the_stage_allows(diary: Diary, days: int | None) -> None:
    onset = None if days is None else NOW.date() - timedelta(days=days)
    chart = chart_of(diary, replace(FIT, onset=onset))
    assert limit_of_set(chart, "sit-up", HEAVIEST) == load_limit(days)


def test_an_unlocked_level_may_ask_for_what_is_predicted_of_it(diary: Diary) -> None:
    acute = replace(FIT, onset=NOW.date())
    unlock(diary, HEAVIEST)
    chart = chart_of(diary, acute)
    needed = predicted_relative("sit-up", HEAVIEST, chart.dose_facts.physique)
    assert needed > load_limit(0)
    assert needed < limit_of_set(chart, "sit-up", HEAVIEST) < 1.5 * needed
    assert limit_of_set(chart, "bridge", "L1") == load_limit(0)


def test_an_unlocked_level_opens_those_below_it_and_none_above(diary: Diary) -> None:
    unlock(diary, LEVELS[-2])
    chart = chart_of(diary, replace(FIT, onset=NOW.date()))
    below, above = (limit_of_set(chart, "sit-up", level) for level in LEVELS[-2:])
    assert below > above == load_limit(0)
