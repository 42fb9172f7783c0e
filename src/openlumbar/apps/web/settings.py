"""What the app is told when it starts."""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from openlumbar.errors import InputError
from openlumbar.records.database import name_of
from openlumbar.records.keyring_place import KeyringPlace
from openlumbar.records.postgresql_server import is_address
from openlumbar.records.sqlite_file import path_of
from openlumbar.records.vault import Vault

HOST, PORT = "127.0.0.1", 8000
"""Loopback by default: nobody else on the network can reach the app (privacy)."""

_DATABASE = "openlumbar.sqlite3"


@dataclass(frozen=True)
class Settings:
    """Where the app listens and keeps its data.

    Attributes:
        data_dir: folder of the database and of uploads; made when it is missing.
        database_url: another database; None is a SQLite file in `data_dir`.
        host: address to listen on.
        port: port to listen on.
        development: shows the page of all components.
        key_file: file of the key; None is one beside the file of records, or in `data_dir` for a server's database.
        in_keyring: keeps the key in the keyring of the operating system instead.
        name: another name to answer to, that of a proxy before the app.
    """

    data_dir: Path
    database_url: str | None = None
    host: str = HOST
    port: int = PORT
    development: bool = False
    key_file: Path | None = None
    in_keyring: bool = False
    name: str | None = None

    @property
    def vault(self) -> Vault:
        """Name the place of the records' key for `Store.open`: beside the file of records unless told otherwise.

        Raises:
            InputError: when the key is to be in two places.
        """
        if self.in_keyring and self.key_file is not None:
            raise InputError("the key of the records", "cannot be in a file and in the keyring", "choose one of them")
        if self.in_keyring:
            return Vault(KeyringPlace(name_of(self.database)))
        if self.key_file is not None:
            return Vault.in_file(self.key_file)
        database = self.data_dir / _DATABASE if is_address(self.database) else path_of(self.database)
        return Vault.beside(database)

    @property
    def database(self) -> str | Path:
        """Name the database for `Store.open`."""
        return self.database_url or self.data_dir / _DATABASE

    @property
    def uploads_dir(self) -> Path:
        """Name the folder that uploads pass through."""
        return self.data_dir / "uploads"

    @property
    def recordings_dir(self) -> Path:
        """Name the folder of recordings that were kept by choice."""
        return self.data_dir / "recordings"

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach the app."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def default_data_dir() -> Path:
    """Name the folder for data where the user's own programs keep theirs."""
    if named := os.environ.get("OPENLUMBAR_DATA_DIR"):
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "OpenLumbar"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "openlumbar"
