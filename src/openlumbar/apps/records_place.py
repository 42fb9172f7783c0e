"""Where a command finds the records, whom it means, and what it asks: the same for all commands about records."""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from openlumbar.errors import InputError

if TYPE_CHECKING:  # what works with records takes half a second to load
    from openlumbar.apps.web.settings import Settings
    from openlumbar.records.accounts import Account, Accounts
    from openlumbar.records.store import Store

_STDIN = "-"

_Result = TypeVar("_Result")


def settings_of(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the records; by default where this user's programs keep data.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Another file of records, as sqlite:///PATH, or postgresql://USER@HOST/DATABASE.")
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(envvar="OPENLUMBAR_KEY_FILE", help="File of the records' key; by default beside the records."),
    ] = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="The key is kept in the keyring of the operating system.")
    ] = False,
) -> "Settings":
    """Gather the options that say where the records are."""
    from openlumbar.apps.web.settings import Settings, default_data_dir

    return Settings(data_dir or default_data_dir(), database_url, key_file=key_file, in_keyring=keyring)


def with_place(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Give a command the options of `settings_of`; its first parameter is the settings that they come to."""
    place = inspect.signature(settings_of).parameters
    _, *own = inspect.signature(command).parameters.values()

    @wraps(command)
    def run(**given: Any) -> _Result:
        settings = settings_of(**{name: given.pop(name) for name in place})
        return command(settings, **given)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *place.values())]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads both
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def tell_of_new_key(store: "Store") -> None:
    """Say once, when the records are new, what is lost without the key."""
    if store.vault.has_made_key:
        print(  # noqa: T201 - a hint
            f"The records are encrypted with a new key, {store.vault.place.name}. Without it nobody can read them: "
            "keep a copy of it in a safe place, apart from copies of the records.",
            file=sys.stderr,
        )


@contextmanager
def opened(settings: "Settings", *, may_make: bool = False) -> Iterator["Store"]:
    """Open the records, and close them again; only who begins something may make new ones.

    Raises:
        InputError: when there are none, or they cannot be opened.
    """
    from openlumbar.records.postgresql_server import is_address
    from openlumbar.records.sqlite_file import path_of
    from openlumbar.records.store import Store

    where = settings.database
    if not may_make and not is_address(where) and not path_of(where).exists():
        raise InputError(str(path_of(where)), "there are no records", "name their folder with --data-dir")
    store = Store.open(where, settings.vault)
    try:
        yield store
        tell_of_new_key(store)
    finally:
        store.close()


def account_named(accounts: "Accounts", name: str) -> "Account":
    """Find an account by its name.

    Raises:
        InputError: when there is none.
    """
    found = accounts.find(name)
    if found is None:
        raise InputError(f"account {name}", "there is no such account", "see `openlumbar account list`")
    return found


def person_named(store: "Store", name: str) -> str:
    """Find a person by the name of their account, or by their id.

    Raises:
        InputError: when there is none.
    """
    from openlumbar.records.accounts import Accounts
    from openlumbar.records.people import People

    found = Accounts(store).find(name)
    if found is not None and found.person_id is not None:
        return found.person_id
    if People(store).get(name) is None:
        raise InputError(name, "there is no such person", "name a patient's account, or a person as it lists them")
    return name


def ask_secret(what: str, file: Path | None, option: str, *, twice: bool) -> str:
    """Ask for a password without showing it, or read it from a file, of which `-` is stdin.

    Raises:
        InputError: when there is nobody to ask, or the file cannot be read.
    """
    if file is not None:
        return _first_line(file, what)
    if not sys.stdin.isatty():
        raise InputError(what, "cannot be asked for here", f"give it with {option} FILE, or {option} - for stdin")
    told: str = typer.prompt(what.capitalize(), hide_input=True, confirmation_prompt=twice, err=True)
    return told


def ask_plainly(question: str, *, is_sure: bool) -> None:
    """Ask once before something that cannot be undone.

    Raises:
        InputError: when there is nobody to ask.
        Abort: when the answer is no.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise InputError("this", "cannot be undone, and there is nobody to ask", "add --yes to mean it")
    typer.confirm(question, abort=True, err=True)


def _first_line(file: Path, what: str) -> str:
    try:
        text = sys.stdin.readline() if str(file) == _STDIN else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "it is no text").lower()
        raise InputError(str(file), f"cannot be read ({reason})", f"put the {what} in its first line") from None
    return text.partition("\n")[0].removesuffix("\r")
