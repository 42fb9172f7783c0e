"""The commands about accounts: who may log in, as what, and who treats whom."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from openlumbar.apps.records_place import (
    DatabaseUrl,
    DataDir,
    KeyFile,
    Keyring,
    account_named,
    ask_secret,
    opened,
    person_named,
    settings_of,
)

app = typer.Typer(
    name="account",
    help="Add and change accounts; the first one ends the use without a password.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The name to log in with.")]
Therapist = Annotated[str, typer.Argument(help="The name of the therapist's account.")]
Patient = Annotated[str, typer.Argument(help="The name of the patient's account, or the id of a person.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with the password in its first line, - for stdin; else it is asked for.")
]
_OPTION = "--password-file"


@app.command()
def add(
    name: Name,
    role: Annotated[Literal["patient", "therapist", "administrator"], typer.Option(help="What the account is for.")],
    person: Annotated[
        str | None, typer.Option(help="The person whose record a patient keeps; self is who used the program alone.")
    ] = None,
    password_file: PasswordFile = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Add an account; its password is asked for twice, without showing it."""
    from openlumbar.records.accounts import Accounts

    password = ask_secret("password", password_file, _OPTION, twice=True)
    with opened(settings_of(data_dir, database_url, key_file, keyring), may_make=True) as store:
        accounts = Accounts(store)
        added = accounts.add(name, password, role, person)
        own = "" if added.person_id is None else f", with the record of person {added.person_id}"
        typer.echo(f"{added.name} can log in as {role}{own}.")
        if not any(each.role == "administrator" for each in accounts.all()):
            typer.echo("There is no administrator yet: openlumbar account add NAME --role administrator", err=True)


@app.command("list")
def list_accounts(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """List the accounts."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        rows: list[dict[str, Any]] = [
            {
                "name": each.name,
                "role": each.role,
                "person": each.person_id,
                "patients": list(accounts.patients_of(each.id)),
                "enabled": each.disabled_at is None,
                "code_from_app": each.has_totp,
                "created_at": each.created_at.isoformat(timespec="seconds"),
            }
            for each in accounts.all()
        ]
    if as_json:
        typer.echo(json.dumps({"accounts": rows}, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("name", "role", "person", "patients", "enabled", "code from app"):
        table.add_column(heading)
    for row in rows:
        marks = ("yes" if row[name] else "no" for name in ("enabled", "code_from_app"))
        table.add_row(row["name"], row["role"], row["person"] or "", str(len(row["patients"]) or ""), *marks)
    Console(highlight=False, markup=False).print(table)


@app.command()
def disable(
    name: Name,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Keep an account out, and log it out everywhere; nothing is lost."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found = account_named(accounts, name)
        changed = accounts.disable(found.id)
        typer.echo(f"{found.name} cannot log in {'any more' if changed else 'anyway'}.")


@app.command()
def enable(
    name: Name,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Let an account in again."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found = account_named(accounts, name)
        changed = accounts.enable(found.id)
        typer.echo(f"{found.name} can log in {'again' if changed else 'anyway'}.")


@app.command()
def password(
    name: Name,
    password_file: PasswordFile = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Give an account another password, and log it out everywhere."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found = account_named(accounts, name)
        accounts.set_password(found.id, ask_secret("password", password_file, _OPTION, twice=True))
        typer.echo(f"{found.name} has another password now.")


@app.command()
def link(
    therapist: Therapist,
    patient: Patient,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Let a therapist read and treat a patient."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found, person_id = account_named(accounts, therapist), person_named(store, patient)
        changed = accounts.link(found.id, person_id)
        typer.echo(f"{found.name} treats {patient} {'now' if changed else 'already'}.")


@app.command()
def unlink(
    therapist: Therapist,
    patient: Patient,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Take that away from a therapist again; what they wrote stays."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found, person_id = account_named(accounts, therapist), person_named(store, patient)
        changed = accounts.unlink(found.id, person_id)
        typer.echo(f"{found.name} {'does not treat' if changed else 'did not treat'} {patient}{' any more' * changed}.")


@app.command("remove-totp")
def remove_totp(
    name: Name,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    keyring: Keyring = False,
) -> None:
    """Ask an account for no codes from an app any more, such as when the phone is lost."""
    from openlumbar.records.accounts import Accounts

    with opened(settings_of(data_dir, database_url, key_file, keyring)) as store:
        accounts = Accounts(store)
        found = account_named(accounts, name)
        changed = accounts.remove_totp(found.id)
        typer.echo(f"{found.name} is asked for no codes {'any more' if changed else 'anyway'}.")
