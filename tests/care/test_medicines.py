"""The medicines diary: kinds and flags from their files, due times, and what is kept as typed."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlumbar.care.medicines import (
    Flag,
    FlagRules,
    Intake,
    Medicine,
    MedicineKind,
    Schedule,
    analgesic_started_or_raised,
    due_between,
    flag_rules,
    flags,
    intakes_between,
    medicine_kind,
    medicine_kinds,
)
from openlumbar.errors import InputError

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples on every machine, however slow it is."""
BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 2)  # a Monday
KINDS = [kind.id for kind in medicine_kinds()]
CONDITIONS = [condition.id for condition in flag_rules().conditions]
FLAGS = {flag.id: flag for flag in flag_rules().flags}
DOSE = re.compile(r"\d+\s*(mg|g|ml|µg|mcg|毫克|克|毫升|片|粒)\b|\b(tablets?|times) a day|每日|每天", re.IGNORECASE)
PEOPLE = re.compile(r"pharmacist|doctor")
PEOPLE_ZH = re.compile(r"药师|医生")


def of_kind(kind: str, name: str = "typed") -> Medicine:
    return Medicine(id=f"m-{kind}-{name}", name=name, kind=kind)


def raised(
    kinds: list[str], conditions: set[str] | None = None, weeks: int | None = None, massage: bool = False
) -> set[str]:
    medicines = [of_kind(kind, str(number)) for number, kind in enumerate(kinds)]
    return {flag.id for flag in flags(medicines, conditions or set(), weeks, massage, day=DAY)}


def test_these_kinds_and_flags_ship() -> None:
    assert KINDS == [
        "nsaid_oral", "nsaid_topical", "paracetamol", "opioid", "gabapentinoid", "muscle_relaxant", "skin_other",
        "steroid", "anticoagulant", "other", "unknown",
    ]  # fmt: skip
    assert {kind.id for kind in medicine_kinds() if not kind.masks_pain} == {"anticoagulant", "other"}
    assert {kind.id for kind in medicine_kinds() if "nsaid" in kind.groups} == {"nsaid_oral", "nsaid_topical"}
    assert {kind.id for kind in medicine_kinds() if "on_skin" in kind.groups} == {"nsaid_topical", "skin_other"}
    assert len(FLAGS) == len(flag_rules().flags) == 15
    assert CONDITIONS == ["ulcer", "kidney", "heart", "asthma", "anticoagulant", "pregnancy", "broken_skin"]
    assert flag_rules().clinician_signoff == ""


@pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
def test_a_flag_sends_to_somebody_who_knows_and_never_says_how_much(flag: Flag) -> None:
    assert PEOPLE.search(flag.text.en)
    assert PEOPLE_ZH.search(flag.text.zh)
    assert not DOSE.search(flag.text.en + flag.text.zh)


@pytest.mark.parametrize("kind", medicine_kinds(), ids=KINDS)
def test_a_kind_has_names_to_find_it_by(kind: MedicineKind) -> None:
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in (kind.name.zh, *kind.examples.zh))
    assert not DOSE.search(" ".join((*kind.examples.en, *kind.examples.zh)))


def case_of(flag: Flag) -> tuple[list[str], set[str], int | None, bool]:
    """Make the smallest case that a flag's own entry says is one."""
    kinds = list(flag.each_of)
    if flag.group is not None:
        kinds += [next(kind.id for kind in medicine_kinds() if flag.group in kind.groups)] * flag.at_least
    return kinds, set(flag.with_conditions[:1]), flag.from_week, flag.when == "before_massage"


@pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
def test_every_flag_has_a_case_that_raises_it_and_none_without_each_of_its_parts(flag: Flag) -> None:
    kinds, conditions, weeks, massage = case_of(flag)
    medicines = [of_kind(kind, str(number)) for number, kind in enumerate(kinds)]
    asked = None if flag.when == "conditions_unknown" else conditions

    def is_raised(
        some: list[Medicine] = medicines,
        known: set[str] | None = asked,
        week: int | None = weeks,
        before_massage: bool = massage,
    ) -> bool:
        return flag.id in {found.id for found in flags(some, known, week, before_massage, day=DAY)}

    assert is_raised()
    for number in range(len(medicines)):
        assert not is_raised(some=medicines[:number] + medicines[number + 1 :])
    if conditions:
        assert not is_raised(known=set())
    if weeks is not None:
        assert not is_raised(week=weeks - 1)
    if massage:
        assert not is_raised(before_massage=False)
    if asked is None:
        assert not is_raised(known=set())


