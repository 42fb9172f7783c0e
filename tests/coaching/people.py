"""Simulated people before the coach: their frames as messages of the live protocol, and invented moments."""

from collections.abc import Mapping
from functools import cache

from openlumbar.assessment.engine import Progress
from openlumbar.assessment.events import Event, Phase, Repetition, RepetitionDone, Side
from openlumbar.cards import exercise
from openlumbar.care.load_limits import load_limit
from openlumbar.care.pain import Pain
from openlumbar.coaching.coach import Coach, Moment
from openlumbar.coaching.plan import Notice, Plan
from openlumbar.coaching.rules import Advice
from openlumbar.kinematics.signals import SIGNAL_NAMES, Sample
from openlumbar.pipeline.live import LiveSession, Memory
from openlumbar.pose.simulation import simulate
from openlumbar.pose.simulation.demo import LIVE_DEMO
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.wire import pack_frames

FRAME_S = 1 / 30


@cache
def live_track(slug: str) -> PoseTrack:
    """Simulate what the live demo shows."""
    return simulate(LIVE_DEMO[slug], seed=1).track


def plan_of(slug: str, level: str | None = None, sets: int = 1, pain: Pain | None = None) -> Plan:
    """Plan an exercise; the level of the live demo when none is named."""
    card = exercise(slug)
    return Plan(card, card.level(level or LIVE_DEMO[slug].level), sets, "en", pain or Pain(0, 0), load_limit(100))


def follow(session: LiveSession, track: PoseTrack, first: int = 0, batch: int = 8) -> list[Notice]:
    """Send a track from a frame on; return what was noticed."""
    notices: list[Notice] = []
    for start in range(first, len(track), batch):
        message = pack_frames(track[start : start + batch], first=start)
        notices += [notice for _, notice in session.receive(message).notices]
    return notices


def led(slug: str, memory: Memory | None = None, **options: object) -> tuple[LiveSession, list[Notice]]:
    """Lead the live demo's person through a session."""
    session = LiveSession(plan_of(slug, **options), LIVE_DEMO[slug].physique, memory)  # type: ignore[arg-type]
    session.hello("page", 0)
    return session, follow(session, live_track(slug))


class Person:
    """Acts moment by moment before a coach; what is not said stays as it was."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.time_s = 0.0
        self.advice: Advice = "ok"
        self.progress = Progress("rest", 0.0)
        self.values = {**dict.fromkeys(SIGNAL_NAMES, 0.0), "visibility": 0.9}
        self.notices: list[Notice] = []

    def does(self, *events: Event) -> list[Notice]:
        """Let one frame pass."""
        self.time_s += FRAME_S
        sample = Sample(self.time_s, dict(self.values))
        noticed = self.coach.step(Moment(sample, events, self.progress, lambda: self.advice))
        self.notices += noticed
        return noticed

    def waits(self, seconds: float) -> list[Notice]:
        """Let time pass."""
        return [notice for _ in range(round(seconds / FRAME_S)) for notice in self.does()]

    def moves(self, phase: Phase, value: float = 0.0) -> None:
        """Be at a place of the movement from now on."""
        self.progress = Progress(phase, value)

    def holds_up(self, **hands: float) -> None:
        """Hold hands so far above the shoulders."""
        self.values |= {f"{side}_hand_height_ratio": height for side, height in hands.items()}

    def repeats(self, faults: tuple[str, ...] = (), side: Side | None = None, counted: bool = True) -> list[Notice]:
        """Finish a repetition of two seconds."""
        self.waits(2.0)
        begun_s, now_s = self.time_s - 1.9, self.time_s
        repetition = Repetition(begun_s, now_s - 1, now_s, counted, side, faults=faults)
        return self.does(RepetitionDone(now_s, repetition))

    def gets_going(self) -> None:
        """Come into position and wait for the count-down."""
        while self.coach.score.stage != "exercise":
            self.does()
            assert self.time_s < 1000


def person(slug: str = "bridge", level: str = "L2", sets: int = 1, pain: Pain | None = None) -> Person:
    """Put a person before a coach."""
    return Person(Coach(plan_of(slug, level, sets, pain)))


def kinds(notices: list[Notice]) -> list[str]:
    """Name what was noticed."""
    return [notice.kind for notice in notices]


def said(notices: list[Notice]) -> list[str]:
    """List what was said."""
    return [notice.say for notice in notices if notice.say]


def told(notices: list[Notice], kind: str) -> list[Mapping[str, object]]:
    """List the data of the notices of a kind."""
    return [notice.data for notice in notices if notice.kind == kind]
