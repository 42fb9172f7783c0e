"""The vault: seals what is known of people's health, so that it can be read only with the key.

Envelope encryption: a master key, which lies outside the database, seals one data key for each person, and that key
seals the person's data with AES-256-GCM (NIST SP 800-38D). Whoever has the database alone can read nothing sealed; a
person whose data key is destroyed is erased. Nonces are random, so that one data key must not seal more than 2³² times
(section 8.3), which a person writing ten times a second for ten years does not reach.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openlumbar.errors import InputError
from openlumbar.records.key_file import KeyFile
from openlumbar.records.master_keys import KEY_BYTES, MasterKeys
from openlumbar.records.trouble import StoreError

_NONCE_BYTES = 12
_CIPHERS_KEPT = 4096


class SealBrokenError(StoreError):
    """Something sealed does not open with its key."""

    def __init__(self, name: str) -> None:
        """Say so of the database of that name."""
        InputError.__init__(
            self, name, "a part does not open with its key, so it was damaged or changed", "restore it from a backup"
        )
        self.code = "damaged"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored: sealed with the master key of that version."""

    version: int
    sealed: bytes


class Cipher:
    """Seals and opens with one data key; every place is bound to what is sealed for it and opens nothing else."""

    def __init__(self, key: bytes) -> None:
        """Take the key, 32 bytes."""
        self._aes = AESGCM(key)

    def seal(self, plain: bytes, *place: str | int) -> bytes:
        """Seal bytes for a place: the table, the person, the row."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plain, _named(place))

    def open(self, sealed: bytes, *place: str | int) -> bytes:
        """Open what was sealed for that place.

        Raises:
            SealBrokenError: when it was not, or was changed since.
        """
        try:
            return self._aes.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _named(place))
        except (InvalidTag, ValueError):
            raise SealBrokenError(f"the records ({place[0]})") from None


class KeyPlace(Protocol):
    """Where the master keys lie."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    def load(self) -> MasterKeys | None:
        """Read them; None when there are none."""

    def save(self, keys: MasterKeys) -> None:
        """Put them there in place of what was there, wholly or not at all."""

    def make(self, keys: MasterKeys) -> MasterKeys:
        """Put them there unless others are there already; return those that are there now."""


class Vault:
    """The master keys at their place, read when they are first needed, and the data keys opened with them."""

    def __init__(self, place: KeyPlace) -> None:
        """Take the place of the master keys; `has_made_key` tells whether the first was made there."""
        self.place = place
        self.has_made_key = False
        self._keys: MasterKeys | None = None
        self._ciphers: dict[tuple[str, Wrapped], Cipher] = {}

    @classmethod
    def beside(cls, database: Path) -> Self:
        """Keep the key in a file beside the database: `records.sqlite3` has `records.key`."""
        return cls.in_file(database.with_suffix(".key"))

    @classmethod
    def in_file(cls, path: Path) -> Self:
        """Keep the key in a file of that path."""
        return cls(KeyFile(path))

    def make_ready(self, *, may_make: bool) -> None:
        """Read the master keys, or make the first where that is allowed.

        Raises:
            InputError: when there are none and none may be made, or they cannot be read.
        """
        keys = self.place.load()
        if keys is None and may_make:
            first = MasterKeys.of(secrets.token_bytes(KEY_BYTES))
            keys = self.place.make(first)
            self.has_made_key = keys == first
        if keys is None:
            raise InputError(
                self.place.name,
                "is missing, and without this key nothing sealed in the records can be read by anyone",
                "put the key back there from your copy of it, or name its place with --key-file",
            )
        self._keys = keys

    def new_data_key(self, owner: str, newest_version: int | None = None) -> Wrapped:
        """Make a data key for an owner, sealed with the newest master key, which is of that version at least."""
        if newest_version is not None and newest_version > self.master_keys.version:
            self.make_ready(may_make=False)  # another process has changed the master key meanwhile
        return self.wrap(owner, secrets.token_bytes(KEY_BYTES))

    def wrap(self, owner: str, key: bytes) -> Wrapped:
        """Seal an owner's data key with the newest master key."""
        keys = self.master_keys
        sealed = Cipher(keys.newest).seal(key, "data_key", owner, keys.version)
        return Wrapped(keys.version, sealed)

    def cipher(self, owner: str, wrapped: Wrapped) -> Cipher:
        """Open an owner's data key, once, and give what seals and opens with it.

        Raises:
            InputError: when the master key is not the one it was sealed with.
        """
        found = self._ciphers.get((owner, wrapped))
        if found is None:
            found = Cipher(self.unwrap(owner, wrapped))
            if len(self._ciphers) >= _CIPHERS_KEPT:
                self._ciphers.clear()
            self._ciphers[owner, wrapped] = found
        return found

    def unwrap(self, owner: str, wrapped: Wrapped) -> bytes:
        """Open an owner's data key.

        Raises:
            InputError: when the master key is not the one it was sealed with.
        """
        key = self.master_keys.by_version.get(wrapped.version)
        if key is None:  # another process may have changed the master key meanwhile
            self.make_ready(may_make=False)
            key = self.master_keys.by_version.get(wrapped.version)
        try:
            if key is not None:
                return Cipher(key).open(wrapped.sealed, "data_key", owner, wrapped.version)
        except SealBrokenError:
            pass
        raise InputError(
            self.place.name,
            "is not the key of these records, so nothing sealed in them can be read with it",
            "put the key back that belongs to them, or name its place with --key-file",
        )

    @property
    def master_keys(self) -> MasterKeys:
        """The master keys, read when they were not yet."""
        if self._keys is None:
            self.make_ready(may_make=False)
        if self._keys is None:
            raise AssertionError("they were just read")
        return self._keys

    def renew(self, keys: MasterKeys) -> None:
        """Keep other master keys from now on."""
        self.place.save(keys)
        self._keys = keys


def _named(place: tuple[str | int, ...]) -> bytes:
    return "\0".join(map(str, place)).encode()
