"""The data keys in the database: one for each person, and the program's own."""

from sqlalchemy import Connection, delete, select

from openlumbar.records.tables import data_key
from openlumbar.records.vault import Cipher, Vault, Wrapped

PROGRAM = "app"
"""Owner of the key that seals what belongs to no person."""


def prepare(connection: Connection, vault: Vault) -> None:
    """See that the vault opens this database; a new one gets the program's own key.

    Raises:
        InputError: when the key is missing, or is another database's.
    """
    found = _find(connection, PROGRAM)
    vault.make_ready(may_make=found is None and not _are_any(connection))
    if found is None:
        make(connection, vault, PROGRAM)
    else:
        vault.cipher(PROGRAM, found)


def cipher_of(connection: Connection, vault: Vault, owner: str) -> Cipher | None:
    """Find what seals an owner's data; None when there is no key, so nothing is sealed with it either.

    It is asked for in every transaction, so that no process seals with a key that another has destroyed.
    """
    found = _find(connection, owner)
    return None if found is None else vault.cipher(owner, found)


def sealing_for(connection: Connection, vault: Vault, owner: str) -> Cipher:
    """Find what seals an owner's data, in a transaction that writes; the first time its key is made."""
    return cipher_of(connection, vault, owner) or make(connection, vault, owner)


def make(connection: Connection, vault: Vault, owner: str) -> Cipher:
    """Make an owner's key, in a transaction that writes."""
    lock(connection)
    wrapped = vault.new_data_key(owner, _newest_version(connection))
    connection.execute(data_key.insert().values(id=owner, wrapped=wrapped.sealed, version=wrapped.version))
    return vault.cipher(owner, wrapped)


def destroy(connection: Connection, owner: str) -> None:
    """Remove an owner's key for good: nothing that was sealed with it can be read again."""
    connection.execute(delete(data_key).where(data_key.c.id == owner))


def lock(connection: Connection) -> None:
    """Keep others from making keys until the transaction ends, where one that writes is not alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE data_key IN SHARE ROW EXCLUSIVE MODE")


def _find(connection: Connection, owner: str) -> Wrapped | None:
    query = select(data_key.c.version, data_key.c.wrapped).where(data_key.c.id == owner)
    found = connection.execute(query).first()
    return None if found is None else Wrapped(found.version, found.wrapped)


def _are_any(connection: Connection) -> bool:
    return connection.execute(select(data_key.c.id).limit(1)).first() is not None


def _newest_version(connection: Connection) -> int | None:
    return connection.execute(select(data_key.c.version).order_by(data_key.c.version.desc()).limit(1)).scalar()
