"""The zones of pain: every value before and after, against the clinical table written out again."""

from itertools import product

import pytest

from openlumbar.care.pain import Pain, may_start, pain_rules, zone
from openlumbar.errors import InputError

SCALE = range(11)
EVERY_PAIN = [Pain(back, leg) for back, leg in product(SCALE, SCALE)]


def test_every_pair_of_pains_has_the_zone_of_the_table() -> None:
    for before, now in product(EVERY_PAIN, EVERY_PAIN):
        rise = now.leg - before.leg
        if now.back > 5 or rise >= 2:
            expected = "red"
        elif 3 <= now.back <= 5 or rise == 1:
            expected = "amber"
        else:
            expected = "green"
        assert zone(before, now) == expected


def test_pain_that_moves_from_leg_to_back_is_no_reason_to_stop() -> None:
    assert zone(Pain(2, 6), Pain(2, 3)) == "green"
    assert zone(Pain(2, 6), Pain(5, 3)) == "amber"


def test_more_pain_never_makes_the_zone_milder() -> None:
    order = ["green", "amber", "red"]
    for before, now in product(EVERY_PAIN[::7], EVERY_PAIN):
        for more in (Pain(min(now.back + 1, 10), now.leg), Pain(now.back, min(now.leg + 1, 10))):
            assert order.index(zone(before, more)) >= order.index(zone(before, now))


def test_a_set_begins_only_below_the_limits_at_rest() -> None:
    assert {pain for pain in EVERY_PAIN if may_start(pain)} == {
        Pain(back, leg) for back, leg in product(range(6), range(7))
    }
    assert all(zone(pain, pain) != "red" for pain in EVERY_PAIN if may_start(pain))


@pytest.mark.parametrize(("back", "leg"), [(-1, 0), (0, 11), (1.5, 0), (True, 0), ("3", 0), (None, 0)])
def test_a_value_off_the_scale_is_refused(back: object, leg: object) -> None:
    with pytest.raises(InputError, match="whole number from 0 to 10"):
        Pain(back, leg)  # type: ignore[arg-type]


def test_every_zone_has_its_words() -> None:
    assert set(pain_rules().words) == {"green", "amber", "red"}