def test_a_gel_and_a_tablet_are_two_of_one_group() -> None:
    assert "nsaid_twice" in raised(["nsaid_oral", "nsaid_topical"])
    assert "nsaid_twice" in raised(["nsaid_oral", "nsaid_oral"])
    assert "nsaid_twice" not in raised(["nsaid_oral", "paracetamol", "opioid"])


@pytest.mark.parametrize("kind", ["nsaid_oral", "nsaid_topical"])
@pytest.mark.parametrize("condition", ["ulcer", "kidney", "heart", "asthma", "anticoagulant"])
def test_each_condition_of_the_clinical_table_is_flagged(kind: str, condition: str) -> None:
    assert f"nsaid_{condition}" in raised([kind], {condition})
    assert f"nsaid_{condition}" not in raised(["paracetamol"], {condition})


def test_a_blood_thinner_on_the_list_counts_though_nobody_said_so() -> None:
    assert "nsaid_anticoagulant" in raised(["nsaid_oral", "anticoagulant"])
    assert "blood_thinner_before_massage" in raised(["anticoagulant"], massage=True)
    assert "blood_thinner_before_massage" in raised([], {"anticoagulant"}, massage=True)


def test_a_gel_in_pregnancy_is_flagged_from_the_thirtieth_week_or_when_the_week_is_not_known() -> None:
    late = "topical_nsaid_late_pregnancy"
    assert [late in raised(["nsaid_topical"], {"pregnancy"}, weeks) for weeks in (29, 30, 41, None)] == [
        False, True, True, True,
    ]  # fmt: skip
    assert late in raised(["nsaid_topical"], set(), 30)
    assert late not in raised(["nsaid_topical"])
    assert late not in raised(["nsaid_oral"], {"pregnancy"}, 35)
    assert "nsaid_pregnancy" in raised(["nsaid_oral"], set(), 5)


def test_never_asked_is_not_a_no() -> None:
    gel = [of_kind("nsaid_topical")]
    assert "nsaid_not_asked" in {flag.id for flag in flags(gel, None, None, False, day=DAY)}
    assert "nsaid_not_asked" not in {flag.id for flag in flags(gel, (), None, False, day=DAY)}
    assert flags([of_kind("paracetamol")], None, None, False, day=DAY) == ()


def test_what_is_stopped_raises_nothing_any_more() -> None:
    tablet = of_kind("nsaid_oral")
    gel = Medicine("g", "gel", "nsaid_topical", changed=((DAY, "stopped"),))
    before, after = (
        {flag.id for flag in flags([tablet, gel], (), None, False, day=day)} for day in (DAY - timedelta(days=1), DAY)
    )
    assert "nsaid_twice" in before
    assert "nsaid_twice" not in after


some_medicines = st.lists(
    st.builds(
        Medicine,
        id=st.text("ab", min_size=1, max_size=3),
        name=st.just("typed"),
        kind=st.sampled_from(KINDS),
        started_on=st.none() | st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3)),
        changed=st.lists(
            st.tuples(
                st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3)),
                st.sampled_from(["started", "raised", "lowered", "stopped"]),
            ),
            max_size=3,
        ).map(tuple),
    ),
    max_size=4,
)
some_conditions = st.sets(st.sampled_from(CONDITIONS))
some_weeks = st.none() | st.integers(0, 45)


@STEADY
@given(some_medicines, some_medicines, st.none() | some_conditions, some_weeks, st.booleans())
def test_no_flag_is_lost_when_a_medicine_is_added(
    medicines: list[Medicine], more: list[Medicine], conditions: set[str] | None, weeks: int | None, massage: bool
) -> None:
    few = flags(medicines, conditions, weeks, massage, day=DAY)
    many = flags([*more, *medicines], conditions, weeks, massage, day=DAY)
    assert {flag.id for flag in few} <= {flag.id for flag in many}


