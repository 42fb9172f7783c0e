"""A real PostgreSQL server on loopback, started and stopped by the benchmarks and tests that need one.

It runs as another user where these run as root, which the server refuses. What it writes is lost in a crash of the
machine (fsync is off), not in one of a program.
"""

import io
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import URL, create_engine

USER = "openlumbar"

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")
_READY = "database system is ready to accept connections"
_OPTIONS = (
    "fsync=off",
    "synchronous_commit=on",
    "full_page_writes=off",
    "shared_buffers=16MB",
    "max_connections=60",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "autovacuum=off",
    "log_min_messages=log",
)


class NoServerError(RuntimeError):
    """The machine has no PostgreSQL server."""


@dataclass
class Server:
    """A server in a folder of its own; `stop` and `start` again keep what is in it."""

    folder: Path
    port: int
    password: str = field(repr=False)
    process: "subprocess.Popen[str] | None" = None
    reader: threading.Thread | None = None
    made: int = 0

    def url(self, database: str, password: str | None = None) -> str:
        """Name one of its databases."""
        place = ("127.0.0.1", self.port, database)
        return URL.create("postgresql", USER, password or self.password, *place).render_as_string(hide_password=False)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = [part for option in (*_OPTIONS, f"port={self.port}") for part in ("-c", option)]
        command = [_program("postgres"), "-D", str(self.folder / "data"), *options]
        self.process = _begin([*_ending_with_us(), *command], self.folder)
        said = self.process.stderr or io.StringIO()
        told = []
        for line in said:
            told.append(line)
            if _READY in line:
                self.reader = threading.Thread(target=_pass_over, args=(said,), daemon=True)
                self.reader.start()
                return
        raise RuntimeError("the PostgreSQL server does not start:\n" + "".join(told))

    def stop(self, *, kill: bool = False) -> None:
        """Stop it: at once and without tidying up, or killed with all its processes as by a crash."""
        if self.process is None:
            return
        if kill:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for pid in (self.process.pid, *map(int, children)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        if self.reader is not None:
            self.reader.join()
        if self.process.stderr is not None:
            self.process.stderr.close()
        self.process = None

    def create(self, name: str = "", template: str = "template1") -> str:
        """Make a database; return its name."""
        self.made += 1
        name = name or f"test_{self.made}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, statement: str, database: str = "postgres") -> None:
        """Say something to the server as its owner."""
        engine = create_engine(self.url(database).replace("postgresql:", "postgresql+pg8000:"))
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """Run a new server.

    Raises:
        NoServerError: when the machine has none.
    """
    folder = Path(tempfile.mkdtemp(prefix="openlumbar-postgresql-"))  # others may pass through, unlike pytest's folders
    try:
        if os.geteuid() == 0:
            os.chown(folder, _another().pw_uid, _another().pw_gid)
        server = Server(folder, _free_port(), secrets.token_hex(8))
        _make(server)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(server: Server) -> None:
    told = server.folder / "password"
    told.write_text(server.password)
    if os.geteuid() == 0:
        os.chown(told, _another().pw_uid, _another().pw_gid)
    command = [_program("initdb"), "-D", str(server.folder / "data"), "-U", USER, "-A", "scram-sha-256"]
    command += [f"--pwfile={told}", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C.UTF-8"]
    made = _begin(command, server.folder)
    said = made.communicate()[1]
    if made.returncode:
        raise RuntimeError(f"initdb fails: {said}")


def _program(name: str) -> str:
    found = [path for place in _PLACES for path in Path(place).glob(f"**/bin/{name}")]
    if named := (str(max(found, key=_version)) if found else shutil.which(name)):
        return named
    raise NoServerError(f"no PostgreSQL server on this machine ({name}); Debian's package is postgresql")


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parts if part.isdigit())


def _begin(command: list[str], folder: Path) -> "subprocess.Popen[str]":
    who = {"user": _another().pw_uid, "group": _another().pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's own
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        **who,  # type: ignore[call-overload]
    )


def _pass_over(said: IO[str]) -> None:
    """Take in what the server says, so that it never waits."""
    for _ in said:
        pass


def _ending_with_us() -> list[str]:
    """Have the server stop when the tests are killed, where the machine knows how."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []


def _another() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
