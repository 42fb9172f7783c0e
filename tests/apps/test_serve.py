"""The command that starts the app: it says where it is, and what is wrong in one line."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from argon2.profiles import CHEAPEST

from openlumbar.records.accounts import Accounts
from openlumbar.records.passwords import Hasher
from openlumbar.records.store import Store


def command(*options: str) -> list[str]:
    return [sys.executable, "-c", "from openlumbar.apps.cli import main; main()", "serve", *options]


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603


def refused(*options: str) -> str:
    """Return the one line that a start that fails tells."""
    done = subprocess.run(command(*options), capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_it_tells_its_address_answers_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    with start("--port=0", f"--data-dir={tmp_path / 'data'}") as app:
        assert app.stdout is not None
        line = app.stdout.readline()
        address = line.split()[3]
        assert line == f"OpenLumbar is at {address} (Ctrl-C stops it)\n"
        assert address.startswith("http://127.0.0.1:")
        with urlopen(f"{address}/about") as answer:  # noqa: S310 - our own server
            assert answer.status == 200
        app.send_signal(signal.SIGINT)
        _, told = app.communicate()
    assert told.startswith("The records are encrypted with a new key")
    assert told.count("\n") == 1
    assert app.returncode == 0
    assert (tmp_path / "data" / "openlumbar.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "is in use by another program" in refused(f"--port={port}", f"--data-dir={tmp_path}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host=no.such.host.invalid",), "is no address of this machine"),
        (("--port=99999",), "cannot be listened on"),
        (("--database-url=oracle://x",), "oracle"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    assert words in refused("--port=0", f"--data-dir={tmp_path}", *options)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert "file" in refused("--port=0", f"--data-dir={tmp_path / 'file'}")


def test_nobody_is_let_in_from_elsewhere_without_an_account(tmp_path: Path) -> None:
    told = refused("--host=0.0.0.0", "--port=0", f"--data-dir={tmp_path}")
    assert "--host 0.0.0.0: would let everybody in who reaches this machine, for there is no account; " in told
    assert "add the first with `openlumbar account add NAME --role administrator`" in told


def test_with_an_account_it_can_be_reached_from_elsewhere(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "openlumbar.sqlite3")
    Accounts(store, Hasher(CHEAPEST)).add("nadia", "four calm herons wade", "administrator")
    store.close()
    with start("--host=0.0.0.0", "--port=0", f"--data-dir={tmp_path}") as app:
        assert app.stdout is not None
        assert app.stdout.readline().startswith("OpenLumbar is at http://127.0.0.1:")
        app.send_signal(signal.SIGINT)
        _, told = app.communicate()
    assert "others can read what travels to it, passwords too, unless a proxy in front of it speaks HTTPS" in told
    assert app.returncode == 0
