"""Start the app: take the port, tell the address, open the browser, and stop cleanly on Ctrl-C."""

import errno
import gc
import logging
import socket
import sys
import threading
import webbrowser
from contextlib import suppress
from importlib.util import find_spec

import uvicorn

from openlumbar.apps.records_place import tell_of_new_key
from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.direct import DirectWebSocket
from openlumbar.apps.web.settings import Settings
from openlumbar.errors import InputError
from openlumbar.records.accounts import Accounts
from openlumbar.records.store import Store

LARGEST_MESSAGE_BYTES = 1 << 16
"""A message of the live protocol has at most 34,320 bytes."""

_BACKLOG = 512


def serve(settings: Settings, *, open_path: str | None = None) -> None:
    """Serve the app until Ctrl-C.

    Args:
        settings: where to listen, where the data lies.
        open_path: page to show in the browser once the app answers, if there is a browser.

    Raises:
        InputError: when the address or the data cannot be used.
    """
    listening = _listen(settings)
    _check_records(settings)
    address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
    server = _Server(_config(settings), address, open_path)
    if not settings.is_loopback:
        print(  # noqa: T201 - a warning
            f"OpenLumbar can be reached by every device that reaches {settings.host}; others can read what travels "
            "to it, passwords too, unless a proxy in front of it speaks HTTPS.",
            file=sys.stderr,
        )
    with listening, suppress(KeyboardInterrupt):  # uvicorn ends in peace first, then passes Ctrl-C on
        server.run(sockets=[listening])


def _check_records(settings: Settings) -> None:
    """Tell in one line, before anything starts, what is wrong with the records, or that nobody would need a password.

    Raises:
        InputError: when they cannot be used, or are to be reached from elsewhere without an account.
    """
    store = Store.open(settings.database, settings.vault)
    try:
        if not settings.is_loopback and not Accounts(store).any():
            problem = "would let everybody in who reaches this machine, for there is no account"
            remedy = "add the first with `openlumbar account add NAME --role administrator`"
            raise InputError(f"--host {settings.host}", problem, remedy)
        tell_of_new_key(store)
    finally:
        store.close()


def _config(settings: Settings) -> uvicorn.Config:
    config = uvicorn.Config(
        create_app(settings),
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        ws=DirectWebSocket,
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_worth_telling)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every form that is damaged
    return config


def _is_worth_telling(record: logging.LogRecord) -> bool:
    """Leave out what a client alone is to blame for, and is told by close code 1007; uvicorn writes a traceback."""
    return record.msg != "Invalid UTF-8 sequence received from client."


class _Server(uvicorn.Server):
    """Tells where it is once it answers."""

    def __init__(self, config: uvicorn.Config, address: str, open_path: str | None) -> None:
        super().__init__(config)
        self._address, self._open_path = address, open_path

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        gc.collect()  # what is there now stays until the end: looking through it takes 100 ms, and no frame is answered
        gc.freeze()
        print(f"OpenLumbar is at {self._address} (Ctrl-C stops it)", flush=True)  # noqa: T201 - the answer
        if self._open_path is not None:
            page = self._address + self._open_path
            threading.Thread(target=_show, args=(page,), daemon=True).start()


def _show(page: str) -> None:
    """Show a page in the browser; a machine without one is no failure."""
    try:
        webbrowser.open(page)
    except (webbrowser.Error, OSError):
        print(f"No browser was found here; open {page} in one.", file=sys.stderr)  # noqa: T201 - a hint


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is done, so that a port in use is told at once."""
    remedy = "choose another with --port (0 takes a free one)"
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError):
        raise InputError(f"--host {settings.host}", "is no address of this machine", "use 127.0.0.1") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = "is in use by another program" if in_use else "cannot be listened on"
        raise InputError(f"{settings.host}:{settings.port}", problem, remedy) from None
    return listening


def _shown(host: str) -> str:
    """Return an address that a browser on this machine can use."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only named, not bound
    return f"[{shown}]" if ":" in shown and not shown.startswith("[") else shown
