"""One live session: whatever the messages, lost connections and restarts, the same repetitions, once each."""

import math
import struct
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.people import follow, kinds, led, live_track, plan_of, said, told
from openlumbar.coaching.plan import Notice
from openlumbar.kinematics.stream import SignalStream
from openlumbar.mechanics import LoadMeter
from openlumbar.pipeline.live import ANSWER, PHASES, LiveSession, Memory, ProtocolError
from openlumbar.pose.simulation.demo import LIVE_DEMO
from openlumbar.pose.wire import HEADER, pack_frames

SLUGS = tuple(LIVE_DEMO)


def repetitions(notices: list[Notice]) -> list[tuple[float, bool, tuple[str, ...]]]:
    found: list[Any] = [data["repetition"] for data in told(notices, "repetition")]
    return [(round(one.peak_s, 3), one.counted, one.faults) for one in found]


def fresh(slug: str, memory: Memory | None = None) -> LiveSession:
    return LiveSession(plan_of(slug), LIVE_DEMO[slug].physique, memory)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_live_demo_is_led_as_it_is_meant(slug: str) -> None:
    session, notices = led(slug)
    stages = [data["stage"] for data in told(notices, "stage")]
    assert stages[:2] == ["ready", "exercise"]
    assert len(told(notices, "stop")) == 1
    assert stages.index("stopped") < len(stages) - 1  # it goes on after the stop
    assert session.coach.score.count >= 3
    assert session.verdict().judged


@pytest.mark.parametrize("slug", SLUGS)
@given(sizes=st.lists(st.integers(1, 64), min_size=1, max_size=20))
@settings(max_examples=5, deadline=None)
def test_whatever_the_size_of_the_messages_the_notices_are_the_same(slug: str, sizes: list[int]) -> None:
    session, track, start = fresh(slug), live_track(slug)[:700], 0
    session.hello("page", 0)
    notices: list[Notice] = []
    while start < len(track):
        size = sizes[start % len(sizes)]
        message = pack_frames(track[start : start + size], first=start)
        notices += [notice for _, notice in session.receive(message).notices]
        start += size
    other = fresh(slug)
    other.hello("page", 0)
    assert notices == follow(other, track, batch=1)


def test_frames_that_come_twice_are_passed_over() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    notices = []
    for start in range(0, len(track), 16):  # each message begins with ten frames that are known
        message = pack_frames(track[max(0, start - 10) : start + 16], first=max(0, start - 10))
        notices += [notice for _, notice in session.receive(message).notices]
    assert repetitions(notices) == repetitions(led("bridge")[1])
    assert session.next_frame == len(track)


def test_a_page_that_comes_back_goes_on_where_the_server_is() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    assert session.hello("page", 0) == 0
    notices = follow(session, track[:400])
    assert session.hello("page", 120) == 400
    assert repetitions(notices + follow(session, track, 400)) == repetitions(led("bridge")[1])


def test_frames_that_are_lost_for_good_leave_a_gap_and_nothing_else() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    follow(session, track[:100])
    assert session.hello("page", 125) == 125
    notices = follow(session, track, 125)
    assert session.next_frame == len(track)
    assert repetitions(notices) == repetitions(led("bridge")[1])


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("share", [0.15, 0.31, 0.42, 0.55, 0.68, 0.83])
def test_a_server_that_was_killed_goes_on_from_the_record(slug: str, share: float) -> None:
    track = live_track(slug)
    session, cut = fresh(slug), round(share * len(track))
    session.hello("page", 0)
    memory, kept = Memory(), []
    for start in range(0, cut, 8):  # what is in the record is what was remembered with the last notice
        noticed = session.receive(pack_frames(track[start : min(start + 8, cut)], first=start)).notices
        if noticed:
            kept += [notice for _, notice in noticed]
            memory = Memory(**asdict(session.remember()))
    again = fresh(slug, memory)
    assert again.hello("page", 0) == 0
    kept += follow(again, track)
    assert repetitions(kept) == repetitions(led(slug)[1])
    assert [d["stage"] for d in told(kept, "stage")] == [d["stage"] for d in told(led(slug)[1], "stage")]


def test_a_page_that_was_reloaded_goes_on_with_the_framing_and_keeps_the_count() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    follow(session, track[:1200])
    counted = session.coach.score.count
    assert counted >= 1
    assert session.hello("another", 0) == 0
    assert session.coach.score.stage == "frame"
    notices = follow(session, track[:600])
    assert session.coach.score.count == counted + len(repetitions(notices))
    assert notices[0].time_s > track.time_s[1190]  # the session's clock goes on
    restarted = fresh("bridge", Memory(**asdict(session.remember())))
    assert restarted.hello("another", 0) == 0
    assert repetitions(follow(restarted, track[:600])) == []  # all of it is in the record


def test_answers_tell_where_the_movement_is() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    messages = [pack_frames(track[start : start + 4], first=start) for start in range(0, 600, 4)]
    answers = [ANSWER.unpack(session.receive(message).answer) for message in messages]
    assert [answer[4] for answer in answers] == list(range(4, 604, 4))
    assert {PHASES[answer[2]] for answer in answers} >= {"rest", "out", "top", "back"}
    assert max(answer[6] for answer in answers[2:100]) == pytest.approx(9, abs=2)
    assert max(answer[8] for answer in answers) == pytest.approx(4, abs=0.2)
    assert answers[-1][5] == pytest.approx(track.time_s[599 - 4])


