"""The whole safety gate: may this person do this now? Pure: facts and the time in, a decision out.

Every rule yields reasons, and the strictest decides: emergency, then blocked, clinician, incomplete, adapt, go. A rule
that lacks an answer yields a reason to ask, so nothing unanswered passes. What the rules say is in content/safety.
"""

from dataclasses import dataclass
from datetime import datetime

from openlumbar.cards import Text, exercise
from openlumbar.care.gate_facts import GateFacts, GroupAAnswers, Reason, Situation
from openlumbar.care.gate_rules import RULES, open_levels
from openlumbar.care.gate_words import OUTCOMES, Outcome, OutcomeWords, gate_words
from openlumbar.care.permits import Clearance, Lock, Unlock, require_zone
from openlumbar.care.safety_rules import matrix
from openlumbar.errors import InputError

__all__ = ["Clearance", "GateDecision", "GateFacts", "GroupAAnswers", "Lock", "Reason", "Unlock", "decide"]

PASSING: tuple[Outcome, ...] = ("go", "adapt")
"""The outcomes that let a person begin."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What the gate says.

    `reasons` holds everything that was found, in the order of the rules. `open_levels` lists the levels that may be
    done, easiest first; none unless the gate is passed. `lock_due` names the questions of group A for which the caller
    records a `Lock`. `words` is what a person reads first.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    open_levels: tuple[str, ...]
    lock_due: tuple[str, ...]
    words: OutcomeWords

    @property
    def passed(self) -> bool:
        """Tell whether the person may begin."""
        return self.outcome in PASSING

    @property
    def adaptations(self) -> tuple[Text, ...]:
        """How it is done differently."""
        return tuple(reason.text for reason in self.reasons if reason.outcome == "adapt")

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of what has to be answered first (`gate_words.Missing`)."""
        return tuple(reason.id for reason in self.reasons if reason.outcome == "incomplete")

    @property
    def wait_until(self) -> datetime | None:
        """When the last of the reasons that end by themselves has ended."""
        return max((reason.until for reason in self.reasons if reason.until), default=None)


def decide(activity: str, level: str | None, facts: GateFacts, now: datetime) -> GateDecision:
    """Decide whether an activity may begin now, at a level or (None) at any that is open.

    `now` is the person's own local time with its offset: its day and hour count for stages, clearances and the morning.

    Raises:
        InputError: when there is no such activity or level, or `now` has no time zone.
    """
    require_zone("now", now)
    at = Situation(matrix().activity(activity), level, facts, now)
    _check_level(at)
    found = {reason.id: reason for rule in RULES for reason in rule(at)}
    reasons = tuple(found.values())
    asked_for: set[Outcome] = {"go", *(reason.outcome for reason in reasons)}
    outcome = max(asked_for, key=OUTCOMES.index)
    return GateDecision(
        outcome=outcome,
        reasons=reasons,
        open_levels=open_levels(at) if outcome in PASSING else (),
        lock_due=_lock_due(reasons),
        words=_words(outcome, reasons, facts.alone),
    )


def _check_level(at: Situation) -> None:
    """Refuse a level that the activity does not have."""
    if at.level is None:
        return
    if at.activity.kind != "exercise":
        raise InputError(f"level {at.level}", f"{at.activity.slug} has no levels", "leave the level out")
    exercise(at.activity.slug).level(at.level)


def _lock_due(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """List the danger signs of this session that no lock holds yet."""
    locked = {reason.lock.reason for reason in reasons if reason.lock}
    signs = (reason.id for reason in reasons if reason.outcome == "emergency" and reason.lock is None)
    return tuple(sign for sign in signs if sign not in locked)


def _words(outcome: Outcome, reasons: tuple[Reason, ...], alone: bool) -> OutcomeWords:
    """Return the words of the outcome: while only a lock holds those of the lock, and alone who can lift it then."""
    words = gate_words()
    own = words.outcome[outcome]
    if outcome == "clinician":
        return OutcomeWords(title=own.title, now=own.now, lift=words.clearance.alone if alone else own.lift)
    if outcome != "emergency" or any(reason.outcome == outcome and reason.lock is None for reason in reasons):
        return own
    lock = words.lock
    return OutcomeWords(title=lock.title, now=lock.now, lift=lock.lift_alone if alone else lock.lift)
