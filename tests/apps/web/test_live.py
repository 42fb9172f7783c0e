"""The coach's page and its WebSocket: greeted, followed, taken over, gone on with after a restart, closed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from coaching.people import live_track
from diary_people import Watch
from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.settings import Settings
from openlumbar.pipeline.live import ANSWER
from openlumbar.pose.wire import pack_frames
from openlumbar.records.people import SELF
from openlumbar.records.replay import repetitions_of

from .conftest import TestClient

SIMULATED = {"exercise": "bridge", "source": "simulated"}


def begin(browser: TestClient) -> str:
    """Begin a simulated session; return its id."""
    answer = browser.post("/sessions", data=SIMULATED)
    assert answer.status_code == 303
    return str(answer.headers["location"].rpartition("/")[2])


class Page:
    """What the coach's page does, without drawing."""

    def __init__(self, socket: Any, name: str = "page", oldest: int = 0) -> None:
        self._socket = socket
        self.events: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}
        socket.send_json({"hello": 2, "page": name, "oldest": oldest, "next": oldest})
        self.welcome = socket.receive_json()
        self.state = self.welcome["state"]

    def sends(self, first: int, last: int, batch: int = 16) -> None:
        """Send frames; take in everything that comes back."""
        track = live_track("bridge")
        for start in range(first, last, batch):
            self._socket.send_bytes(pack_frames(track[start : min(start + batch, last)], first=start))
            self.takes()

    def takes(self) -> tuple[Any, ...]:
        """Wait for the answer to a message of frames."""
        while True:
            message = self._socket.receive()
            if message["type"] == "websocket.close":
                raise WebSocketDisconnect(message["code"], message["reason"])
            if (answer := message.get("bytes")) is not None:
                return ANSWER.unpack(answer)
            self._learns(message["text"])

    def does(self, **command: Any) -> None:
        """Send a command; take in what it changed."""
        self._socket.send_json(command)
        self._learns(self._socket.receive_text())

    def _learns(self, text: str) -> None:
        said = json.loads(text)
        self.state = said["state"]
        self.events += said["events"]


@contextmanager
def page(browser: TestClient, session_id: str, **options: Any) -> Iterator[Page]:
    with browser.websocket_connect(f"ws://localhost/live/{session_id}") as socket:
        yield Page(socket, **options)


def counted(services: Services, session_id: str) -> list[float]:
    """Read the peaks of the repetitions in the record."""
    services.journal.flush()
    return [round(one.peak_s, 2) for one in repetitions_of(services.store.events(session_id))]


def test_a_whole_session_goes_into_the_record_and_then_shows_its_result(
    browser: TestClient, services: Services
) -> None:
    session_id, frames = begin(browser), len(live_track("bridge"))
    assert browser.get(f"/coach/{session_id}").status_code == 200
    with page(browser, session_id) as coach:
        coach.sends(0, frames)
        assert coach.state["stage"] == "exercise"
        repetitions = [event for event in coach.events if event["kind"] == "repetition"]
        assert repetitions[0].keys() >= {"number", "counted", "side", "faults", "value", "interval90", "hold_s"}
        coach.does(do="finish")
        assert coach.state["done"]
        with pytest.raises(WebSocketDisconnect) as closed:
            coach.takes()
    assert closed.value.code == 4009
    row = services.store.session(session_id)
    assert row is not None
    assert row.state == "done"
    assert row.outcome is not None
    assert row.outcome["judged"]
    assert row.outcome["counts"] == {"repetitions": 4}
    assert len(counted(services, session_id)) == len(repetitions) == 4
    assert len(services.store.signals(session_id)) > 300
    answer = browser.get(f"/coach/{session_id}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{session_id}")
    assert browser.get(f"/sessions/{session_id}").status_code == 200


