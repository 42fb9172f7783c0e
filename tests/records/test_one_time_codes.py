from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from openlumbar.records.one_time_codes import new_secret, step_of

NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - the secret of RFC 6238's test values
STEP = timedelta(seconds=30)


def code(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.mark.parametrize(("second", "digits"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_codes_are_those_of_rfc_6238(second: int, digits: str) -> None:
    assert step_of(SECRET, digits, datetime.fromtimestamp(second, UTC), None) == second // 30


@pytest.mark.parametrize(("off", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_either_way_is_right(off: int, is_right: bool) -> None:
    assert (step_of(SECRET, code(NOW + off * STEP), NOW, None) is not None) is is_right


def test_a_code_counts_once_and_none_before_it_counts_after_it() -> None:
    used = step_of(SECRET, code(NOW), NOW, None)
    assert used is not None
    for later in range(3):
        assert step_of(SECRET, code(NOW), NOW + later * STEP, used) is None
        assert step_of(SECRET, code(NOW - STEP), NOW, used) is None
    assert step_of(SECRET, code(NOW + STEP), NOW, used) == used + 1


def test_spaces_are_forgiven_and_anything_else_is_wrong() -> None:
    digits = code(NOW)
    assert step_of(SECRET, f" {digits[:3]} {digits[3:]}\n", NOW, None) is not None
    wide = digits.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    for wrong in ("", digits[:5], f"{digits}0", wide, "abcdef", "-12345", "\ud800"):
        assert step_of(SECRET, wrong, NOW, None) is None


def test_a_secret_is_new_and_long_and_its_address_names_the_account() -> None:
    first, second = new_secret("maria lopez"), new_secret("maria lopez")
    assert first.secret != second.secret
    assert len(first.secret) == 32
    assert first.uri == f"otpauth://totp/OpenLumbar:maria%20lopez?secret={first.secret}&issuer=OpenLumbar"
