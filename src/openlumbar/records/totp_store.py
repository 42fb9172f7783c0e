"""Where an account's secret for codes from an app is kept: sealed with the program's own key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from openlumbar.records import data_keys
from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.one_time_codes import step_of
from openlumbar.records.tables import account
from openlumbar.records.vault import Cipher, Vault


@dataclass(frozen=True, slots=True)
class Totp:
    """The secret in force, the step of the last code used, and a secret that waits for its first code."""

    secret: str | None = None
    last_step: int | None = None
    waiting: str | None = None

    def used(self, code: str, now: datetime) -> "Totp | None":
        """Use a code up; None when it is wrong or was used before."""
        step = None if self.secret is None else step_of(self.secret, code, now, self.last_step)
        return None if step is None else replace(self, last_step=step)

    def confirmed(self, code: str, now: datetime) -> "Totp | None":
        """Put the waiting secret in force by its first code, which is used up by that; None when the code is wrong."""
        return None if self.waiting is None else Totp(secret=self.waiting).used(code, now)


def read_totp(connection: Connection, vault: Vault, row: Row[*tuple[Any, ...]]) -> Totp:
    """Open what an account's row keeps.

    Raises:
        SealBrokenError: when it does not open.
    """
    cipher = data_keys.cipher_of(connection, vault, data_keys.PROGRAM)
    if row.totp_sealed is None or cipher is None:
        return Totp()
    return opened_totp(row.id, row.totp_sealed, cipher)


def opened_totp(account_id: str, sealed: bytes, cipher: Cipher) -> Totp:
    """Open what an account keeps.

    Raises:
        SealBrokenError: when it does not open.
    """
    kept: Mapping[str, Any] = from_json(cipher.open(sealed, "account", account_id))
    return Totp(**kept)


def write_totp(connection: Connection, vault: Vault, account_id: str, totp: Totp | None, **values: object) -> None:
    """Keep this for an account, or nothing any more; `values` are other columns to change with it."""
    sealed = None
    if totp is not None:
        cipher = data_keys.sealing_for(connection, vault, data_keys.PROGRAM)
        sealed = cipher.seal(to_json(asdict(totp)), "account", account_id)
    connection.execute(update(account).where(account.c.id == account_id).values(totp_sealed=sealed, **values))
