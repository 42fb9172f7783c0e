"""Analyses into the record and back: of recordings, and of what the coach led."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses import make_analysis
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Verdict
from openlumbar.kinematics.signals import Signals
from openlumbar.pipeline.history import KEPT_EVERY_S, analysis_of, events_of, outcome_of, thinned
from openlumbar.records.replay import repetition_data
from openlumbar.records.store import EventRow, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "records.sqlite3")
    yield opened
    opened.close()


def record(store: Store, analysis: Analysis, exercise: str = "bridge") -> str:
    """Keep a recording's analysis as the app does."""
    row = store.create(exercise=exercise, level="", source="upload", language="en", name=analysis.source.name)
    store.append(row.id, events_of(analysis), [thinned(analysis.signals)])
    store.finish(row.id, outcome_of(analysis), recognised=(analysis.card.slug, analysis.level.id))
    return row.id


def lead(store: Store, analysis: Analysis, stages: tuple[tuple[float, str], ...] = ()) -> str:
    """Keep what the coach led: stages, repetitions and signals as they happened."""
    row = store.create(exercise=analysis.card.slug, level=analysis.level.id, source="camera", language="en")
    happened = [(time_s, "stage", {"stage": stage, "reason": None}) for time_s, stage in stages]
    happened += [(done.end_s, "repetition", repetition_data(done)) for done in analysis.repetitions]
    events = [EventRow(number, *what) for number, what in enumerate(sorted(happened, key=lambda what: what[0]))]
    store.append(row.id, events, [thinned(analysis.signals)])
    return row.id


@pytest.mark.parametrize(
    "analysis",
    [
        make_analysis(faults={2: ("short_hold",)}, remarks=("the file is cut off",)),
        make_analysis(peaks=(25.0, -28.0), slug="cross-twist"),
        replace(make_analysis(), repetitions=(), loads=None, verdict=Verdict(False, ("wrong_view", "low_visibility"))),
    ],
    ids=["judged", "two-sided", "refused"],
)
def test_a_recording_comes_back_as_it_was(store: Store, analysis: Analysis) -> None:
    found = analysis_of(store, record(store, analysis, "auto"))
    assert found is not None
    assert replace(found, loads=None).to_json() == replace(analysis, loads=None).to_json()
    assert (found.loads is not None) == analysis.judged
    kept = thinned(analysis.signals)
    np.testing.assert_array_equal(found.signals.time_s, kept.time_s)
    name = analysis.card.drive.measured_as
    np.testing.assert_allclose(found.signals[name], kept[name], rtol=1e-6)


def test_what_the_coach_led_is_judged_by_its_repetitions(store: Store) -> None:
    analysis = make_analysis()
    found = analysis_of(store, lead(store, analysis))
    assert found is not None
    assert found.verdict == Verdict(True)
    assert found.repetitions == analysis.repetitions
    empty = analysis_of(store, lead(store, replace(analysis, repetitions=(), loads=None)))
    assert empty is not None
    assert empty.verdict == Verdict(False, ("no_repetitions",))


def test_only_the_time_in_which_the_coach_counted_is_drawn(store: Store) -> None:
    stages = ((0.0, "frame"), (0.5, "exercise"), (19.0, "rest"), (27.0, "exercise"), (36.0, "done"))
    found = analysis_of(store, lead(store, make_analysis(), stages))
    assert found is not None
    assert found.source.duration_s == pytest.approx(18.5 + 9.0)
    time_s = found.signals.time_s
    assert time_s.min() >= 0.5
    assert time_s.max() <= 36.0
    assert not ((time_s > 19.0) & (time_s < 27.0)).any()
    assert len(time_s) == pytest.approx((18.5 + 9.0) / KEPT_EVERY_S, abs=3)


def test_a_session_that_broke_off_shows_what_is_there(store: Store) -> None:
    found = analysis_of(store, lead(store, make_analysis(), ((0.5, "exercise"),)))
    assert found is not None
    assert found.judged
    assert found.signals.time_s.max() > 37.0


def test_a_session_without_a_single_frame_still_has_an_analysis(store: Store) -> None:
    row = store.create(exercise="bridge", level="L2", source="camera", language="en")
    found = analysis_of(store, row.id)
    assert found is not None
    assert (len(found.signals), found.verdict.reasons) == (0, ("no_repetitions",))


def test_there_is_nothing_of_what_is_unknown_deleted_unfinished_or_gone(store: Store) -> None:
    assert analysis_of(store, "nobody") is None
    deleted = record(store, make_analysis())
    store.delete(deleted)
    assert analysis_of(store, deleted) is None
    waiting = store.create(exercise="bridge", level="L2", source="upload", language="en")
    assert analysis_of(store, waiting.id) is None
    store.finish(waiting.id, {"failure": {"code": "broken"}}, state="failed")
    assert analysis_of(store, waiting.id) is None
    bare = store.create(exercise="bridge", level="L2", source="upload", language="en")
    store.finish(bare.id, {"judged": True, "reasons": []})
    assert analysis_of(store, bare.id) is None
    for exercise, level in (("juggling", "L2"), ("bridge", "L9")):
        gone = store.create(exercise=exercise, level=level, source="camera", language="en")
        assert analysis_of(store, gone.id) is None


@given(
    st.lists(st.floats(0.001, 0.5), min_size=1, max_size=80).map(np.cumsum),
    st.floats(0.05, 1.0),
)
def test_thinning_keeps_the_first_sample_of_each_stretch(time_s: np.ndarray, every_s: float) -> None:
    signals = Signals(time_s, {"visibility": np.arange(len(time_s), dtype=float)})
    kept = thinned(signals, every_s)
    assert kept.time_s[0] == time_s[0]
    stretches = np.floor((time_s - time_s[0]) / every_s + 1e-6)
    assert len(kept) == len(np.unique(stretches))
    np.testing.assert_array_equal(kept["visibility"], np.searchsorted(time_s, kept.time_s))


def test_thinning_leaves_a_slow_recording_and_an_empty_one_alone() -> None:
    slow = Signals(np.arange(0.0, 2.0, 0.1), {})
    assert len(thinned(slow)) == len(slow)
    assert len(thinned(Signals(np.empty(0), {}))) == 0
