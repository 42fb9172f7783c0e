"""The rules of the gate, each from a situation to its reasons; what they compare with is content (content/safety)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from openlumbar.cards import exercise
from openlumbar.care.gate_facts import Reason, Situation, missing
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import may_start
from openlumbar.care.safety import NONE, group_a, screen
from openlumbar.care.safety_rules import ACUTE, MASSAGE_DEFAULT, Condition, RowB, Stage, group_b, matrix, stages

Rule = Callable[[Situation], Iterator[Reason]]


def group_a_reasons(at: Situation) -> Iterator[Reason]:
    """Yield what the answers of this session come to; a danger sign counts however old its answer is."""
    given = at.facts.group_a
    if given is None or not given.answers:
        yield missing("group_a")
        return
    decision = screen(given.answers)
    age = at.elapsed(given.at)
    if decision.problem or age < timedelta():
        yield missing("group_a_unclear")
    if age > timedelta(minutes=gate_words().answers.hold.value):
        yield missing("group_a_old")
    for question in decision.yes if NONE not in given.answers else ():
        entry = f"safety/group_a.toml: {question.id}"
        if question.action == "emergency":
            yield Reason(question.id, "emergency", entry, question.text)
        else:
            yield at.unless_cleared(question.id, entry, question.text)


def lock_reasons(at: Situation) -> Iterator[Reason]:
    """Yield the locks that nobody who may has lifted."""
    reported = {question.id: question.text for question in group_a().questions}
    for lock in at.facts.locks:
        if lock.holds(at.now, alone=at.facts.alone):
            text = reported.get(lock.reason, gate_words().lock.now)
            yield Reason(f"lock_{lock.reason}", "emergency", "safety/gate.toml: lock", text, lock=lock)


def group_b_reasons(at: Situation) -> Iterator[Reason]:
    """Yield the rows of group B that fire, and what is not answered."""
    for row in group_b().rows:
        if row.action == "matrix":
            continue
        fires = _fires(row, at)
        if fires is None:
            yield _unanswered(row)
        elif fires:
            yield at.unless_cleared(row.id, f"safety/group_b.toml: {row.id}", row.text, row.clearance_days)


def _fires(row: RowB, at: Situation) -> bool | None:
    """Tell whether a row of group B holds; None when its answer is missing."""
    facts, today = at.facts, at.now.date()
    if row.limit is None:
        answer: bool | None = getattr(facts.profile, row.follows_from)
        return None if answer is None else answer == (row.fires_on == "yes")
    if row.follows_from == "age":
        age = facts.profile.age_on(today)
        return None if age is None else age < row.limit.value
    if row.follows_from == "age_at_onset":
        if facts.profile.onset is None:
            return False  # the rule of the stages asks for it
        age = facts.profile.age_at_onset(today)
        return None if age is None else age >= row.limit.value
    count = facts.red_days_in_7 if row.follows_from == "red_days" else facts.weeks_without_gain
    return count is not None and count >= row.limit.value


def _unanswered(row: RowB) -> Reason:
    match row.follows_from:
        case "cancer_signs" | "diagnosed" | "stable_weakness":
            return missing(row.follows_from)
        case _:
            return missing("age")


def condition_reasons(at: Situation) -> Iterator[Reason]:
    """Yield what the conditions of the person mean for the activity; a condition that is not known is no answer."""
    named = at.facts.profile.conditions
    if named is None or named - {condition.id for condition in matrix().conditions}:
        yield missing("conditions")
    for condition in _conditions_of(at):
        yield from _cell(condition, at)


def _conditions_of(at: Situation) -> Iterator[Condition]:
    named = at.facts.profile.conditions or frozenset()
    for condition in matrix().conditions:
        if condition.id in named or (condition.id == ACUTE and at.is_acute_or_severe):
            yield condition


def _cell(condition: Condition, at: Situation) -> Iterator[Reason]:
    letter, entry = at.activity.letter, f"safety/conditions.toml: {condition.id}.{at.activity.letter}"
    sign = condition.cells[letter]
    qualifier = matrix().qualifier(condition.qualifiers[letter]) if letter in condition.qualifiers else None
    if sign == "X":
        yield Reason(condition.id, "blocked", entry, qualifier.text if qualifier else condition.why)
    elif sign == "~":
        yield Reason(condition.id, "adapt", entry, condition.adapt[letter].text)
    elif sign == "K":
        reason = at.unless_cleared(condition.id, entry, condition.why)
        if qualifier and reason.clearance:
            reason = Reason(condition.id, "adapt", entry, qualifier.text, reason.clearance)
        yield reason


def pain_reasons(at: Situation) -> Iterator[Reason]:
    """Yield what pain at rest forbids beside the matrix: a set that would begin in the red zone does not begin."""
    pain = at.facts.pain_rest
    if pain is None:
        yield missing("pain_rest")
    elif at.activity.kind == "exercise" and not may_start(pain):
        yield Reason("red_at_rest", "blocked", "safety/gate.toml: red_at_rest", gate_words().red_at_rest.text)


def stage_reasons(at: Situation) -> Iterator[Reason]:
    """Yield what the time since the onset does not allow yet: a level, an exercise, a massage without a clearance."""
    stage = at.stage
    if stage is None:
        yield missing("onset")
    elif at.activity.kind == "exercise":
        yield from _level_reasons(at, stage)
    elif at.activity.kind == "massage":
        sign = stage.massage[at.activity.slug]
        entry = f"safety/stages.toml: {stage.id}"
        if sign == "X":
            yield Reason(f"stage_{stage.id}", "blocked", entry, stage.text)
        elif sign == "K":
            yield at.unless_cleared(MASSAGE_DEFAULT, entry, stages().massage_default.text)


def _level_reasons(at: Situation, stage: Stage) -> Iterator[Reason]:
    levels = open_levels(at)
    entry = f"safety/stages.toml: {stage.id}"
    if not levels:
        yield Reason(f"stage_{stage.id}", "blocked", entry, stage.text)
    elif at.level is not None and at.level not in levels:
        if exercise(at.activity.slug).level(at.level).locked:
            yield Reason("locked", "blocked", "safety/stages.toml: locked", stages().locked.why)
        else:
            yield Reason("level_not_open", "blocked", entry, gate_words().level_not_open.text)


def open_levels(at: Situation) -> tuple[str, ...]:
    """List the levels that stage, unlocks and adaptations leave, easiest first; none when the onset is not known."""
    stage = at.stage
    if stage is None or at.activity.kind != "exercise":
        return ()
    levels = [level for level in exercise(at.activity.slug).levels if _is_open(level.id, at, stage)]
    return tuple(level.id for level in levels)


def _is_open(level: str, at: Situation, stage: Stage) -> bool:
    for condition in _conditions_of(at):
        adaptation = condition.adapt.get(at.activity.letter)
        if adaptation and adaptation.levels is not None and level not in adaptation.levels:
            return False
    if level in stage.levels[at.activity.slug]:
        return True
    wanted = (at.activity.slug, level)
    opened = any((each.exercise, each.level) == wanted and each.holds(at.now) for each in at.facts.unlocks)
    return opened and level in stage.unlock


def morning_reasons(at: Situation) -> Iterator[Reason]:
    """Yield the wait after waking, for activities that bend the lower back."""
    rules = stages().morning
    if at.activity.slug not in rules.activities:
        return
    woke = _woke_at(at)
    if woke is None:
        yield missing("woke_at")
    elif at.elapsed(woke) < timedelta(minutes=rules.wait.value):
        until = (woke.astimezone(UTC) + timedelta(minutes=rules.wait.value)).astimezone(at.now.tzinfo)
        yield Reason("morning", "blocked", "safety/stages.toml: morning", rules.text, until=until)


def _woke_at(at: Situation) -> datetime | None:
    """Return when the person last woke: as said, when that was not too long ago, else at the usual hour.

    None when nothing is known, or when it was said to be in the future.
    """
    said, usual = at.facts.woke_at, at.facts.profile.wakes_at
    if said is not None and at.elapsed(said) <= timedelta(hours=stages().morning.stated_holds.value):
        return said if at.elapsed(said) >= timedelta() else None
    if usual is None:
        return None
    today = datetime.combine(at.now.date(), usual, tzinfo=at.now.tzinfo)
    return today if at.elapsed(today) >= timedelta() else today - timedelta(days=1)


RULES: tuple[Rule, ...] = (
    group_a_reasons,
    lock_reasons,
    group_b_reasons,
    condition_reasons,
    pain_reasons,
    stage_reasons,
    morning_reasons,
)
"""All rules, in the order in which their reasons are shown."""
