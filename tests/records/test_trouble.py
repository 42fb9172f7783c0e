import sqlite3
from typing import get_args

import pytest

from openlumbar.records.trouble import StoreError, Trouble, TroubleCode, code_of

CODES: tuple[TroubleCode, ...] = get_args(TroubleCode)


@pytest.mark.parametrize("code", CODES)
def test_every_trouble_has_words_in_both_languages(code: TroubleCode) -> None:
    english, chinese = (Trouble(code, 3, 0).text(language) for language in ("en", "zh"))
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert english.isascii()
    assert str(StoreError("records.db", code)).startswith("records.db: ")


def test_what_is_lost_is_told_beside_what_stands_in_the_way() -> None:
    lost = Trouble("lost", 0, 1).text()
    assert Trouble("full", 5, 1).text() == f"{Trouble('full', 5, 0).text()} {lost}"
    assert Trouble("lost", 0, 7).text() == lost


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "denied"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "damaged"),
        (sqlite3.SQLITE_IOERR_WRITE, "failed"),
    ],
)
def test_errors_of_sqlite_are_told_apart(number: int, code: TroubleCode) -> None:
    error = sqlite3.OperationalError("words that may change")
    error.sqlite_errorcode = number
    assert code_of(error) == code


def test_any_other_error_is_a_failure() -> None:
    assert code_of(None) == "failed"
    assert code_of(sqlite3.OperationalError("without a number")) == "failed"
