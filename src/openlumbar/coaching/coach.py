"""The coach: which stage a session is in, and what is said at each moment.

Every decision follows from frames and commands alone, with the frames' own time, so that a recording, a live stream
and a replay after a lost connection are led alike. A stage is one method; `step` calls the one of the moment.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from openlumbar.assessment.engine import Progress
from openlumbar.assessment.events import Event, PhaseChanged, Repetition, RepetitionDone, Unseen
from openlumbar.assessment.excursion import HELD_AFTER_S
from openlumbar.care.pain import Pain, zone
from openlumbar.coaching.corrections import Corrections
from openlumbar.coaching.plan import SCORE_FIELDS, Notice, Plan, Score, Tone
from openlumbar.coaching.rules import Advice, Rules, Stage, advice_text, load_rules, phrase
from openlumbar.coaching.watch import LOAD_OVER_LIMIT, LoadWatch, RaisedHand, Watch
from openlumbar.kinematics.signals import Sample

HOLD_BROKEN_SHARE = 0.75
"""A hold goes on while the movement stays at this share of its height: 90 % less the 15 % that noise may take
(`assessment.measures`; the hold that is reported is measured when the repetition is over)."""


class Moment(NamedTuple):
    """One judged frame: its signals, what the assessment made of it, and the framing, looked at only when asked.

    `load` is what the disc L4–L5 carries as a multiple of quiet standing, NaN where that is not known.
    """

    sample: Sample
    events: Sequence[Event]
    progress: Progress
    advice: Callable[[], Advice]
    load: float = math.nan


class Coach:
    """Leads one person through a plan.

    Attributes:
        score: where the session stands.
        advice: the one thing to change before the set can go on.
        repetitions: those that were done while the coach counted, since this coach was made.
    """

    def __init__(self, plan: Plan, score: Score | None = None) -> None:
        """Begin with the framing, or go on where a session stood."""
        self.plan, self.score = plan, score or Score()
        self._rules: Rules = load_rules()
        self._watch = Watch(plan.card, plan.level, self._rules)
        self._load_watch = LoadWatch(plan.load_limit, self._rules)
        self._hand = RaisedHand(plan.level.stop_gesture, self._rules)
        self._corrections = Corrections(self._rules)
        self._faults = {rule.code: rule for rule in plan.card.faults}
        self.advice: Advice = "no_person"
        self._candidate: tuple[Advice, float] = ("no_person", 0.0)
        self._advised_s = -math.inf
        self._ok_since_s: float | None = None
        self._bad_since_s: float | None = None
        self._unseen: Unseen | None = None
        self._hold = _Hold(plan.level.dose.hold_s)
        self._ticked = 0
        self._notices: list[Notice] = []
        self._now_s = self.score.since_s
        self.repetitions: list[Repetition] = []
        self._stages: dict[Stage, Callable[[Moment], None]] = {
            "frame": self._frame,
            "ready": self._ready,
            "exercise": self._exercise,
            "paused": self._paused,
            "rest": self._rest,
            "stopped": self._stopped,
            "done": self._done,
        }

    # ------------------------------------------------------------------------------------------- frames in

    def step(self, moment: Moment) -> list[Notice]:
        """Take in a judged frame; return what it brought about."""
        before_s, self._now_s = self._now_s, moment.sample.time_s
        if self._now_s - before_s > self._rules.out_of_position_s:  # nobody knows where the person was meanwhile
            self._ok_since_s = None
        if self.score.stage in ("ready", "exercise", "rest") and self._hand.see(self._now_s, moment.sample.values):
            self._stop("gesture")
        else:
            self._stages[self.score.stage](moment)
        return self._take_notices()

    @property
    def hold_s(self) -> float:
        """How long the hold lasts so far; 0 when there is none."""
        return self._hold.lasts_s

    @property
    def clock_s(self) -> float:
        """Seconds left of a count-down or a rest; 0 when neither runs."""
        ends_s = self.score.clock_ends_s
        return 0.0 if ends_s is None else max(0.0, ends_s - self._now_s)

    @property
    def gesture(self) -> float:
        """How far a stop by raised hand has got, 0 to 1."""
        return self._hand.share

    def reopen(self) -> None:
        """Begin again with the framing: the page was opened anew."""
        if self.score.stage in ("frame", "ready", "exercise", "paused"):
            self._enter("frame")
        self._take_notices()

    def state(self) -> dict[str, Any]:
        """Return the state of the live protocol."""
        score, two_sided = self.score, self.plan.is_two_sided
        running_s = self._now_s - score.since_s if score.stage == "exercise" else 0.0
        return {
            "stage": score.stage,
            "advice": self.advice,
            "set": score.set,
            "sets": self.plan.sets,
            "count": score.count,
            "left": score.left if two_sided else None,
            "right": score.right if two_sided else None,
            "goal": self.plan.level.dose.repetitions,
            "hold_goal_s": self.plan.level.dose.hold_s,
            "elapsed_s": round(score.exercised_s + running_s, 2),
            "reason": score.reason,
            "stops": score.stops,
            "pain": None if score.back is None else {"back": score.back, "leg": score.leg, "zone": score.zone},
            "final": score.final,
            "load_limit": self.plan.load_limit,
            "load_peak": round(score.load_peak, 2),
            "done": score.stage == "done",
        }

    def snapshot(self) -> dict[str, Any]:
        """Return the score as plain values; `Score(**snapshot)` goes on from it."""
        return {name: getattr(self.score, name) for name in SCORE_FIELDS}

    # ---------------------------------------------------------------------------------------- commands in

    def command(self, do: str, back: int | None = None, leg: int | None = None) -> list[Notice]:
        """Carry out what the person asked for; what does not fit the stage changes nothing."""
        stage = self.score.stage
        if do == "finish" and stage != "done":
            self._finish("finished")
        elif do == "stop" and stage not in ("stopped", "done"):
            self._stop("asked")
        elif do == "pain" and back is not None and leg is not None:
            self._report_pain(Pain(back, leg))
        elif do == "start" and stage == "frame":
            self._get_ready()
        elif do == "pause" and stage in ("frame", "ready", "exercise", "rest"):
            self._enter("paused", "asked", say=phrase("paused_asked", self.plan.language))
        elif do == "resume" and (stage == "paused" or (stage == "stopped" and not self.score.final)):
            self._enter("frame")
        elif do == "skip_rest" and stage == "rest":
            self._next_set()
        return self._take_notices()

    def _report_pain(self, now: Pain) -> None:
        found = zone(self.plan.pain_before, now)
        score = self.score
        score.back, score.leg, score.zone = now.back, now.leg, found
        self._tell("pain", data={"back": now.back, "leg": now.leg, "zone": found})
        if found == "red" and score.stage != "done":
            self._stop("pain", final=True)

    # -------------------------------------------------------------------------------------------- stages

    def _frame(self, moment: Moment) -> None:
        self._look(moment)
        if self._ok_for_s() >= self._rules.in_position_s:
            self._get_ready()

    def _ready(self, moment: Moment) -> None:
        if moment.advice() == "ok":
            self._bad_since_s = None
        elif self._bad_since_s is None:
            self._bad_since_s = self._now_s
        if self._bad_since_s is not None and self._now_s - self._bad_since_s >= self._rules.out_of_position_s:
            self._enter("frame")
            return
        left = math.ceil(self.clock_s)
        if 0 < left < self._ticked:
            self._tell("tick", "tick", str(left), {"seconds": left})
            self._ticked = left
        if self.clock_s <= 0:
            self._enter("exercise", tone="ready", say=phrase("begin", self.plan.language))

    def _exercise(self, moment: Moment) -> None:
        for event in moment.events:
            if isinstance(event, RepetitionDone):
                self._count(event.repetition)
            elif isinstance(event, PhaseChanged):
                self._unseen = None
            else:
                self._unseen = event
        if self.score.stage != "exercise":
            return
        self._follow_hold(moment.progress)
        self.score.load_peak = max(self.score.load_peak, moment.load)  # what is not known (NaN) is not larger
        stop, warning = self._watch.see(moment.sample, moment.progress)
        if stop is not None:
            self._safety_stop(stop.code)
        elif self._load_watch.see(self._now_s, moment.load):
            self._safety_stop(LOAD_OVER_LIMIT)
        elif self._is_away():
            self._pause_for_absence()
        elif warning is not None:
            self._correct([warning.code])

    def _paused(self, moment: Moment) -> None:
        if self.score.reason == "asked":
            return
        self._look(moment)
        if self._ok_for_s() >= self._rules.in_position_s:
            self._get_ready()

    def _rest(self, moment: Moment) -> None:
        del moment
        if self.clock_s <= 0:
            self._next_set()

    def _stopped(self, moment: Moment) -> None:
        """Wait after a safety stop until the person is back at rest; all other stops wait for a command."""
        score = self.score
        if score.final or score.reason not in (*self._faults, LOAD_OVER_LIMIT):
            return
        self._look(moment, aloud=False)
        if moment.progress.phase != "rest":
            self._ok_since_s = None
        if self._ok_for_s() >= self._rules.stop_rest_s:
            self._get_ready(say=phrase("go_on", self.plan.language))

    def _done(self, moment: Moment) -> None:
        """Take no more notice of anything."""

    # ------------------------------------------------------------------------------------------- actions

    def _look(self, moment: Moment, *, aloud: bool = True) -> None:
        """Follow the framing; tell the advice once it has settled."""
        found = moment.advice()
        if found != "ok":
            self._ok_since_s = None
        elif self._ok_since_s is None:
            self._ok_since_s = self._now_s
        if found != self._candidate[0]:
            self._candidate = (found, self._now_s)
        settled = self._now_s - self._candidate[1] >= self._rules.advice_after_s
        again = found != "ok" and self._now_s - self._advised_s >= self._rules.advice_again_s
        if settled and (found != self.advice or again):
            self.advice, self._advised_s = found, self._now_s
            card = self.plan.card
            say = advice_text(found, card.view, card.posture, self.plan.language)
            self._tell("advice", None, say if aloud else None, {"code": found})

    def _ok_for_s(self) -> float:
        return -1.0 if self._ok_since_s is None else self._now_s - self._ok_since_s

    def _get_ready(self, say: str | None = None) -> None:
        self._ticked = int(self._rules.count_down_s)
        self.advice = "ok"
        self._enter("ready", say=say or phrase("get_ready", self.plan.language))
        self.score.clock_ends_s = self._now_s + self._rules.count_down_s

    def _count(self, repetition: Repetition) -> None:
        score = self.score
        if repetition.start_s < score.since_s - self._rules.anticipation_s:
            return  # begun before the coach counted
        score.last_repetition_s = repetition.end_s
        score.seen += 1
        self.repetitions.append(repetition)
        say = self._add(repetition) if repetition.counted else None
        clean = repetition.counted and not repetition.faults
        tone: Tone | None = "count" if clean else None
        self._tell("repetition", tone, say, {"number": score.seen, "repetition": repetition})
        self._correct(repetition.faults)
        if self._set_is_done():
            self._end_set()

    def _add(self, repetition: Repetition) -> str:
        """Count a repetition; return the number that is said aloud."""
        score = self.score
        score.count += 1
        score.counted += 1
        if repetition.side is None:
            return str(score.count)
        score.left += repetition.side == "left"
        score.right += repetition.side == "right"
        number = score.left if repetition.side == "left" else score.right
        return phrase(f"side_{repetition.side}", self.plan.language, count=number)

    def _set_is_done(self) -> bool:
        dose, score = self.plan.level.dose, self.score
        done = min(score.left, score.right) if dose.per_side else score.count
        return done >= dose.repetitions

    def _end_set(self) -> None:
        score, language = self.score, self.plan.language
        if score.set >= self.plan.sets:
            self._finish("done")
            return
        self._enter("rest", tone="done", say=phrase("rest", language, set=score.set, sets=self.plan.sets))
        score.clock_ends_s = self._now_s + self._rules.rest_between_sets_s

    def _next_set(self) -> None:
        score = self.score
        score.set += 1
        score.count, score.left, score.right, score.stops, score.load_peak = 0, 0, 0, 0, 0.0
        self._corrections.start_set()
        self._enter("frame", say=phrase("next_set", self.plan.language))

    def _correct(self, codes: Sequence[str]) -> None:
        rule = self._corrections.choose(self._now_s, [self._faults[code] for code in codes])
        if rule is not None:
            self._tell("cue", "correction", rule.cue.in_language(self.plan.language), {"code": rule.code})

    def _follow_hold(self, progress: Progress) -> None:
        change = self._hold.see(self._now_s, progress)
        if change == "begins":
            self._tell("hold", "hold_start", None, {"on": True})
        elif change == "is_enough":
            self._tell("hold", "hold_end", phrase("lower", self.plan.language), {"on": False})

    def _is_away(self) -> bool:
        if self._unseen is None:
            return False
        is_other = self._unseen.code == "other_exercise"
        limit_s = self._rules.other_movement_after_s if is_other else self._rules.left_after_s
        return self._now_s - self._unseen.time_s >= limit_s

    def _pause_for_absence(self) -> None:
        assert self._unseen is not None  # noqa: S101 - asked just before
        is_other = self._unseen.code == "other_exercise"
        self._enter("paused", "left", say=phrase("paused_other" if is_other else "paused_left", self.plan.language))

    def _safety_stop(self, code: str) -> None:
        self.score.stops += 1
        language, cues = self.plan.language, self._faults
        cue = phrase("load_cue", language) if code == LOAD_OVER_LIMIT else cues[code].cue.in_language(language)
        if self.score.stops >= self._rules.stops_that_end:
            self._stop(code, phrase("stop_many", language), final=True)
        else:
            self._stop(code, phrase("stop", language, cue=cue))

    def _stop(self, reason: str, say: str | None = None, *, final: bool = False) -> None:
        self.score.final = self.score.final or final
        self._tell("stop", None, None, {"code": reason})
        self._enter("stopped", reason, tone="stop", say=say or phrase(f"stop_{reason}", self.plan.language))

    def _finish(self, words: str) -> None:
        self._enter("done", tone="done", say=phrase(words, self.plan.language))

    def _enter(self, stage: Stage, reason: str | None = None, *, tone: Tone | None = None, say: str = "") -> None:
        score = self.score
        if score.stage == "exercise":
            score.exercised_s += self._now_s - score.since_s
        score.stage, score.reason, score.since_s, score.clock_ends_s = stage, reason, self._now_s, None
        self._ok_since_s = self._bad_since_s = self._unseen = None
        self._hold.end()
        self._tell("stage", tone, say or None, {"stage": stage, "reason": reason})

    def _tell(self, kind: str, tone: Tone | None = None, say: str | None = None, data: Any = None) -> None:
        self._notices.append(Notice(kind, self._now_s, tone, say, data or {}))

    def _take_notices(self) -> list[Notice]:
        notices, self._notices = self._notices, []
        return notices


class _Hold:
    """Follows a hold for the ring and the tones."""

    def __init__(self, goal_s: float) -> None:
        self._goal_s = goal_s
        self.end()

    def end(self) -> None:
        self._since_s: float | None = None
        self._height = self.lasts_s = 0.0
        self._is_told = False

    def see(self, time_s: float, progress: Progress) -> Literal["begins", "is_enough"] | None:
        """Take in a moment; tell when a hold begins and when it has lasted long enough."""
        if self._since_s is None:
            if progress.phase != "top" or self._goal_s <= 0:
                return None
            self._since_s, self._height = time_s - HELD_AFTER_S, progress.value
            return "begins"
        self._height = max(self._height, progress.value)
        if progress.phase in ("rest", "back", "unseen") or progress.value < HOLD_BROKEN_SHARE * self._height:
            self.end()
            return None
        self.lasts_s = time_s - self._since_s
        if self._is_told or self.lasts_s < self._goal_s:
            return None
        self._is_told = True
        return "is_enough"