@STEADY
@given(some_medicines, some_conditions, some_conditions, some_weeks, st.booleans())
def test_no_flag_is_lost_when_a_condition_or_a_massage_is_added(
    medicines: list[Medicine], conditions: set[str], more: set[str], weeks: int | None, massage: bool
) -> None:
    few = flags(medicines, conditions, weeks, massage, day=DAY)
    assert {flag.id for flag in few} <= {
        flag.id for flag in flags(medicines, conditions | more, weeks, massage, day=DAY)
    }
    assert {flag.id for flag in few} <= {flag.id for flag in flags(medicines, conditions, weeks, True, day=DAY)}


@STEADY
@given(some_medicines, some_conditions, st.integers(0, 44))
def test_no_flag_is_lost_as_a_pregnancy_goes_on(medicines: list[Medicine], conditions: set[str], weeks: int) -> None:
    few = flags(medicines, conditions, weeks, False, day=DAY)
    assert {flag.id for flag in few} <= {flag.id for flag in flags(medicines, conditions, weeks + 1, False, day=DAY)}


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="choose among anticoagulant, asthma"):
        flags([], {"gout"}, None, False, day=DAY)
    for weeks in (-1, 46):
        with pytest.raises(InputError, match="weeks pregnant"):
            flags([], (), weeks, False, day=DAY)
    with pytest.raises(InputError, match="choose one of nsaid_oral"):
        of_kind("nsaid")
    with pytest.raises(ValueError, match="unknown condition 'gout'"):
        FlagRules.model_validate(
            {
                "clinician_signoff": "",
                "condition": [{"id": "ulcer", "ask": {"en": "x", "zh": "x"}}],
                "flag": [FLAGS["nsaid_ulcer"].model_copy(update={"with_conditions": ("gout",)})],
            }
        )


@STEADY
@given(st.text("ab 布洛芬\t0.5mg", min_size=1, max_size=200), st.text("half 半片x3", max_size=200))
def test_a_name_stays_as_it_was_typed(name: str, taken_as: str) -> None:
    if not name.strip():
        with pytest.raises(InputError, match="has no name"):
            Medicine("m", name, "other")
        return
    medicine = Medicine("m", name, "other", taken_as)
    assert (medicine.name, medicine.taken_as) == (name, taken_as)
    assert medicine == Medicine("m", name, "other", taken_as)


def test_a_name_or_note_that_fits_no_list_is_refused() -> None:
    with pytest.raises(InputError, match="the name: is longer than 200"):
        Medicine("m", "x" * 201, "other")
    with pytest.raises(InputError, match="how it is taken: is longer"):
        Medicine("m", "x", "other", "x" * 201)
    with pytest.raises(InputError, match="half a character"):
        Medicine("m", "half \ud83d of one", "other")
    assert Medicine("m", "😀", "other").name == "😀"


def test_days_and_times_of_a_schedule() -> None:
    schedule = Schedule((time(20), time(8), time(8)), frozenset({0, 2}))
    assert schedule.clocks(DAY) == (time(8), time(20))
    assert schedule.clocks(DAY + timedelta(days=1)) == ()
    assert Schedule((time(8),)).clocks(DAY + timedelta(days=1)) == (time(8),)
    assert Schedule().clocks(DAY) == ()
    with pytest.raises(InputError, match="7 is not one"):
        Schedule((time(8),), frozenset({7}))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def test_due_times_between_two_moments() -> None:
    medicine = Medicine(
        "m", "x", "other", schedule=Schedule((time(8), time(20))), started_on=DAY,
        changed=((DAY + timedelta(days=2), "stopped"), (DAY + timedelta(days=4), "started")),
    )  # fmt: skip
    found = due_between(medicine, berlin(2026, 3, 1), berlin(2026, 3, 6, 20))
    assert [f"{moment:%d %H}" for moment in found] == ["02 08", "02 20", "03 08", "03 20", "06 08"]
    assert due_between(medicine, berlin(2026, 3, 2, 8), berlin(2026, 3, 2, 8)) == ()
    assert due_between(medicine, berlin(2026, 3, 3), berlin(2026, 3, 2)) == ()


