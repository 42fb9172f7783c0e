"""The commands about records: backups, everything of a person, keys."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openlumbar.apps.progress import ProgressBar
from openlumbar.apps.records_place import (
    ask_plainly,
    ask_secret,
    opened,
    person_named,
    with_place,
)
from openlumbar.errors import InputError

if TYPE_CHECKING:  # what works with records takes half a second to load
    from openlumbar.apps.web.settings import Settings

app = typer.Typer(
    name="records",
    help="Back up and restore the records, look through them, and export or erase a person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Person = Annotated[str, typer.Argument(help="The name of a patient's account, or the id of a person (self: alone).")]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase in its first line, - for stdin; else it is asked for.")
]
_OPTION = "--passphrase-file"


@app.command()
@with_place
def backup(
    settings: "Settings",
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the key into it too, wrapped with a passphrase that is asked for.")
    ] = False,
    with_recordings: Annotated[
        bool, typer.Option("--with-recordings", help="Put kept recordings into it too; they are not encrypted.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Back everything up into one file, also while the program runs.

    It stays encrypted, and without --with-key it does not hold the key: keep a copy of the key in another place.
    """
    from openlumbar.records.backup import Passphrase, backup
    from openlumbar.records.passwords import check_password

    passphrase = None
    if with_key:
        passphrase = Passphrase(ask_secret("passphrase", passphrase_file, _OPTION, twice=True))
        check_password(passphrase.words, what="passphrase")
    with opened(settings) as store, ProgressBar("row") as progress:
        kept_dir = settings.recordings_dir if with_recordings else None
        made = backup(store, file, passphrase=passphrase, kept_dir=kept_dir, on_progress=progress)
        place = store.vault.place.name
    typer.echo(f"{file} holds everything of {made.made_at:%Y-%m-%d %H:%M} UTC ({made.rows:,} rows).")
    if not with_key:
        typer.echo(f"It does not hold the key, without which nobody can read it: keep a copy of {place} elsewhere.")
    if not with_recordings and settings.recordings_dir.is_dir() and any(settings.recordings_dir.iterdir()):
        typer.echo("It does not hold the recordings that were kept; --with-recordings puts them in.")


@app.command()
@with_place
def restore(
    settings: "Settings",
    file: Annotated[Path, typer.Argument(help="A file that `openlumbar records backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of the records that are there.")] = False,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Use the key in the backup, whose passphrase is asked for.")
    ] = False,
    despite_audit: Annotated[
        bool, typer.Option("--despite-audit", help="Restore it although its audit was changed by somebody.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Restore a backup, wholly or not at all, into SQLite or PostgreSQL. Stop the program first."""
    from openlumbar.records.restoring import restore

    passphrase = ask_secret("passphrase", passphrase_file, _OPTION, twice=False) if with_key else None
    with ProgressBar("row") as progress:
        done = restore(
            file,
            settings.database,
            settings.vault,
            passphrase=passphrase,
            replace=replace,
            despite_audit=despite_audit,
            kept_dir=settings.recordings_dir,
            on_progress=progress,
        )
    typer.echo(f"{done.rows:,} rows and {done.recordings:,} recordings of {file} are restored.")


@app.command()
@with_place
def verify(
    settings: "Settings",
) -> None:
    """Look through everything: the database, the chain of the audit, and whatever is encrypted.

    The hash that is told stands for the whole audit: note it down, and a later look shows whether its end was cut off.
    """
    from openlumbar.records.checking import check

    with opened(settings) as store:
        with ProgressBar("row") as progress:
            report = check(store, progress)
        for line in report.broken:
            typer.echo(line)
        if report.broken:
            problem = "is damaged in the places told" if len(report.broken) > 1 else "is damaged in the place told"
            raise InputError(store.name, problem, "restore a backup")
    typer.echo(f"All is well: {report.rows:,} encrypted values open.")
    typer.echo(
        f"The audit is whole: {report.audit.entries:,} entries, the last with the hash {report.audit.hash.hex()}."
    )


@app.command()
@with_place
def export(
    settings: "Settings",
    person: Person,
    out: Annotated[Path | None, typer.Option(help="The file to write; by default named after the day.")] = None,
) -> None:
    """Write everything of a person into one ZIP: JSON, tables, kept recordings. It is not encrypted."""
    from openlumbar.pipeline.history import loads_in
    from openlumbar.records.backup import whole_file
    from openlumbar.records.person_export import export_person

    path = out or Path(f"openlumbar-export-{datetime.now(UTC).astimezone():%Y-%m-%d}.zip")
    with opened(settings) as store:
        person_id = person_named(store, person)
        with whole_file(path) as fresh, fresh.open("wb") as file, ProgressBar("session") as progress:
            loads_of, kept = loads_in(store), settings.recordings_dir
            export_person(store, person_id, file, kept_dir=kept, loads_of=loads_of, on_progress=progress)
    typer.echo(f"{path} holds everything of {person}. It is not encrypted: keep it as you would any health record.")


@app.command()
@with_place
def erase(
    settings: "Settings",
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person for good: diary, sessions, recordings, account and key. Backups made before keep them."""
    from openlumbar.records.erasure import erase

    with opened(settings) as store:
        person_id = person_named(store, person)
        ask_plainly(f"Erase everything of {person} for good?", is_sure=yes)
        done = erase(store, person_id, kept_dir=settings.recordings_dir)
        typer.echo(
            f"{person} is erased: {done.entries:,} entries, {done.sessions:,} sessions, {done.recordings:,} "
            f"recordings, {done.accounts:,} accounts. Backups and exports made before keep them."
        )
        if not done.is_scrubbed:
            remedy = "stop what uses them, make room, and erase another time"
            raise InputError(store.name, "could not be written anew, so traces may be left in the file", remedy)


@app.command("rotate-key")
@with_place
def rotate_key(
    settings: "Settings",
    everything: Annotated[
        bool,
        typer.Option(
            "--everything", help="Encrypt everything anew too, for when somebody saw the key. Stop the program first."
        ),
    ] = False,
) -> None:
    """Change the key of the records; older copies of it open only older backups from then on."""
    from openlumbar.records.audit import Audit
    from openlumbar.records.rotation import renew_data_keys, rotate_master_key

    with opened(settings) as store:
        rotate_master_key(store)
        version = store.vault.master_keys.version
        Audit(store).write(None, "key_rotated", details={"version": version})
        if everything:
            renew_data_keys(store)
        typer.echo(
            f"{store.vault.place.name} is new (number {version}): keep a copy of it elsewhere, and back up anew."
        )
