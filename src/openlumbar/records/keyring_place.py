"""The master key in the keyring of the operating system, which is open while its user is logged in."""

from collections.abc import Iterator
from contextlib import contextmanager

from openlumbar.errors import InputError
from openlumbar.records.master_keys import MasterKeys

SERVICE = "openlumbar"

_IN_A_FILE = "keep the key in a file instead: leave --keyring out"


class KeyringPlace:
    """A keyring's entry for one database."""

    def __init__(self, database: str) -> None:
        """Take what the database is called: its path, or its address without a password."""
        self._database = database

    @property
    def name(self) -> str:
        """The keyring and its entry."""
        return f"the key of {self._database} in this machine's keyring"

    def load(self) -> MasterKeys | None:
        """Read the keys; None when the keyring has no such entry.

        Raises:
            InputError: when there is no keyring, it is locked, or the entry is damaged.
        """
        import keyring  # looks for keyrings when it is imported

        with self._asked():
            text = keyring.get_password(SERVICE, self._database)
        try:
            return None if text is None else MasterKeys.parse(text)
        except ValueError as error:
            raise InputError(self.name, f"is damaged ({error})", "put your copy of the key in its place") from None

    def save(self, keys: MasterKeys) -> None:
        """Put the keys in the entry's place.

        Raises:
            InputError: when there is no keyring, or it takes nothing.
        """
        import keyring

        with self._asked():
            keyring.set_password(SERVICE, self._database, keys.text())

    def make(self, keys: MasterKeys) -> MasterKeys:
        """Make the entry unless it is there already; return the keys that are in it now.

        Raises:
            InputError: when there is no keyring, or it takes nothing.
        """
        found = self.load()
        if found is None:
            self.save(keys)
            found = self.load()
        if found is None:
            raise InputError(self.name, "was not kept by the keyring", _IN_A_FILE)
        return found

    @contextmanager
    def _asked(self) -> Iterator[None]:
        from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

        try:
            yield
        except NoKeyringError:
            problem = "cannot be kept there: this machine has no keyring, as most have without a desktop"
            raise InputError(self.name, problem, _IN_A_FILE) from None
        except KeyringLocked:
            raise InputError(self.name, "cannot be read while the keyring is locked", "unlock the keyring") from None
        except KeyringError as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise InputError(self.name, f"cannot be read or kept ({reason})", _IN_A_FILE) from None