def test_two_changes_on_a_day_count_in_the_order_they_were_written_down() -> None:
    again = Medicine("m", "x", "other", changed=((DAY, "stopped"), (DAY, "started")))
    ended = Medicine("m", "x", "other", changed=((DAY, "started"), (DAY, "stopped")))
    mixed = Medicine("m", "x", "other", changed=((DAY, "stopped"), (DAY - timedelta(days=1), "started")))
    assert (again.taken_on(DAY), ended.taken_on(DAY), mixed.taken_on(DAY)) == (True, False, False)
    assert mixed.taken_on(DAY - timedelta(days=1))


def test_due_times_keep_to_the_clock_when_it_is_put_forward_and_back() -> None:
    medicine = Medicine("m", "x", "other", schedule=Schedule((time(2, 30), time(8))))
    spring = due_between(medicine, berlin(2026, 3, 29), berlin(2026, 3, 30))
    autumn = due_between(medicine, berlin(2026, 10, 25), berlin(2026, 10, 26))
    assert [moment.isoformat() for moment in spring] == ["2026-03-29T03:30:00+02:00", "2026-03-29T08:00:00+02:00"]
    assert [moment.isoformat() for moment in autumn] == ["2026-10-25T02:30:00+02:00", "2026-10-25T08:00:00+01:00"]


moments = st.datetimes(datetime(2026, 3, 25), datetime(2026, 4, 2), timezones=st.just(BERLIN))


@STEADY
@given(st.tuples(moments, moments, moments), st.sets(st.times(), max_size=4), st.frozensets(st.integers(0, 6)))
def test_due_times_of_two_spans_are_those_of_the_whole(
    three: tuple[datetime, datetime, datetime], clocks: set[time], weekdays: frozenset[int]
) -> None:
    first, middle, last = sorted(three, key=datetime.timestamp)
    medicine = Medicine("m", "x", "other", schedule=Schedule(tuple(clocks), weekdays))
    parts = due_between(medicine, first, middle) + due_between(medicine, middle, last)
    assert parts == due_between(medicine, first, last)
    assert all(first.timestamp() <= moment.timestamp() < last.timestamp() for moment in parts)


def test_a_time_without_a_zone_is_refused() -> None:
    naive, aware = datetime(2026, 3, 1), berlin(2026, 3, 1)
    for begins, ends in ((naive, aware), (aware, naive)):
        with pytest.raises(InputError, match="time zone"):
            due_between(of_kind("other"), begins, ends)
    with pytest.raises(InputError, match="the due time"):
        Intake("m", naive)


def test_what_nobody_spoke_of_stays_open() -> None:
    medicine = Medicine("m", "x", "other", schedule=Schedule((time(8), time(12), time(20))))
    said = [
        Intake("m", berlin(2026, 3, 2, 8), "taken", berlin(2026, 3, 2, 8, 5)),
        Intake("m", berlin(2026, 3, 2, 12).astimezone(ZoneInfo("UTC")), "skipped", berlin(2026, 3, 2, 13)),
        Intake("other", berlin(2026, 3, 2, 20), "taken", berlin(2026, 3, 2, 20)),
    ]
    found = intakes_between(medicine, berlin(2026, 3, 2), berlin(2026, 3, 3), said)
    assert [intake.state for intake in found] == ["taken", "skipped", "open"]
    assert intakes_between(medicine, berlin(2026, 3, 2), berlin(2026, 3, 3))[0] == Intake("m", berlin(2026, 3, 2, 8))


@pytest.mark.parametrize(("state", "at"), [("taken", None), ("skipped", None), ("open", berlin(2026, 3, 2))])
def test_a_state_and_its_time_belong_together(state: str, at: datetime | None) -> None:
    with pytest.raises(InputError, match="taken or skipped only"):
        Intake("m", berlin(2026, 3, 2), state, at)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_on_which_something_that_masks_pain_began_or_rose(kind: str) -> None:
    masks = medicine_kind(kind).masks_pain
    begun = Medicine("m", "x", kind, started_on=DAY)
    assert analgesic_started_or_raised([begun], DAY) == masks
    assert not analgesic_started_or_raised([begun], DAY + timedelta(days=1))
    for change, counts in (("started", True), ("raised", True), ("lowered", False), ("stopped", False)):
        changed = Medicine("m", "x", kind, changed=((DAY, change),))  # type: ignore[arg-type]
        assert analgesic_started_or_raised([of_kind("other"), changed], DAY) == (masks and counts)
    assert not analgesic_started_or_raised([], DAY)
