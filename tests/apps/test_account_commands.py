"""The commands about accounts, on real files."""

import fcntl
import io
import json
import os
import subprocess
import sys
import termios
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST

from apps.commands import COMMAND, Run, one_line
from openlumbar.records.accounts import Accounts
from openlumbar.records.audit import Audit
from openlumbar.records.passwords import Hasher
from openlumbar.records.people import SELF
from openlumbar.records.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = "four calm herons wade"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as cheaply as can be."""
    monkeypatch.setattr("openlumbar.records.login_checks.Hasher", lambda: Hasher(CHEAPEST))


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "password.txt"
    file.write_text(f"{WORDS}\n")
    return file


@pytest.fixture
def call(run: Run, tmp_path: Path) -> Call:
    """Call a command about accounts, on records of the test's own."""
    return lambda *words: run("account", *words, "--data-dir", tmp_path / "data")


def listed(call: Call) -> list[dict[str, Any]]:
    status, out, err = call("list", "--json")
    assert (status, err) == (0, "")
    found: list[dict[str, Any]] = json.loads(out)["accounts"]
    return found


def store_of(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data" / "openlumbar.sqlite3")


def test_a_clinic_is_set_up(call: Call, words: Path, tmp_path: Path) -> None:
    given = ("--password-file", words)
    status, out, err = call("add", "Nadia", "--role", "administrator", *given)
    assert (status, out) == (0, "nadia can log in as administrator.\n")
    assert err.startswith(f"The records are encrypted with a new key, the key file {tmp_path}")
    assert call("add", "Ty", "--role", "therapist", *given)[0] == 0
    status, out, _ = call("add", "Ana", "--role", "patient", "--person", "self", *given)
    assert (status, out) == (0, "ana can log in as patient, with the record of person self.\n")
    assert call("add", "Bo", "--role", "patient", *given)[0] == 0
    assert call("link", "ty", "ana") == (0, "ty treats ana now.\n", "")
    assert call("link", "ty", SELF) == (0, "ty treats self already.\n", "")
    rows = {row["name"]: row for row in listed(call)}
    assert [(name, row["role"]) for name, row in rows.items()] == [
        ("ana", "patient"), ("bo", "patient"), ("nadia", "administrator"), ("ty", "therapist"),
    ]  # fmt: skip
    assert rows["ty"]["patients"] == [SELF]
    assert rows["bo"]["person"] not in (None, SELF)
    assert call("unlink", "ty", "ana") == (0, "ty does not treat ana any more.\n", "")
    assert call("unlink", "ty", "ana") == (0, "ty did not treat ana.\n", "")
    store = store_of(tmp_path)
    assert Accounts(store).check("bo", WORDS, None, NOW).outcome == "ok"
    assert {entry.actor for entry in Audit(store).entries()} == {None}
    store.close()


def test_accounts_are_disabled_enabled_and_given_passwords(call: Call, words: Path, tmp_path: Path) -> None:
    for name in ("nadia", "uma"):
        call("add", name, "--role", "administrator", "--password-file", words)
    assert call("disable", "Uma") == (0, "uma cannot log in any more.\n", "")
    assert call("disable", "uma") == (0, "uma cannot log in anyway.\n", "")
    assert [row["enabled"] for row in listed(call)] == [True, False]
    assert call("enable", "uma") == (0, "uma can log in again.\n", "")
    assert call("enable", "uma") == (0, "uma can log in anyway.\n", "")
    assert call("remove-totp", "uma") == (0, "uma is asked for no codes anyway.\n", "")
    words.write_text("seven grey boats drift\r\nsecond line")
    assert call("password", "uma", "--password-file", words) == (0, "uma has another password now.\n", "")
    store = store_of(tmp_path)
    assert Accounts(store).check("uma", WORDS, None, NOW).outcome == "wrong"
    assert Accounts(store).check("uma", "seven grey boats drift", None, NOW).outcome == "ok"
    store.close()


def test_the_list_is_a_table(call: Call, words: Path) -> None:
    call("add", "nadia [x]", "--role", "administrator", "--password-file", words)
    status, out, err = call("list")
    assert (status, err) == (0, "")
    assert out.splitlines()[0].split() == ["name", "role", "person", "patients", "enabled", "code", "from", "app"]
    assert out.splitlines()[1].split() == ["nadia", "[x]", "administrator", "yes", "no"]


def test_without_an_administrator_it_is_said_how_to_get_one(call: Call, words: Path) -> None:
    status, _, err = call("add", "ana", "--role", "patient", "--password-file", words)
    assert status == 0
    assert err.startswith("There is no administrator yet: openlumbar account add NAME --role administrator\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "nadia", "--role", "administrator"), "name nadia: is the name of another account"),
        (("add", "uma", "--role", "nurse"), "Invalid value for '--role'"),
        (("add", "uma"), "Missing option '--role'"),
        (("add", " ", "--role", "therapist"), "name: is no name to log in with"),
        (("add", "uma", "--role", "patient", "--person", "p-0"), "person p-0: there is no such person"),
        (("add", "uma", "--role", "therapist", "--person", "self"), "person: is for patients alone"),
        (("disable", "nadia"), "account nadia: is the last administrator who can log in"),
        (("disable", "uma"), "account uma: there is no such account; see `openlumbar account list`"),
        (("password", "uma"), "account uma: there is no such account"),
        (("link", "nadia", "self"), "is not a therapist's account"),
        (("link", "nadia", "uma"), "uma: there is no such person"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: tuple[str, ...], told: str, call: Call, words: Path
) -> None:
    call("add", "nadia", "--role", "administrator", "--password-file", words)
    given = ("--password-file", words) if arguments[0] in ("add", "password") else ()
    status, out, err = call(*arguments, *given)
    assert (status, out) == (2, "")
    assert told in one_line(err)


def test_a_bad_password_is_told_without_it(call: Call, words: Path) -> None:
    words.write_text("hunter2\n")
    status, out, err = call("add", "nadia", "--role", "administrator", "--password-file", words)
    assert (status, out) == (2, "")
    assert "password: is too short; use at least 15 characters" in one_line(err)
    assert "hunter2" not in err


def test_a_password_can_come_from_stdin_and_must_come_from_somewhere(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WORDS}\nmore\n"))
    assert call("add", "nadia", "--role", "administrator", "--password-file", "-")[0] == 0
    status, _, err = call("add", "uma", "--role", "administrator")
    assert status == 2
    assert "cannot be asked for here; give it with --password-file FILE, or --password-file - for stdin" in one_line(
        err
    )
    status, _, err = call("add", "uma", "--role", "administrator", "--password-file", tmp_path / "missing")
    assert status == 2
    assert "missing: cannot be read (no such file or directory); put the password in its first line" in one_line(err)


def test_where_there_are_no_records_none_are_made(call: Call, tmp_path: Path) -> None:
    for arguments in (("list",), ("disable", "nadia"), ("link", "ty", "ana")):
        status, out, err = call(*arguments)
        assert (status, out) == (2, "")
        assert "there are no records; name their folder with --data-dir" in one_line(err)
    assert not (tmp_path / "data").exists()


def test_a_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    arguments = ["account", "add", "nadia", "--role", "administrator", "--data-dir", str(tmp_path / "data")]
    with subprocess.Popen(  # noqa: S603 - our own words, and no thread of ours runs
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - its terminal
    ) as child:
        os.close(theirs)
        shown = answer(ours, "Password: ", WORDS) + answer(ours, "Repeat for confirmation: ", WORDS)
        out, _ = child.communicate()
    os.close(ours)
    assert (child.returncode, out) == (0, b"nadia can log in as administrator.\n")
    assert WORDS not in shown


def answer(terminal: int, question: str, words: str) -> str:
    shown = ""
    while not shown.endswith(question):
        shown += os.read(terminal, 1000).decode()
    os.write(terminal, f"{words}\n".encode())
    return shown
