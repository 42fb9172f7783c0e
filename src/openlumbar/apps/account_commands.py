"""The commands about accounts: who may log in, as what, and who treats whom."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from openlumbar.apps.records_place import (
    account_named,
    ask_secret,
    opened,
    person_named,
    with_place,
)

if TYPE_CHECKING:  # what works with records takes half a second to load
    from openlumbar.apps.web.settings import Settings
    from openlumbar.records.accounts import Account, Accounts
    from openlumbar.records.store import Store

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
@with_place
def add(
    settings: "Settings",
    name: Name,
    role: Annotated[Literal["patient", "therapist", "administrator"], typer.Option(help="What the account is for.")],
    person: Annotated[
        str | None, typer.Option(help="The person whose record a patient keeps; self is who used the program alone.")
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """Add an account; its password is asked for twice, without showing it."""
    from openlumbar.records.accounts import Accounts

    password = ask_secret("password", password_file, _OPTION, twice=True)
    with opened(settings, may_make=True) as store:
        accounts = Accounts(store)
        added = accounts.add(name, password, role, person)
        own = "" if added.person_id is None else f", with the record of person {added.person_id}"
        typer.echo(f"{added.name} can log in as {role}{own}.")
        if not any(each.role == "administrator" for each in accounts.all()):
            typer.echo("There is no administrator yet: openlumbar account add NAME --role administrator", err=True)


@app.command("list")
@with_place
def list_accounts(
    settings: "Settings",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """List the accounts."""
    from openlumbar.records.accounts import Accounts

    with opened(settings) as store:
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
@with_place
def disable(
    settings: "Settings",
    name: Name,
) -> None:
    """Keep an account out, and log it out everywhere; nothing is lost."""
    with _account(settings, name) as (_, accounts, found):
        changed = accounts.disable(found.id)
        typer.echo(f"{found.name} cannot log in {'any more' if changed else 'anyway'}.")


@app.command()
@with_place
def enable(
    settings: "Settings",
    name: Name,
) -> None:
    """Let an account in again."""
    with _account(settings, name) as (_, accounts, found):
        changed = accounts.enable(found.id)
        typer.echo(f"{found.name} can log in {'again' if changed else 'anyway'}.")


@app.command()
@with_place
def password(
    settings: "Settings",
    name: Name,
    password_file: PasswordFile = None,
) -> None:
    """Give an account another password, and log it out everywhere."""
    with _account(settings, name) as (_, accounts, found):
        accounts.set_password(found.id, ask_secret("password", password_file, _OPTION, twice=True))
        typer.echo(f"{found.name} has another password now.")


@app.command()
@with_place
def link(
    settings: "Settings",
    therapist: Therapist,
    patient: Patient,
) -> None:
    """Let a therapist read and treat a patient."""
    with _account(settings, therapist) as (store, accounts, found):
        changed = accounts.link(found.id, person_named(store, patient))
        typer.echo(f"{found.name} treats {patient} {'now' if changed else 'already'}.")


@app.command()
@with_place
def unlink(
    settings: "Settings",
    therapist: Therapist,
    patient: Patient,
) -> None:
    """Take that away from a therapist again; what they wrote stays."""
    with _account(settings, therapist) as (store, accounts, found):
        changed = accounts.unlink(found.id, person_named(store, patient))
        typer.echo(f"{found.name} {'does not treat' if changed else 'did not treat'} {patient}{' any more' * changed}.")


@app.command("remove-totp")
@with_place
def remove_totp(
    settings: "Settings",
    name: Name,
) -> None:
    """Ask an account for no codes from an app any more, such as when the phone is lost."""
    with _account(settings, name) as (_, accounts, found):
        changed = accounts.remove_totp(found.id)
        typer.echo(f"{found.name} is asked for no codes {'any more' if changed else 'anyway'}.")


@contextmanager
def _account(settings: "Settings", name: str) -> Iterator[tuple["Store", "Accounts", "Account"]]:
    """Open the records and find an account in them."""
    from openlumbar.records.accounts import Accounts

    with opened(settings) as store:
        accounts = Accounts(store)
        yield store, accounts, account_named(accounts, name)
