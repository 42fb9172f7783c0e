"""The short cut of binary messages: who takes it, what goes the usual way, and that nothing overtakes anything."""

import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from openlumbar.apps.web.direct import DirectWebSocket, direct

LONG = 200


class App:
    """Answers everything, and says on which way it came."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        served = WebSocket(scope, receive, send)
        await served.accept()
        self.connection = direct(served)
        assert self.connection is not None
        if scope["path"] == "/direct":
            self.connection.answer_with(self.answer)
        while (message := await served.receive())["type"] == "websocket.receive":
            said = message.get("bytes") or message["text"].encode()
            await served.send_bytes(b"usual:" + said[:3] + str(len(said)).encode())

    def answer(self, message: bytes) -> Sequence[str | bytes] | None:
        if message.startswith(b"not"):
            return None
        if message.startswith(b"end"):
            assert self.connection is not None
            self.connection.wake()
        if message.startswith(b"bad"):
            raise ValueError("a mistake of ours")
        if message.startswith(b"say"):
            return ("=" * int(message[3:9]), b"direct")
        return (b"direct:" + message[:3] + str(len(message)).encode(),)


@pytest.fixture
def address() -> Iterator[str]:
    config = uvicorn.Config(App(), ws=DirectWebSocket, ws_per_message_deflate=False, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(address: str) -> Iterator[ClientConnection]:
    with connect(f"{address}/direct", compression=None, max_size=None) as client:
        yield client


def message(start: bytes, size: int = LONG) -> bytes:
    return start.ljust(size, b".")


def packed(start: bytes, mask: bytes = b"\1\2\3\4") -> bytes:
    """Return a message as a browser sends it."""
    payload = message(start)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return b"\x82\xfe" + len(payload).to_bytes(2, "big") + mask + masked


def test_a_whole_binary_message_is_answered_where_it_arrives(client: ClientConnection) -> None:
    for size in (126, LONG):
        client.send(message(b"abc", size))
        assert client.recv() == b"direct:abc" + str(size).encode()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("text that is long enough for it".ljust(LONG), b"usual:tex200"),
        (b"few", b"usual:few3"),
        ([message(b"in "), message(b"two")], b"usual:in 400"),
        (message(b"big", 65_536), b"usual:big65536"),
        (message(b"not"), b"usual:not200"),
    ],
    ids=["text", "short", "fragments", "large", "refused"],
)
def test_all_else_goes_the_usual_way(client: ClientConnection, sent: str | bytes | list[bytes], told: bytes) -> None:
    client.send(sent)
    assert client.recv() == told
    client.send(message(b"abc"))
    assert client.recv() == b"direct:abc200"


def test_without_an_answerer_all_go_the_usual_way(address: str) -> None:
    with connect(f"{address}/usual", compression=None) as client:
        client.send(message(b"abc"))
        assert client.recv() == b"usual:abc200"


def test_what_arrives_at_once_is_answered_in_order(client: ClientConnection) -> None:
    last = packed(b"4th")
    client.socket.sendall(packed(b"1st") + packed(b"2nd") + packed(b"3rd") + last[:50])
    assert [client.recv() for _ in range(3)] == [b"direct:1st200", b"direct:2nd200", b"direct:3rd200"]
    client.socket.sendall(last[50:] + packed(b"5th"))
    assert client.recv() == b"usual:4th200"
    assert client.recv() == b"usual:5th200"
    client.send(message(b"6th"))
    assert client.recv() == b"direct:6th200"


def test_nothing_overtakes_what_goes_the_usual_way(client: ClientConnection) -> None:
    client.socket.sendall(packed(b"1st") + packed(b"not") + packed(b"3rd"))
    assert [client.recv() for _ in range(3)] == [b"direct:1st200", b"usual:not200", b"usual:3rd200"]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_answers_have_any_length(client: ClientConnection, size: int) -> None:
    client.send(message(f"say{size:06}".encode()))
    assert client.recv() == "=" * size
    assert client.recv() == b"direct"


def test_the_app_can_be_woken(client: ClientConnection) -> None:
    client.send(message(b"end"))
    assert client.recv() == b"direct:end200"
    assert client.recv() == b"usual:0"


def test_a_connection_that_closes_is_not_answered(client: ClientConnection) -> None:
    client.send(message(b"abc"))
    assert client.recv() == b"direct:abc200"
    client.close()
    assert client.close_code == 1000


def test_a_mistake_of_ours_ends_its_connection_and_no_other(address: str, client: ClientConnection) -> None:
    with connect(f"{address}/direct", compression=None) as other:
        other.send(message(b"abc"))
        assert other.recv() == b"direct:abc200"
        other.send(message(b"bad"))
        with pytest.raises(ConnectionClosedError):
            other.recv()
    client.send(message(b"abc"))
    assert client.recv() == b"direct:abc200"
