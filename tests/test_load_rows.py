"""The published loads: each row tells where it is from and why our inputs are what they are."""

from typing import get_args

import pytest
from benchmarks._load_rows import agreement, judged_rows, load_rows, reference_tool_rows

from openlumbar.cards import Basis


def test_every_row_says_what_it_rests_on() -> None:
    rows = load_rows()
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert row.source, row.id
        assert row.inputs_why, row.id
        assert row.basis in get_args(Basis)
        assert row.middle > 0
        assert row.value is None or (row.low or row.value) <= row.value <= (row.high or row.value), row.id


def test_a_row_is_covered_when_the_interval_holds_its_value() -> None:
    for row in judged_rows():
        if row.row.value is not None:
            assert row.covered == (row.ours.low <= row.row.value <= row.ours.high)
        else:
            assert row.error_share is None
            assert row.covered == (row.ours.high >= row.row.middle)


def test_the_tool_is_compared_over_its_own_standing() -> None:
    rows = {row.row.id: (tool, ours) for row, tool, ours in reference_tool_rows(judged_rows())}
    assert len(rows) == 8
    assert rows["wilke_standing"][0] == 0.5
    assert all(ours == row.ours.value for row, _, ours in reference_tool_rows(judged_rows()))


def test_agreement_is_as_defined() -> None:
    found = agreement([1.0, 2.0, 4.0], [1.1, 1.8, 4.4])
    assert found.mape_percent == pytest.approx(10.0)
    assert found.rmse == pytest.approx(((0.1**2 + 0.2**2 + 0.4**2) / 3) ** 0.5)
    assert agreement([1.0, 2.0, 4.0], [2.0, 4.0, 8.0]).r == pytest.approx(1.0)
