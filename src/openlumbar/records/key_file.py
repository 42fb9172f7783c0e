"""The master key in a file that only its owner may read."""

import os
import secrets
import stat
from pathlib import Path

from openlumbar.errors import InputError
from openlumbar.records.master_keys import MasterKeys

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_OTHERS = 0o077


class KeyFile:
    """A key file; one that others may read is refused, for they can read the records with it."""

    def __init__(self, path: Path) -> None:
        """Take the file's path."""
        self.path = path.absolute()

    @property
    def name(self) -> str:
        """The path."""
        return f"the key file {self.path}"

    def load(self) -> MasterKeys | None:
        """Read the keys; None when there is no such file.

        Raises:
            InputError: when others may read it, or it is no key file.
        """
        try:
            with self.path.open(encoding="ascii") as file:
                self._check_private(os.fstat(file.fileno()))
                text = file.read()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise self._damaged("it is no text") from None
        except OSError as error:
            raise self._refused("read", error) from None
        try:
            return MasterKeys.parse(text)
        except ValueError as error:
            raise self._damaged(str(error)) from None

    def save(self, keys: MasterKeys) -> None:
        """Put the keys in the file's place, wholly or not at all.

        Raises:
            InputError: when it cannot be written.
        """
        try:
            self._write(keys).replace(self.path)
            _settle(self.path.parent)
        except OSError as error:
            raise self._refused("written", error) from None

    def make(self, keys: MasterKeys) -> MasterKeys:
        """Make the file unless it is there already; return the keys that are in it now.

        Raises:
            InputError: when it cannot be made or read.
        """
        try:
            self.path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            _place(self._write(keys), self.path)
            _settle(self.path.parent)
        except OSError as error:
            raise self._refused("made", error) from None
        return self.load() or keys

    def _write(self, keys: MasterKeys) -> Path:
        """Write a new file beside the one that is to be; it is on the disk when this returns."""
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as file:
                file.write(keys.text())
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        return fresh

    def _check_private(self, found: os.stat_result) -> None:
        mode = stat.S_IMODE(found.st_mode)
        if os.name != "nt" and mode & _OTHERS:
            problem = f"can be read or written by others than its owner (its mode is {mode:04o})"
            raise InputError(self.name, problem, f"run `chmod 600 {self.path}`, and change the key if others saw it")

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            self.name, f"is damaged or is no key file ({reason})", "put your copy of the key in its place"
        )

    def _refused(self, done: str, error: OSError) -> InputError:
        reason = (error.strerror or "unknown reason").lower()
        return InputError(
            self.name, f"cannot be {done} ({reason})", "make that possible, or name another with --key-file"
        )


def _place(fresh: Path, path: Path) -> None:
    """Give a new file its name, unless there is one of that name already."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not path.exists():
            fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make sure that a new name in a folder outlasts a power failure."""
    if os.name == "nt":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
