"""Changing keys: the master key while the program runs, or every key and everything sealed with it.

Whoever saw the master key and a copy of the records can read that copy for ever; a new key keeps them from reading
what is written from then on only if the data keys are changed too.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    bindparam,
    func,
    select,
    true,
    tuple_,
    update,
)

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records.database import WRITING_SAFELY
from openlumbar.records.master_keys import KEY_BYTES
from openlumbar.records.store import Store
from openlumbar.records.tables import account, data_key, entry, event, person, session, signal, summary
from openlumbar.records.vault import Cipher, Wrapped

_AT_ONCE = 200

_Place = Callable[[RowMapping], tuple[str | int, ...]]


def rotate_master_key(store: Store) -> int:
    """Seal every data key with a new master key and remove the old one; return how many data keys there are.

    Killed at any moment it leaves the records readable: the old key goes only after the new one was put in its place
    and all data keys were sealed with it, on the disk. It may be done while the program runs.

    Raises:
        InputError: when the key cannot be read or written.
    """
    vault = store.vault
    with store.transaction(WRITING_SAFELY) as connection:
        data_keys.lock(connection)
        vault.make_ready(may_make=False)
        vault.renew(vault.master_keys.with_new(secrets.token_bytes(KEY_BYTES)))
        found = connection.execute(select(data_key)).all()
        for row in found:
            key = vault.unwrap(row.id, Wrapped(row.version, row.wrapped))
            _put(connection, row.id, vault.wrap(row.id, key))
    with store.transaction(WRITING_SAFELY) as connection:
        data_keys.lock(connection)
        oldest = connection.execute(select(func.min(data_key.c.version))).scalar()
        if oldest != vault.master_keys.version:
            raise InputError(vault.place.name, "was changed by somebody else at the same time", "change it once more")
        vault.renew(vault.master_keys.newest_alone())
    return len(found)


def renew_data_keys(store: Store) -> int:
    """Seal everything anew, each person's with a new key, one person after the other; return how many people.

    Killed at any moment it leaves every person's records sealed with one key, old or new. Nobody else may use the
    records meanwhile: stop the program first.

    Raises:
        StoreError: when something does not open with its key, or there is no room; that person's records stay as they
            were.
    """
    with store.transaction() as connection:
        owners = connection.execute(select(data_key.c.id).order_by(data_key.c.id)).scalars().all()
    for owner in owners:
        with store.transaction(WRITING_SAFELY) as connection:
            _renew(connection, store, owner)
    store.scrub()
    return len(owners) - 1


def _renew(connection: Connection, store: Store, owner: str) -> None:
    data_keys.lock(connection)
    old = data_keys.cipher_of(connection, store.vault, owner)
    if old is None:
        return
    wrapped = store.vault.new_data_key(owner)
    new = store.vault.cipher(owner, wrapped)
    _put(connection, owner, wrapped)
    if owner == data_keys.PROGRAM:
        _reseal(connection, account.c.totp_sealed, true(), lambda row: ("account", row["id"]), old, new)
        return
    of_mine = select(session.c.id).where(session.c.person_id == owner)
    places: list[tuple[Table, ColumnElement[bool], _Place]] = [
        (person, person.c.id == owner, lambda row: ("person", row["id"])),
        (session, session.c.person_id == owner, lambda row: ("session", owner, row["id"])),
        (event, event.c.session_id.in_(of_mine), lambda row: ("event", owner, row["session_id"], row["number"])),
        (signal, signal.c.session_id.in_(of_mine), lambda row: ("signal", owner, row["session_id"], row["start_ms"])),
        (entry, entry.c.person_id == owner, lambda row: ("entry", owner, row["number"], row["kind"], str(row["day"]))),
        (summary, summary.c.person_id == owner, lambda row: ("summary", owner, row["upto"])),
    ]
    for table, whose, place in places:
        _reseal(connection, table.c.sealed, whose, place, old, new)


def _reseal(
    connection: Connection, sealed: Column[Any], whose: ColumnElement[bool], place: _Place, old: Cipher, new: Cipher
) -> None:
    table = sealed.table
    keys = [column for column in table.primary_key.columns if column.name != "person_id"]
    change = update(table).where(whose, *(key == bindparam(f"of_{key.name}") for key in keys))
    change = change.values({sealed.name: bindparam("anew")})
    for rows in _batches(connection, select(table).where(whose, sealed.is_not(None)), keys):
        changes = [
            {f"of_{key.name}": row[key.name] for key in keys}
            | {"anew": new.seal(old.open(row[sealed.name], *place(row)), *place(row))}
            for row in rows
        ]
        connection.execute(change, changes)


def _batches(
    connection: Connection, query: Select[*tuple[Any, ...]], keys: Sequence[Column[Any]]
) -> Iterator[Sequence[RowMapping]]:
    """Read rows in the order of their key, a part at a time: they may be larger than the memory."""
    query = query.order_by(*keys).limit(_AT_ONCE)
    rows = connection.execute(query).mappings().all()
    while rows:
        yield rows
        last = [rows[-1][key.name] for key in keys]
        rows = connection.execute(query.where(tuple_(*keys) > last) if keys else query.offset(1)).mappings().all()


def _put(connection: Connection, owner: str, wrapped: Wrapped) -> None:
    values = {"wrapped": wrapped.sealed, "version": wrapped.version}
    connection.execute(update(data_key).where(data_key.c.id == owner).values(values))
