"""What docs/accounts.md shows can be done, and is what the code does."""

import io
import json
import re
import shlex
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from docs import make_tables

from apps.commands import Run
from apps.conftest import run as run
from openlumbar.records.account_rows import ROLES
from openlumbar.records.accounts import Accounts
from openlumbar.records.audit import CARRIES, AuditEntry
from openlumbar.records.passwords import Hasher
from openlumbar.records.person_export import FORMAT, export_person
from openlumbar.records.store import Store
from records.lives import live

PAGE = (Path(__file__).parents[1] / "docs" / "accounts.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def commands_in(heading: str) -> list[list[str]]:
    found = re.search(r"```sh\n(.*?)```", section(heading), re.DOTALL)
    assert found
    return [shlex.split(line)[1:] for line in found[1].splitlines()]


def named_in(table: str) -> list[str]:
    cells = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_a_clinic_is_set_up_and_backed_up_as_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENLUMBAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("openlumbar.records.login_checks.Hasher", lambda: Hasher(CHEAPEST))
    Path("password.txt").write_text("four calm herons wade")
    for words in commands_in("Set up a clinic"):
        if words[0] != "serve":
            given = ("--password-file", "password.txt") if words[1] == "add" else ()
            assert run(*words, *given)[0] == 0, words
    store = Store.open(tmp_path / "data" / "openlumbar.sqlite3")
    accounts = Accounts(store)
    assert {account.role for account in accounts.all()} == set(ROLES)
    therapist = accounts.find("ty")
    assert therapist is not None
    assert len(accounts.patients_of(therapist.id)) == 1
    store.close()
    for words in commands_in("Back up and restore"):
        assert run(*words, *(["--replace"] if words[1] == "restore" else []))[0] == 0, words


def test_the_files_and_fields_of_an_export_are_those_told(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "records.sqlite3")
    life = live(store)
    kept = tmp_path / "recordings"
    (kept / life.session_id).mkdir(parents=True)
    (kept / life.session_id / "clip.mp4").write_bytes(b"moving pictures")
    file = io.BytesIO()
    export_person(store, life.person_id, file, kept_dir=kept)
    store.close()
    archive = zipfile.ZipFile(file)
    files, told_fields = section("Take everything of a person along").split("The fields of")
    assert {top(name) for name in archive.namelist()} == {top(name) for name in named_in(files)}
    told: dict[str, Any] = json.loads(archive.read("person.json"))
    assert named_in(told_fields) == list(told)
    assert f"number of this layout, {FORMAT}" in told_fields
    for field, row in (("person", told["person"]), ("account", told["account"]), ("diary", told["diary"][0])):
        assert named_after(told_fields, field) == set(row)
    assert named_after(told_fields, "audit") == set(told["audit"][0])


def top(name: str) -> str:
    return name.split("/")[0]


def named_after(table: str, field: str) -> set[str]:
    (row,) = (line for line in table.splitlines() if line.startswith(f"| `{field}` |"))
    return set(re.findall(r"`([a-z_]+)`", row.split("|")[2]))


def test_every_option_and_command_named_exists() -> None:
    helps = "".join(make_tables.PARTS[part]() for part in ("commands", "account-commands", "records-commands"))
    known = set(re.findall(r"(?<!\w)--[a-z-]+", helps))
    plain = re.sub(r"<!-- made.*?<!-- /made -->", "", PAGE, flags=re.DOTALL)
    assert set(re.findall(r"(?<!\w)--[a-z][a-z-]+", plain)) <= known
    verbs = set(re.findall(r"Usage: openlumbar ((?:account|records) [a-z-]+)", helps))
    named = set(re.findall(r"(?:`|bin/openlumbar )((?:account|records) [a-z-]+)", plain))
    assert named <= verbs
    assert len(named) > 8


def test_the_page_tells_of_every_role_and_what_an_entry_of_the_audit_holds() -> None:
    assert named_in(section("Set up a clinic").split("\n### ")[0]) == list(ROLES)
    assert {field.name for field in fields(AuditEntry)} >= {"number", "at", "actor", "action", "subject", "details"}
    assert set(named_in(section("The audit"))) >= set(CARRIES)
