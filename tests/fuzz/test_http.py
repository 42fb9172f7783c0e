"""Requests that no page of ours sends: none is answered with a failure of the server's own, none disturbs anybody."""

import random
import re
import socket
from collections import Counter
from contextlib import suppress
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import status_code_conformance

from fuzz.pages import GoodPage, Movement
from fuzz.server import AttackedServer

SEED = 20_261_125
EXAMPLES = 12
"""Examples, and as many that break the description, for each address and method that the app describes."""

EXAMPLES_ONLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

RAW_REQUESTS = 600
_ANSWERS_WITHIN_S = 30.0

_PATHS = (
    *(
        "/",
        "/about",
        "/language",
        "/sessions",
        "/sessions/new",
        "/sessions/export.json",
        "/recordings",
        "/recordings/new",
    ),
    *(
        "/start/bridge",
        "/exercises/bridge",
        "/coach/x",
        "/live/x",
        "/sessions/x",
        "/recordings/x/status",
        "/openapi.json",
    ),
    *("/assets/", "/assets/x.js", "/simulated/bridge.bin", "/styles/article.css", "/_components", "/sessions/x/delete"),
)
_STRANGE = (
    *("%", "%zz", "%00", "%ff", "%2e%2e%2f", "..", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%5c..%5c"),
    *("//evil.example", "/\\evil.example", "?a=%", "?to=zh&back=//evil.example", "?back=%0d%0aX:1", "?before=%00"),
    *("?deleted=" + "x" * 70, "?level=%F0%9F&source=", "#x", ";x", "*", "%0d%0aSet-Cookie:a=b", "?a[]=1&a[]=2", "\x7f"),
)
_METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "G\x00T",
    "",
    "X" * 300,
)
_HEADERS = (
    *(
        "Cookie: language=\x00",
        'Cookie: ;;=;language=zh;;="',
        "Cookie: height_cm=" + "9" * 3000,
        "Cookie: \xff\xfe=\xff",
    ),
    *(
        "Accept-Language: " + "zh;q=," * 500,
        "Accept-Language: q=;;q=nan,zh;q=inf,en;q=-1,*;q=1e999",
        "Accept-Language: \xff",
    ),
    *(
        "Accept-Language: x" + "-aa" * 2000,
        "Accept: text/html",
        "Accept: \xff",
        "Accept-Encoding: gzip;q=\xff",
        "Range: bytes=9-1",
    ),
    *(
        "Range: bytes=" + "0-1," * 300,
        "Range: bytes=-99999999999999999999",
        "If-Modified-Since: x",
        'If-None-Match: "' + "a" * 500,
    ),
    *(
        "Origin: http://evil.example",
        "Origin: http://[",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: \xff",
    ),
    *(
        "Content-Length: -1",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: " + "9" * 5000,
        "Content-Length: 1e3",
    ),
    *(
        "Content-Length: ٣",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: x",
        "Expect: 100-continue",
    ),
    *(
        "Content-Type: multipart/form-data",
        "Content-Type: multipart/form-data; boundary=" + "b" * 300,
        "Content-Type: \xff",
    ),
    *(
        "Content-Type: application/x-www-form-urlencoded; charset=\xff",
        "Content-Type: application/json",
        "Connection: Upgrade",
    ),
    *(
        "Upgrade: websocket\r\nConnection: Upgrade",
        "Upgrade: h2c\r\nConnection: Upgrade",
        "X-Forwarded-Proto: javascript",
    ),
    *(
        "X-Forwarded-For: \xff, ::1, [",
        "HX-Request: true",
        "HX-Request: \xff",
        "No colon",
        ": no name",
        "A: " + "a" * 70_000,
    ),
    *(
        "\r\n".join(f"A{n}: {n}" for n in range(2000)),
        "A\x00: b",
        "A: b\x00c",
        " folded",
        "Host: evil.example",
        "Host:",
    ),
)
_ABOUT_LENGTH = ("Content-Length", "Transfer-Encoding", "Upgrade", "Connection", "Expect")
"""Headers after which it is not clear where a request ends."""
_HOSTS = (
    *(
        "127.0.0.1",
        "localhost",
        "LOCALHOST:99999",
        "localhost:x",
        "[::1]",
        "[::1",
        "evil.example",
        "127.0.0.1@evil.example",
    ),
    *(
        "evil.example#127.0.0.1",
        "127.0.0.1.evil.example",
        "\xff",
        "",
        "a" * 3000,
        "localhost, evil.example",
        "0x7f000001",
    ),
)
_BODIES = (
    *(
        "",
        "exercise=bridge",
        "exercise=bridge&sets=99999999999&source=simulated",
        "exercise=%ff%00&level=%",
        "=&=&&==;",
    ),
    *(
        "exercise=" + "a" * 5000,
        "&".join(f"a{n}=1" for n in range(500)),
        "exercise=bridge&pain_back=1e5&none_of_these=\x00",
    ),
    *(
        "{",
        "--b\r\n",
        "--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\nabc",
        "5\r\nabcde\r\nzz\r\n",
    ),
    '--b\r\nContent-Disposition: form-data; name="exercise"\r\n\r\n' + "x" * 3000 + "\r\n--b--\r\n",
    '--b\r\nContent-Disposition: form-data; name="file"; filename="../../\x00<b>.npz"\r\n\r\nPK\x03\x04\r\n--b\r\nX',
    "--b\r\n" + "X: y\r\n" * 300 + "\r\n\r\n--b--\r\n",
)