def test_a_set_of_ones_own_goes_into_the_diary_as_it_was_prescribed(known: TestClient, services: Services) -> None:
    sent = {"exercise": "bridge", "none_of_these": "none", "pain_back": "1", "pain_leg": "0", "painkiller": "no"}
    session_id = known.post("/sessions", data=sent).headers["location"].rpartition("/")[2]
    with page(known, session_id) as coach:
        assert (coach.state["goal"], coach.state["hold_goal_s"]) == (5, 3)
        coach.sends(0, len(live_track("bridge")))
        coach.does(do="finish")
        with pytest.raises(WebSocketDisconnect):
            coach.takes()
    (noted,) = [entry.data for entry in services.diary.read(SELF) if entry.kind == "set"]
    assert (noted["session"], noted["by"], noted["prescribed"]) == (session_id, "coach", 5)
    assert 1 <= noted["repetitions"] <= 5
    assert 0 < noted["form_score"] <= 1
    after = known.get(f"/sessions/{session_id}").text
    assert "How does it feel now?" in after
    told = known.post("/pain", data={"when": "after", "session": session_id, "pain_back": "1", "pain_leg": "0"})
    assert told.headers["location"] == f"/sessions/{session_id}"
    assert "Tomorrow, if the pain stays as it was" in known.get(told.headers["location"]).text


def test_a_set_that_was_begun_does_not_outlive_what_let_it_begin(known: TestClient, watch: Watch) -> None:
    sent = {"exercise": "bridge", "none_of_these": "none", "pain_back": "1", "pain_leg": "0"}
    coach = known.post("/sessions", data=sent).headers["location"]
    assert known.get(coach).status_code == 200
    watch.forward(minutes=31)
    assert known.get(coach).headers["location"] == "/start/bridge"
    with page(known, coach.removeprefix("/coach/")) as open_page:
        assert open_page.state["stage"] == "frame"  # a line that broke for a moment is no new set
    known.post("/sessions", data={"exercise": "bridge", "a1": "yes"})
    assert known.get(coach).headers["location"] == "/start/bridge"
    with pytest.raises(WebSocketDisconnect) as closed, page(known, coach.removeprefix("/coach/")):
        pass
    assert closed.value.code == 4009


def test_a_broken_connection_goes_on_without_loss(browser: TestClient, services: Services) -> None:
    session_id, frames = begin(browser), len(live_track("bridge"))
    for first, last in ((0, 410), (300, 700), (700, 1201), (1100, frames)):
        with page(browser, session_id, oldest=first) as coach:
            resume_from = coach.welcome["resume_from"]
            assert resume_from >= first
            coach.sends(resume_from, last)
    undisturbed = begin(browser)
    with page(browser, undisturbed) as coach:
        coach.sends(0, frames)
    assert counted(services, session_id) == counted(services, undisturbed)
    assert len(counted(services, session_id)) == 4


def test_a_restarted_server_goes_on_from_the_record(tmp_path: Path) -> None:
    settings, frames = Settings(tmp_path / "data"), len(live_track("bridge"))
    with TestClient(create_app(settings), base_url="http://localhost", follow_redirects=False) as browser:
        session_id = begin(browser)
        with page(browser, session_id) as coach:
            coach.sends(0, 1150)
            seen = coach.state["count"]
        assert seen >= 1
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost") as browser:
        with page(browser, session_id) as coach:
            assert coach.welcome["resume_from"] == 0
            assert coach.state["count"] == seen
            coach.sends(0, frames)
            assert coach.state["count"] == 4
        assert len(counted(app.state.services, session_id)) == 4


def test_the_newer_page_takes_the_session_over(browser: TestClient) -> None:
    session_id = begin(browser)
    with browser.websocket_connect(f"ws://localhost/live/{session_id}") as first:
        older = Page(first, "older")
        older.sends(0, 32)
        with page(browser, session_id, name="newer") as newer:
            with pytest.raises(WebSocketDisconnect) as closed:
                older.takes()
            assert closed.value.code == 4001
            newer.sends(0, 32)
            assert newer.state["stage"] == "frame"