def test_signals_for_the_record_come_a_second_at_a_time() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    parts = [session.receive(pack_frames(track[s : s + 1], first=s)).signals for s in range(300)]
    whole = [part for part in parts if part is not None]
    assert 5 <= len(whole) <= 10
    assert all(len(part) == 10 for part in whole)
    rest = session.rest_of_signals()
    assert rest is not None
    assert rest.time_s[0] > whole[-1].time_s[-1]
    assert session.rest_of_signals() is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda message: message[:-1], "length"),
        (lambda message: message[:3], "length"),
        (lambda message: bytes([7]) + message[1:], "kind"),
        (lambda message: message[:1] + b"\x00" + message[2:], "count"),
    ],
)
def test_what_breaks_the_protocol_is_refused_and_changes_nothing(change: Any, words: str) -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    follow(session, track[:100])
    with pytest.raises(ProtocolError, match=words):
        session.receive(change(pack_frames(track[100:104], first=100)))
    assert session.next_frame == 100
    assert "repetition" in kinds(follow(session, track[:450], 100))


@pytest.mark.parametrize("time_s", [-1.0, 3.0, 1e9])
def test_a_clock_that_does_not_go_on_is_refused(time_s: float) -> None:
    session, track = fresh("bridge"), live_track("bridge")
    session.hello("page", 0)
    follow(session, track[:100])
    message = bytearray(pack_frames(track[100:101], first=100))
    struct.pack_into("<d", message, HEADER.size, time_s)
    with pytest.raises(ProtocolError, match="time_s"):
        session.receive(bytes(message))
    assert session.next_frame == 100


def test_nothing_seen_is_no_verdict() -> None:
    session, track = fresh("bridge"), live_track("bridge")
    assert not session.verdict().judged
    session.hello("page", 0)
    follow(session, track[:150])
    assert session.verdict().reasons == ("no_repetitions",)


# ------------------------------------------------------------------------------------------ the load on the disc


@pytest.mark.parametrize("slug", SLUGS)
def test_the_answer_tells_the_load_that_a_meter_gives(slug: str) -> None:
    session, track, physique = fresh(slug), live_track(slug)[:300], LIVE_DEMO[slug].physique
    session.hello("page", 0)
    stream, meter = SignalStream(physique), LoadMeter(slug, physique)
    stream.frame_size = tuple(track.frame_size)
    known = 0
    for at in range(len(track)):
        message = pack_frames(track[at : at + 1], first=at)
        *_, load, low, high, pressure_mpa = ANSWER.unpack(session.receive(message).answer)
        sample = stream.step_packed(message, HEADER.size)
        if sample is None or (expected := meter.step(sample)) is None:
            assert all(math.isnan(each) for each in (load, low, high, pressure_mpa))
            continue
        known += 1
        assert (load, low, high) == pytest.approx(meter.interval(expected.relative), rel=1e-6)
        assert pressure_mpa == pytest.approx(expected.pressure_mpa, rel=1e-6)
    assert known > len(track) / 2


@pytest.mark.parametrize("slug", SLUGS)
def test_a_repetition_tells_the_most_that_the_disc_carried_in_it(slug: str) -> None:
    session, notices = led(slug)
    found = told(notices, "repetition")
    assert found
    for data in found:
        low, high = data["load_interval90"]  # type: ignore[misc]
        assert 0 < low < data["load"] < high  # type: ignore[operator]
    assert max(data["load"] for data in found) <= session.state()["load_peak"] + 0.01  # type: ignore[type-var]


def test_the_highest_load_of_the_set_has_an_interval_once_it_is_known() -> None:
    session, _ = led("sit-up")
    low, high = session.state()["load_peak_interval90"]
    assert low < session.state()["load_peak"] < high
    assert fresh("sit-up").state()["load_peak_interval90"] is None


def strict(memory: Memory | None = None) -> LiveSession:
    """Make a session in which a curl-up asks for more than the stage allows."""
    return LiveSession(replace(plan_of("sit-up"), load_limit=1.5), LIVE_DEMO["sit-up"].physique, memory)


def test_a_load_beyond_the_limit_stops_the_set_and_it_goes_on_after_a_rest() -> None:
    session = strict()
    session.hello("page", 0)
    notices = follow(session, live_track("sit-up"))
    assert {data["code"] for data in told(notices, "stop")} == {"load_over_limit"}
    stages = [(data["stage"], data["reason"]) for data in told(notices, "stage")]
    at = stages.index(("stopped", "load_over_limit"))
    assert stages[at + 1] == ("ready", None)
    assert any("your disc carries more" in text for text in said(notices))


def test_a_stop_for_load_survives_a_restart() -> None:
    session, track = strict(), live_track("sit-up")
    session.hello("page", 0)
    at = next(at for at in range(0, len(track), 8) if follow(session, track[: at + 8], at) and is_stopped(session))
    before = session.state()
    again = strict(Memory(**asdict(session.remember())))
    again.hello("page", 0)
    assert again.state() == before | {"advice": "no_person"}
    assert (before["reason"], before["stops"]) == ("load_over_limit", 1)
    notices = follow(again, track)
    assert told(notices, "stage")[0]["stage"] == "ready"
    assert again.next_frame > at


def is_stopped(session: LiveSession) -> bool:
    return session.coach.score.stage == "stopped"
