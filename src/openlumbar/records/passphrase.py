"""The master key wrapped with a passphrase, so that a backup can carry it: argon2id (RFC 9106) and AES-256-GCM."""

import base64
import os
from typing import Literal

from argon2 import Parameters
from argon2.low_level import Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openlumbar.errors import InputError
from openlumbar.records.archive import damaged
from openlumbar.records.master_keys import KEY_BYTES, MasterKeys

_SALT_BYTES, _NONCE_BYTES = 16, 12
_PLACE = b"openlumbar backup key"


class _Wrapped(BaseModel):
    """The limits keep a file that was tampered with from asking for all of the memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kdf: Literal["argon2id"] = "argon2id"
    time_cost: int = Field(ge=1, le=100)
    memory_kib: int = Field(ge=8, le=1 << 21)
    parallelism: int = Field(ge=1, le=64)
    salt: str
    sealed: str


def wrap_keys(keys: MasterKeys, passphrase: str, costs: Parameters = RFC_9106_LOW_MEMORY) -> str:
    """Wrap the master keys; return JSON."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    key = _derived(passphrase, salt, costs.time_cost, costs.memory_cost, costs.parallelism)
    sealed = nonce + AESGCM(key).encrypt(nonce, keys.text().encode(), _PLACE)
    return _Wrapped(
        time_cost=costs.time_cost,
        memory_kib=costs.memory_cost,
        parallelism=costs.parallelism,
        salt=base64.b64encode(salt).decode(),
        sealed=base64.b64encode(sealed).decode(),
    ).model_dump_json()


def unwrap_keys(wrapped: bytes, passphrase: str, name: str) -> MasterKeys:
    """Unwrap the master keys of the backup of that name.

    Raises:
        InputError: when it is not the passphrase, or the backup is damaged.
    """
    try:
        told = _Wrapped.model_validate_json(wrapped)
        salt, sealed = (base64.b64decode(text, validate=True) for text in (told.salt, told.sealed))
        key = _derived(passphrase, salt, told.time_cost, told.memory_kib, told.parallelism)
        text = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PLACE)
        return MasterKeys.parse(text.decode())
    except InvalidTag:
        raise InputError("passphrase", f"does not open the key in {name}", "type it as when it was made") from None
    except (ValidationError, ValueError):
        raise damaged(name, "its key cannot be read") from None


def _derived(passphrase: str, salt: bytes, time_cost: int, memory_kib: int, parallelism: int) -> bytes:
    return hash_secret_raw(
        passphrase.encode("utf-8", "replace"),
        salt,
        time_cost=time_cost,
        memory_cost=memory_kib,
        parallelism=parallelism,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
