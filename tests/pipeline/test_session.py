import math
from dataclasses import asdict, astuple, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.assessment.analysis import Analysis, Source
from openlumbar.assessment.events import Event, RepetitionDone
from openlumbar.errors import InputError
from openlumbar.physique import Physique
from openlumbar.pipeline.session import Session, tasks_for
from openlumbar.pose.simulation import DEMO
from openlumbar.pose.track import PoseTrack
from patients import track_of

SOURCE = Source("a.pose.npz", "0" * 64, 1, 30.0, 1.0)
PHYSIQUE = Physique(168, 64, "female", 46)


def in_pieces(track: PoseTrack, sizes: list[int], slug: str) -> tuple[dict[str, list[Event]], Analysis]:
    session = Session(tasks_for(slug), PHYSIQUE)
    events: dict[str, list[Event]] = {task.card.slug: [] for task in tasks_for(slug)}
    start = 0
    for size in [*sizes, len(track)]:
        if start < len(track):
            for name, found in session.push(track[start : start + size]).items():
                events[name] += found
        start += size
    for name, found in session.finish().items():
        events[name] += found
    return events, session.analysis(SOURCE)


def is_alike(one: Any, other: Any) -> bool:
    """Compare events; arrays summed in pieces of another length may differ in their last bits."""
    if is_dataclass(one):
        return type(one) is type(other) and is_alike(asdict(one), asdict(other))  # type: ignore[arg-type]
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(is_alike, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


@pytest.mark.parametrize("slug", DEMO)
@given(sizes=st.lists(st.integers(1, 120), max_size=40))
@settings(max_examples=8, deadline=None)
def test_whatever_the_pieces_the_events_are_the_same(slug: str, sizes: list[int]) -> None:
    track = track_of(slug)[:450]
    whole, analysis_of_whole = in_pieces(track, [], slug)
    pieces, analysis_of_pieces = in_pieces(track, sizes, slug)

    assert is_alike(pieces, whole)
    assert analysis_of_pieces.to_json() == analysis_of_whole.to_json()
    assert any(isinstance(event, RepetitionDone) for event in whole[slug])


def test_single_frames_are_taken_as_a_live_stream_gives_them() -> None:
    track = track_of("bridge")[:330]
    assert is_alike(in_pieces(track, [1] * len(track), "bridge")[0], in_pieces(track, [], "bridge")[0])


@pytest.mark.parametrize("slug", DEMO)
def test_an_exercise_is_recognised_and_judged_as_if_it_had_been_named(slug: str) -> None:
    track = track_of(slug)
    recognised, named = in_pieces(track, [100] * 12, "auto")[1], in_pieces(track, [100] * 12, slug)[1]

    assert recognised.judged
    assert recognised.to_json() == named.to_json()


def test_the_track_is_what_was_pushed() -> None:
    session = Session(tasks_for("bridge"), Physique())
    with pytest.raises(ValueError, match="no frame"):
        _ = session.track
    track = track_of("bridge")
    for start in range(0, 100, 10):
        session.push(track[start : start + 10])

    assert len(session.track) == 100
    for found, given_ in zip(astuple(session.track), astuple(track[:100]), strict=True):
        assert found.tobytes() == given_.tobytes()


def test_the_session_says_how_far_it_has_judged() -> None:
    session, track = Session(tasks_for("bridge"), Physique()), track_of("bridge")
    assert session.reached_s < 0
    session.push(track[:50])
    assert track.time_s[40] < session.reached_s < track.time_s[49]
    session.finish()
    assert session.reached_s == track.time_s[49]


def test_auto_tries_every_exercise_that_has_the_level() -> None:
    assert [task.card.slug for task in tasks_for("auto")] == ["bridge", "cross-twist", "sit-up"]
    assert {task.level.id for task in tasks_for("auto", "l3")} == {"L3"}


@pytest.mark.parametrize(
    ("slug", "level", "words"),
    [
        ("jumping", None, "exercise jumping: is not known; choose one of bridge, cross-twist, sit-up, auto"),
        ("bridge", "L9", "level L9: bridge has no such level; choose one of"),
        ("bridge", "L0", "level L0: this level of bridge .* guided by the clock; choose one of L1, L2, L3, L4"),
        ("auto", "L9", "level L9: .* has no such level"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_remedy(slug: str, level: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        tasks_for(slug, level)