def test_commands_are_obeyed_and_recorded(browser: TestClient, services: Services) -> None:
    session_id = begin(browser)
    with page(browser, session_id) as coach:
        coach.sends(0, 60)
        coach.does(do="pause")
        assert coach.state["stage"] == "paused"
        coach.does(do="resume")
        coach.does(do="pain", back=3, leg=0)
        assert coach.state["pain"] == {"back": 3, "leg": 0, "zone": "amber"}
        coach.does(do="pain", back=9, leg=0)
        assert (coach.state["stage"], coach.state["final"]) == ("stopped", True)
    services.journal.flush()
    told = [event.data for event in services.store.events(session_id) if event.kind == "pain"]
    assert [pain["zone"] for pain in told] == ["amber", "red"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", 1007),
        ("[1]", 1007),
        ('{"do": "fly"}', 1007),
        ('{"do": "pain", "back": 11, "leg": 0}', 1007),
        ('{"do": "pain", "back": true, "leg": 0}', 1007),
        ('{"do": "pain"}', 1007),
        ("[" * 50_000, 1007),
        (b"", 1007),
        (b"\x01" * 100, 1007),
    ],
)
def test_what_breaks_the_protocol_is_told_and_ends_the_connection_alone(
    browser: TestClient, message: str | bytes, code: int
) -> None:
    session_id = begin(browser)
    with browser.websocket_connect(f"ws://localhost/live/{session_id}") as socket:
        coach = Page(socket)
        coach.sends(0, 64)
        socket.send_bytes(message) if isinstance(message, bytes) else socket.send_text(message)
        with pytest.raises(WebSocketDisconnect) as closed:
            coach.takes()
    assert closed.value.code == code
    assert closed.value.reason
    with page(browser, session_id) as coach:
        assert coach.welcome["resume_from"] == 64
        coach.sends(64, 128)


@pytest.mark.parametrize(
    "hello",
    ['{"hello": 1, "oldest": 0}', '{"hello": 2, "oldest": -1}', '{"hello": 2, "oldest": 0, "page": "<>"}', "{}", "x"],
)
def test_a_wrong_hello_is_refused(browser: TestClient, hello: str) -> None:
    with browser.websocket_connect(f"ws://localhost/live/{begin(browser)}") as socket:
        socket.send_text(hello)
        assert socket.receive()["code"] == 1007


def test_there_is_no_session_of_that_name(browser: TestClient) -> None:
    for name in ("nothing", "a" * 60, "%00"):
        with browser.websocket_connect(f"ws://localhost/live/{name}") as socket:
            assert socket.receive()["code"] == 4004
        assert browser.get(f"/coach/{name}").status_code == 404


def test_another_sites_page_is_not_talked_to(browser: TestClient) -> None:
    session_id = begin(browser)
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}, {"sec-fetch-site": "cross-site"}):
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            browser.websocket_connect(f"ws://localhost/live/{session_id}", headers=headers),
        ):
            pass
        assert closed.value.code == 1008


def test_the_page_knows_all_that_it_needs(browser: TestClient) -> None:
    session_id = begin(browser)
    text = browser.get(f"/coach/{session_id}").text
    found = re.search(r'<script type="application/json" id="coach-data">(.*?)</script>', text, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["socket"] == f"/live/{session_id}"
    assert data["source"] == "simulated"
    assert data["exercise"]["level"]["id"] == "L1"  # what the simulated patient does
    assert data["exercise"]["target"] == {"low": 7, "high": 13, "warn": None, "stop": None}


def test_simulated_patients_are_sent_as_frames(browser: TestClient) -> None:
    answer = browser.get("/simulated/bridge.bin")
    assert answer.status_code == 200
    assert (len(answer.content) - 16) % 536 == 0
    assert browser.get("/simulated/nothing.bin").status_code == 404


def test_a_session_that_nobody_comes_back_to_is_ended(browser: TestClient, services: Services) -> None:
    session_id = begin(browser)
    with page(browser, session_id) as coach:
        coach.sends(0, 700)
    room = services.rooms._rooms[session_id]
    room.idle_since_s -= 10_000
    assert browser.portal is not None
    browser.portal.call(services.rooms.end_idle)
    row = services.store.session(session_id)
    assert row is not None
    assert row.state == "done"
    assert len(counted(services, session_id)) == 1