def test_the_described_addresses_answer_anything(server: AttackedServer) -> None:
    description = schemathesis.openapi.from_dict(_description(server))
    description.config.update(base_url=server.address)
    operations = [found.ok() for found in description.get_all_operations()]
    tried, session_id = Counter[str](), server.begin()
    with requests.Session() as session:
        session.trust_env = False  # whoever names a proxy does not mean this machine
        for operation in operations:
            modes = GenerationMode if operation.body else [GenerationMode.POSITIVE]  # any text at all is an id
            for mode in modes:
                _answers_all(operation, mode, session, session_id, tried)
    assert set(tried) == {operation.label for operation in operations}
    assert server.complaints == []
    assert server.lives


def _description(server: AttackedServer) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.address}/openapi.json", trust_env=False).json()
    return found


def _answers_all(
    operation: schemathesis.APIOperation,
    mode: GenerationMode,
    session: requests.Session,
    session_id: str,
    tried: Counter[str],
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @EXAMPLES_ONLY
    def answers(case: schemathesis.Case) -> None:
        tried[operation.label] += 1
        if case.path_parameters and tried[operation.label] % 2:
            case.path_parameters["session_id"] = session_id
        answer = case.call(session=session, allow_redirects=False)
        case.validate_response(answer, checks=[not_a_server_error, status_code_conformance])
        assert "Traceback" not in answer.text

    answers()


def test_requests_that_are_hardly_http_disturb_nobody(server: AttackedServer) -> None:
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    movement = Movement(server.frames_of("bridge"))
    undisturbed = GoodPage(server, movement)
    undisturbed.play()
    undisturbed.finish()
    good = GoodPage(server, movement)
    statuses = Counter[int]()
    for number in range(RAW_REQUESTS):
        good.play((number + 1) / RAW_REQUESTS)
        request, is_whole = _request(chance, server.port)
        status, answer = _answer(server.port, request, is_whole)
        assert status < 500, (request[:500], answer[:500])
        assert status or not is_whole, request[:500]
        assert b"Traceback" not in answer, request[:500]
        statuses[status] += 1
    good.finish()
    assert good.heard == undisturbed.heard
    assert server.complaints == []
    assert server.lives
    assert {200, 303, 400, 403, 404, 405} <= set(statuses), statuses


def _request(chance: random.Random, port: int) -> tuple[bytes, bool]:
    """Put a request together, some parts of which are as they should be; tell whether an answer must come."""
    method = chance.choice(_METHODS) if chance.random() < 0.4 else chance.choice(("GET", "POST"))
    path = chance.choice(_PATHS) + (chance.choice(_STRANGE) if chance.random() < 0.5 else "")
    host = chance.choice(_HOSTS) if chance.random() < 0.1 else f"127.0.0.1:{port}"
    version = (
        chance.choice(("HTTP/1.0", "HTTP/0.9", "HTTP/2", "http/1.1", "")) if chance.random() < 0.05 else "HTTP/1.1"
    )
    body = chance.choice(_BODIES).encode() if method == "POST" else b""
    odd = chance.sample(_HEADERS, chance.choice((0, 1, 1, 2, 4)))
    headers = [f"Host: {host}", *odd, "Connection: close"]
    missing = chance.choice((-1, 1, 9999)) if body and chance.random() < 0.2 else 0
    if body:
        kind = chance.choice(("application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain"))
        headers += [f"Content-Type: {kind}", f"Content-Length: {len(body) + missing}"]
    head = "\r\n".join([f"{method} {path} {version}", *headers, "", ""])
    request = head.encode() + body
    if chance.random() < 0.05:
        return request[: chance.randrange(len(request))], False
    return request, not missing and not any(header.startswith(_ABOUT_LENGTH) for header in odd)


def _answer(port: int, request: bytes, is_whole: bool) -> tuple[int, bytes]:
    """Send bytes and read all that is answered, 0 where nothing is; go early where the server would wait for more."""
    with socket.create_connection(("127.0.0.1", port), _ANSWERS_WITHIN_S) as connection:
        parts = []
        with suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            connection.sendall(request)
            if not is_whole:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                parts.append(part)
    answer = b"".join(parts)
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return (int(found[1]) if found else 0), answer
