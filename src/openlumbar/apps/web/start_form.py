"""What a person fills in before a set: kept as typed, so that nothing is lost when something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal, Self

from starlette.datastructures import FormData

from openlumbar.apps.web.forms import text_in
from openlumbar.apps.web.pain_form import PainForm
from openlumbar.care.safety import NONE, Decision, group_a, screen
from openlumbar.pipeline.care import BeforeSet
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.today import asks_waking

_TICKED = {"yes", "none", "on", "true", "1"}
"""What a ticked box may send; anything else beside "none of these" is no clear answer."""

Problem = Literal["sets", "missing", "contradictory", "unknown", "pain", "woke_at"]


@dataclass(frozen=True)
class StartForm:
    """The fields of the form as they were sent; `source` is camera, clock or simulated."""

    exercise: str
    source: str = "camera"
    sets: str = ""
    answers: tuple[str, ...] = ()
    pain: PainForm = field(default_factory=PainForm)
    painkiller: str = ""
    woke_at: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form; files are no answers."""
        asked = {question.id for question in group_a().questions}
        answers = [name for name in form if name in asked]
        if NONE in form:
            clear = set(map(str, form.getlist(NONE))) <= _TICKED
            answers.append(NONE if clear else f"{NONE}?")
        return cls(
            exercise=text_in(form, "exercise"),
            source=text_in(form, "source") or "camera",
            sets=text_in(form, "sets"),
            answers=tuple(answers),
            pain=PainForm.read(form),
            painkiller=text_in(form, "painkiller"),
            woke_at=text_in(form, "woke_at"),
        )

    @property
    def decision(self) -> Decision:
        """Return what the answers to the safety questions come to."""
        return screen(self.answers)


@dataclass(frozen=True)
class Checked:
    """What was answered, as far as it can be used, and what is the matter with the rest, by field."""

    said: BeforeSet
    sets: int
    problems: Mapping[str, Problem] = field(default_factory=dict)


def check(form: StartForm, chart: PatientChart) -> Checked:
    """Check every field of a form against what has to be known of this person today."""
    problems: dict[str, Problem] = {}
    if form.decision.problem:
        problems["gate"] = form.decision.problem
    problems |= dict.fromkeys(form.pain.missing, "pain")
    woke_at = _waking(form.woke_at, chart.now)
    if woke_at is None and asks_waking(chart, form.exercise):
        problems["woke_at"] = "woke_at"
    sets, left = _whole(form.sets or "1"), chart.exercise(form.exercise).left
    if sets is None or not 1 <= sets <= max(left, 1):
        problems["sets"] = "sets"
    said = BeforeSet(
        group_a=frozenset(form.answers),
        pain=form.pain.pain,
        sites=form.pain.marks,
        painkiller={"yes": True, "no": False}.get(form.painkiller),
        woke_at=woke_at,
    )
    return Checked(said, sets or 1, problems)


def _waking(text: str, now: datetime) -> datetime | None:
    """Return the last moment at which clocks showed a time of day; None when none was given."""
    try:
        clock = time.fromisoformat(text) if len(text) == len("07:00") else None
    except ValueError:
        clock = None
    if clock is None:
        return None
    today = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _whole(text: str) -> int | None:
    """Read a whole number of one or two plain digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
