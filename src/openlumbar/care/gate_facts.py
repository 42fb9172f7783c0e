"""What the gate is told: today's answers, the person, and what others have written down for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from openlumbar.cards import Text
from openlumbar.care.gate_words import Missing, Outcome, gate_words
from openlumbar.care.pain import Pain
from openlumbar.care.permits import Clearance, Lock, Unlock, require_zone
from openlumbar.care.profile import Profile
from openlumbar.care.safety_rules import Activity, Stage, matrix, stages
from openlumbar.errors import InputError


@dataclass(frozen=True, slots=True)
class GroupAAnswers:
    """What was ticked in group A (ids of questions, or `safety.NONE`), and when."""

    answers: frozenset[str]
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a moment without a time zone."""
        require_zone("group_a", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """Everything the gate decides on; None was not answered.

    `pain_rest` is the pain before the set, at rest. `red_days_in_7` and `weeks_without_gain` come from the diary; None
    weeks: too little is written to tell. `alone`: one person uses the program for themselves, without a therapist.

    Raises:
        InputError: when a moment has no time zone, or a count is below 0.
    """

    profile: Profile
    group_a: GroupAAnswers | None
    pain_rest: Pain | None
    red_days_in_7: int
    weeks_without_gain: int | None
    clearances: tuple[Clearance, ...] = ()
    locks: tuple[Lock, ...] = ()
    unlocks: tuple[Unlock, ...] = ()
    woke_at: datetime | None = None
    alone: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be counted or placed in time."""
        require_zone("woke_at", self.woke_at)
        for field, count in (("red_days_in_7", self.red_days_in_7), ("weeks_without_gain", self.weeks_without_gain)):
            if count is not None and count < 0:
                raise InputError(field, f"{count} is below 0", "give a count of 0 or more")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the gate decides as it does: what it asks for (`outcome`), the entry of the content file, and the words.

    A reason to "go" is one that a `clearance` answers. `until` is when a reason ends by itself.
    """

    id: str
    outcome: Outcome
    entry: str
    text: Text
    clearance: Clearance | None = None
    lock: Lock | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """One activity, perhaps at one level, for one person, now."""

    activity: Activity
    level: str | None
    facts: GateFacts
    now: datetime

    @property
    def stage(self) -> Stage | None:
        """The stage after the onset; None when the onset is missing or lies in the future."""
        onset, today = self.facts.profile.onset, self.now.date()
        return None if onset is None or onset > today else stages().on(today, onset)

    @property
    def is_acute_or_severe(self) -> bool:
        """Whether the acute row of the matrix holds: the first stage, or severe pain at rest in back or leg."""
        pain = self.facts.pain_rest
        severe = pain is not None and max(pain.back, pain.leg) >= matrix().severe_from
        return severe or self.stage is stages().stages[0]

    def elapsed(self, since: datetime) -> timedelta:
        """Return the time since a moment, through changes to and from summer time."""
        return self.now.astimezone(UTC) - since.astimezone(UTC)

    def clearance(self, reason: str, days: int | None = None) -> Clearance | None:
        """Return the clearance that holds now for this activity and reason; `days` bounds how long one can hold."""
        facts = self.facts
        covering = (
            each
            for each in facts.clearances
            if each.covers(self.activity.slug, reason, self.now, alone=facts.alone, days=days)
        )
        return next(covering, None)

    def unless_cleared(self, reason: str, entry: str, text: Text, days: int | None = None) -> Reason:
        """Return the reason to see a clinician first, or that this has been cleared."""
        if (clearance := self.clearance(reason, days)) is None:
            return Reason(reason, "clinician", entry, text)
        return Reason(reason, "go", entry, gate_words().clearance.holds, clearance)


def missing(what: Missing) -> Reason:
    """Return the reason to ask first."""
    return Reason(what, "incomplete", f"safety/gate.toml: missing.{what}", gate_words().missing[what])
