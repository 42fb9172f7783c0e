import unicodedata
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.records.account_error import AccountError
from openlumbar.records.account_rules import account_rules
from openlumbar.records.passwords import Hasher, check_password

GOOD = "four calm herons wade"


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(CHEAPEST)


def refused(password: str, *names: str) -> str:
    with pytest.raises(AccountError) as error:
        check_password(password, names)
    return error.value.code


def test_the_profile_is_the_one_that_rfc_9106_recommends() -> None:
    hashed = Hasher().hash(GOOD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (RFC_9106_LOW_MEMORY.salt_len, RFC_9106_LOW_MEMORY.hash_len) == (16, 32)


def test_only_the_password_fits(hasher: Hasher) -> None:
    hashed = hasher.hash(GOOD)
    assert hasher.fits(hashed, GOOD)
    assert not hasher.fits(hashed, GOOD.upper())
    assert not hasher.fits(hashed, f"{GOOD} ")
    assert hasher.hash(GOOD) != hashed


def test_what_is_not_there_or_damaged_never_fits(hasher: Hasher) -> None:
    assert not hasher.fits(None, GOOD)
    assert not hasher.fits("nonsense", GOOD)


class Watched:
    """Checks passwords and remembers against which hashes."""

    def __init__(self, within: PasswordHasher) -> None:
        self._within = within
        self.seen: list[str] = []

    def verify(self, hashed: str, password: str) -> bool:
        self.seen.append(hashed)
        return self._within.verify(hashed, password)


def test_a_name_that_nobody_has_costs_what_any_other_does(hasher: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = hasher.hash(GOOD)
    watched = Watched(hasher._argon2)
    monkeypatch.setattr(hasher, "_argon2", watched)
    assert not hasher.fits(None, GOOD)
    assert hasher.fits(hashed, GOOD)
    nobody, somebody = watched.seen
    assert nobody.split("$")[:4] == somebody.split("$")[:4]
    assert len(nobody) == len(somebody)


def test_a_hash_of_other_parameters_is_outdated(hasher: Hasher) -> None:
    dearer = Hasher(replace(CHEAPEST, time_cost=2))
    assert not hasher.is_outdated(hasher.hash(GOOD))
    assert dearer.is_outdated(hasher.hash(GOOD))
    assert dearer.fits(hasher.hash(GOOD), GOOD)


def test_the_same_characters_typed_another_way_are_the_same_password(hasher: Hasher) -> None:
    typed = "vier Kraniche im Moor bei Übersee ①"
    hashed = hasher.hash(unicodedata.normalize("NFD", typed))
    assert hasher.fits(hashed, unicodedata.normalize("NFC", typed))
    assert hasher.fits(hashed, unicodedata.normalize("NFKC", typed))


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_text_can_be_tried(text: str) -> None:
    hasher = Hasher(CHEAPEST)
    assert hasher.fits(hasher.hash(text), text)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "河边四只鹭静静站着看水里的月亮",
        "correct horse battery staple",
        "xK9#vqT2!mWz8$Rp",
        " leading and trailing ",
    ],
)
def test_long_passwords_of_any_kind_are_taken(password: str) -> None:
    check_password(password, ["maria.lopez"])


def test_length_is_counted_in_characters() -> None:
    rules = account_rules()
    long = "".join(chr(0x4E00 + 7 * index) for index in range(rules.password_longest + 1))
    assert refused("four calm hero") == "password_short"
    assert refused(long[: rules.password_shortest - 1]) == "password_short"
    check_password(long[: rules.password_shortest])
    check_password(long[: rules.password_longest])
    assert refused(long) == "password_long"


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password-Password-2026!",
        "P@ssw0rd-P@ssw0rd",
        "openlumbar-admin-2026",
        "OpenLumbar OpenLumbar",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnopqrst",
        "zyxwvutsrqponmlkjihg",
        "hunter2hunter2hunter2",
        "我的密码我的密码我的密码我的密码",
        "!!!!!!!!!!!!!!!!!!!!",
        "................a",
    ],
)
def test_what_people_would_guess_is_refused(password: str) -> None:
    assert refused(password) == "password_common"


def test_the_own_name_counts_for_nothing() -> None:
    typed = "maria.lopez.1974"
    check_password(typed)
    assert refused(typed, "Maria.Lopez") == "password_common"
    assert refused("MARIALOPEZ marialopez", "maria.lopez") == "password_common"


def test_the_refusal_says_what_to_do_and_not_what_was_typed() -> None:
    with pytest.raises(AccountError, match="at least 15 characters") as error:
        check_password("hunter2")
    assert "hunter2" not in str(error.value)
