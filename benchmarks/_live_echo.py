"""The floor of `live_load`: a server that answers every message with 32 bytes, configured as the app is.

It shows what the WebSocket itself costs, without signals, assessment, coach and record.
"""

import socket
import tempfile
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send

from openlumbar.apps.serve import _config
from openlumbar.apps.web.settings import Settings
from openlumbar.coaching.rules import STAGES
from openlumbar.pipeline.live import ANSWER

_ANSWER = ANSWER.pack(1, STAGES.index("exercise"), 0, 0, 0, *[0.0] * 9)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every message of a WebSocket; there is nothing else here."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": _ANSWER})


def main() -> None:
    """Serve from a free port until interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        config = _config(Settings(Path(folder)))
    config.app, config.lifespan = echo, "off"
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
