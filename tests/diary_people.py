"""Simulated people who use the whole way day by day: the desk, the real diary, the gate before every set.

They are those of `tests/care/patients.py` (what somebody does and says on a day); here they say it to the program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openlumbar.care.body_map import Marks, marks
from openlumbar.care.pain import Pain
from openlumbar.care.profile import Profile
from openlumbar.care.safety import NONE
from openlumbar.pipeline.care import BeforeSet, CareDesk, SetDone
from openlumbar.pipeline.patient_chart import ExerciseDay
from openlumbar.pipeline.today import Today
from openlumbar.records.people import SELF

CALM = Pain(1, 0)
BACK, CALF, FOOT = marks(["back_left"]), marks(["calf_left"]), marks(["foot_left"])

FIT = Profile(
    born=date(1985, 6, 1),
    sex="male",
    height_cm=175,
    weight_kg=70,
    activity="active",
    onset=date(2025, 6, 1),
    side="left",
    diagnosed=True,
    conditions=frozenset(),
    cancer_signs=False,
    stable_weakness=False,
    curl_up_max=15,
    wakes_at=time(7),
)
"""Somebody whom no rule holds back."""


@dataclass
class Watch:
    """A clock that stands until it is moved on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@dataclass(frozen=True)
class Told:
    """What somebody does and says on a day; None is no answer. `share` is that of each set's repetitions."""

    comes: bool = True
    sets: int | None = None
    share: float = 1.0
    form: float | None = 0.9
    before: Pain = CALM
    after: Pain | None = CALM
    next_day: Pain | None = CALM
    sites_before: Marks | None = BACK
    sites_after: Marks | None = BACK
    painkiller: bool | None = False


Behaviour = Callable[[int], Told]
"""Day number, 0 the first → what is done and said."""


@dataclass(frozen=True)
class LivedDay:
    """A day as it went: the plan after the morning's answers, and at the end."""

    number: int
    morning: tuple[ExerciseDay, ...]
    evening: tuple[ExerciseDay, ...]
    begun: tuple[str, ...]


def live(
    desk: CareDesk, watch: Watch, days: int, behaviour: Behaviour, profile: Profile = FIT, person: str = SELF
) -> list[LivedDay]:
    """Let somebody live through days from the watch's on; each begins at ten."""
    start = watch.now.replace(hour=10, minute=0, second=0, microsecond=0)
    watch.now = start
    desk.keep_profile(person, profile)
    lived = []
    for number in range(days):
        watch.now = start + timedelta(days=number)
        if behaviour(number).comes:
            lived.append(_day(desk, watch, number, behaviour, person))
    return lived


def _day(desk: CareDesk, watch: Watch, number: int, behaviour: Behaviour, person: str) -> LivedDay:
    said = behaviour(number)
    first = watch.now.date() - timedelta(days=number)
    for record in Today(desk.chart(person, alone=True)).next_days:
        of_then = behaviour((record.day - first).days)
        if of_then.next_day is not None:
            desk.tell_pain(person, "next_day", of_then.next_day, of_then.sites_before, about=record.day, alone=True)
    if said.painkiller is not None:
        desk.tell_painkiller(person, said.painkiller, alone=True)
    morning = desk.chart(person, alone=True).exercises
    begun: list[str] = []
    while said.sets is None or len(begun) < said.sets:
        watch.forward(minutes=5)
        slug = _set(desk, watch, said, person)
        if slug is None:
            break
        begun.append(slug)
    return LivedDay(number, morning, desk.chart(person, alone=True).exercises, tuple(begun))


def _set(desk: CareDesk, watch: Watch, said: Told, person: str) -> str | None:
    """Do the next set, if there is one and the gate lets it begin; return its exercise."""
    following = Today(desk.chart(person, alone=True)).following
    if following is None:
        return None
    before = BeforeSet(group_a=frozenset({NONE}), pain=said.before, sites=said.sites_before)
    admission = desk.admit(person, following.slug, before, alone=True)
    if not admission.may_begin:
        return None
    dose = admission.plan.dose
    assert dose.level is not None
    watch.forward(minutes=3)
    count = round(said.share * dose.repetitions)
    if count:
        done = SetDone(following.slug, dose.level, count, dose.repetitions, "coach", said.form)
        desk.note_set(person, done, alone=True)
    if said.after is not None:
        desk.tell_pain(person, "after", said.after, said.sites_after, alone=True)
    return following.slug
