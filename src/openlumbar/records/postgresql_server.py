"""A database of a PostgreSQL server: its address, how it is reached, and what can be wrong with either."""

import logging
import os
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from openlumbar.errors import InputError
from openlumbar.records.json_text import to_text
from openlumbar.records.trouble import sqlstate_of

SCHEMES = ("postgresql:", "postgresql+", "postgres:")

PORT = 5432
LOCK_WAIT = "5s"
"""How long to wait for another that writes the same."""

_FORM = "write postgresql://USER@HOST/DATABASE and give the password in PGPASSWORD"
_DRIVERS = ("postgresql", "postgresql+pg8000")
_SSL_MODES = ("disable", "require", "verify-full")
_SCRUBBED = ("data_key", "person", "account", "login", "feed", "therapist_patient")
_CLEANED = ("session", "event", "signal", "entry", "summary")
_MIGRATING = 0x4F4C


def is_address(where: object) -> bool:
    """Tell whether this is the address of a PostgreSQL server."""
    return isinstance(where, str) and where.startswith(SCHEMES)


def address_of(address: str) -> str:
    """Write an address without user and password.

    Raises:
        InputError: when it is wrong.
    """
    url = _checked(address)
    return f"postgresql://{url.host}/{url.database}"


def open_server(address: str) -> tuple[Engine, str]:
    """Prepare to use the database at an address; return it with the name to call it by.

    Raises:
        InputError: when the address is wrong.
    """
    url, name = _checked(address), address_of(address)
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # of a server that is gone we tell in our words
    password = url.password or os.environ.get("PGPASSWORD")
    engine = create_engine(
        URL.create(
            "postgresql+pg8000",
            url.username,
            password,
            url.host,
            url.port or PORT,
            url.database,
        ),
        connect_args={
            "password": password or "",  # the driver stumbles over none
            "ssl_context": _ssl(url),
            "application_name": "openlumbar",
            "startup_params": {"lock_timeout": LOCK_WAIT, "TimeZone": "UTC", "DateStyle": "ISO"},
        },
        json_serializer=to_text,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,  # a server that was started again is used again at once
    )
    return engine, name


def refusal(engine: Engine, error: DBAPIError) -> InputError | None:
    """Say what to do about a server that lets nobody in; None when something else is wrong."""
    url = engine.url
    place = f"{url.host}:{url.port}"
    text, state = str(error.orig), sqlstate_of(error.orig) or ""
    if "Can't create a connection" in text:
        cause = error.orig.__cause__ if error.orig is not None else None
        reason = (getattr(cause, "strerror", None) or "no answer").lower()
        return InputError(
            f"the PostgreSQL server {place}", f"cannot be reached ({reason})", "start it, or correct its address"
        )
    if state == "28P01" and not url.password:
        return InputError(f"the PostgreSQL server {place}", "asks for a password", "give it in PGPASSWORD")
    if "Server refuses SSL" in text or isinstance(error.orig, ssl.SSLError):
        problem = "cannot be spoken to in secret"
        return InputError(
            f"the PostgreSQL server {place}", problem, "set up TLS on it, or end the address in ?sslmode=disable"
        )
    told: Mapping[str, tuple[str, str]] = {
        "28P01": (f"does not take this password of {url.username!r}", "give the right one in PGPASSWORD"),
        "28000": (f"does not let {url.username!r} in", "name a user that it knows and lets in"),
        "3D000": (f"has no database {url.database!r}", f"make it with `createdb {url.database}`"),
        "42501": (
            f"does not let {url.username!r} make tables in {url.database!r}",
            "make that user the database's owner",
        ),
    }
    if state in told:
        return InputError(f"the PostgreSQL server {place}", *told[state])
    return None


def wait_for_turn(connection: Connection) -> None:
    """Keep other programs from moving the database up or down until the transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")


def scrub_server(engine: Engine, *, is_needed: bool) -> None:
    """Write keys and accounts anew, so that none that was destroyed is left in the server's files.

    The rest is sealed, and is left to the server to overwrite.
    """
    if is_needed:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # the question whether the server is there began a transaction
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(_SCRUBBED)}")
            connection.exec_driver_sql(f"VACUUM {', '.join(_CLEANED)}")


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise InputError("database", "its address cannot be read", _FORM) from None
    shown = url.render_as_string()
    if url.drivername not in _DRIVERS:
        raise InputError(shown, f"{url.drivername!r} is not a way to reach PostgreSQL here", _FORM)
    if missing := [what for what in ("username", "host", "database") if not getattr(url, what)]:
        raise InputError(shown, f"names no {missing[0]}", _FORM)
    if unknown := set(url.query) - {"sslmode"}:
        raise InputError(shown, f"has an unknown part {min(unknown)!r}", "leave it out; only sslmode is known")
    if url.query.get("sslmode", "disable") not in _SSL_MODES:
        raise InputError(shown, "has an unknown sslmode", f"use one of {', '.join(_SSL_MODES)}")
    return url


def _ssl(url: URL) -> Any:
    """Encrypt on the way to another machine, which must prove that it is the one, unless told otherwise."""
    mode = url.query.get("sslmode") or ("disable" if _is_here(str(url.host)) else "verify-full")
    return {"disable": False, "require": True}[str(mode)] if mode != "verify-full" else ssl.create_default_context()


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
