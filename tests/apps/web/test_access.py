"""Every address as every kind of visitor, against the table in docs/access.md; and that nothing of anybody leaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from openlumbar.apps.web import access
from openlumbar.apps.web.access import TABLE
from openlumbar.apps.web.admission import as_decided
from openlumbar.apps.web.bundle import Bundle
from openlumbar.records.accounts import Account
from openlumbar.records.diary import Draft
from openlumbar.records.store import EventRow

from .accounts import PASSWORD, Clinic, open_clinic
from .conftest import TestClient

PAGE = Path(__file__).parents[3] / "docs" / "access.md"
VISITORS = (
    *("nobody", "the patient", "another patient"),
    *("their therapist", "another therapist", "administrator", "alone"),
)
WITH_ACCOUNTS = VISITORS[:-1]
REACHED = 418
CANARY = "canary-of-{name}"
UNKNOWN = "Z" * 22


def documented() -> dict[tuple[str, str], str]:
    """Read the cells of the table: address and visitor → what the visitor gets."""
    rows = re.findall(r"^\| `([A-Z]+ [^`]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    heads = re.search(r"^\| address \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert heads
    assert tuple(heads[1].split(" | ")) == VISITORS
    return {
        (line, visitor): cell
        for line, cells in rows
        for visitor, cell in zip(VISITORS, cells.split(" | "), strict=True)
    }


CELLS = documented()


@dataclass
class World:
    """The app, its visitors in their browsers, and what there is of the patient."""

    clinic: Clinic
    browsers: dict[str, TestClient]
    reached: list[str]
    values: dict[str, str]

    def address(self, template: str, **others: str) -> str:
        """Fill an address in with what is the patient's."""
        return re.sub(r"\{(\w+)\}", lambda found: {**self.values, **others}[found[1]], template)


def give(clinic: Clinic, name: str, person_id: str) -> dict[str, str]:
    """Give a person a record in which every text says whose it is."""
    services, canary = clinic.services, CANARY.format(name=name)
    now = services.clock()
    services.people.rename(person_id, canary)
    medicine = {
        "id": f"m-{name}", "name": canary, "kind": "other", "taken_as": canary, "times": ["08:00"],
        "weekdays": [0, 1, 2, 3, 4, 5, 6], "started_on": str(date(2026, 1, 1)), "changed": [], "removed": False,
    }  # fmt: skip
    note = Draft("note", {"text": canary}, now.date(), now, "somebody")
    entries = services.diary.write(person_id, Draft("medicine", medicine, now.date(), now), note)
    made = {"person_id": person_id, "language": "en"}
    row = services.store.create(exercise="bridge", level="L2", source="camera", name=canary, **made)  # type: ignore[arg-type]
    services.store.append(row.id, [EventRow(0, 0.0, "gate", {"canary": canary})])
    return {"session_id": row.id, "medicine_id": f"m-{name}", "number": str(entries[-1].number)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Iterator[World]:
    with open_clinic(tmp_path_factory.mktemp("clinic"), bundle) as clinic:
        names = ("ana", "ben", "thea", "theo", "boss")
        roles = ("patient", "patient", "therapist", "therapist", "administrator")
        ana, ben, thea, theo, boss = (clinic.add(name, role) for name, role in zip(names, roles, strict=True))  # type: ignore[arg-type]
        assert ana.person_id
        assert ben.person_id
        clinic.services.accounts.link(thea.id, ana.person_id)
        values = give(clinic, "ana", ana.person_id)
        give(clinic, "ben", ben.person_id)
        values |= {"person_id": ana.person_id, "login": "0" * 64, "slug": "bridge"}
        values["account_id"] = clinic.add("cleo", "patient").id  # an administrator closes it on the way
        values |= {"measure_id": "nprs-back", "token": "A" * 43}
        who: list[Account | None] = [None, ana, ben, thea, theo, boss]
        browsers = {name: clinic.browser(account) for name, account in zip(WITH_ACCOUNTS, who, strict=True)}
        yield World(clinic, browsers, _listening(clinic), values)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Iterator[World]:
    with open_clinic(tmp_path_factory.mktemp("alone"), bundle) as clinic:
        values = give(clinic, "self", "self") | {"person_id": "self", "account_id": "x", "login": "0" * 64}
        values |= {"slug": "bridge", "measure_id": "nprs-back", "token": "A" * 43}
        yield World(clinic, {"alone": clinic.browser()}, _listening(clinic), values)


def _listening(clinic: Clinic) -> list[str]:
    """Note every request that reaches its route, and stop it there where it asks for that."""
    reached: list[str] = []

    async def note(connection: HTTPConnection) -> None:
        await as_decided(connection)
        reached.append(connection.scope["path"])
        if "x-only-knock" in connection.headers:
            raise HTTPException(REACHED)

    clinic.app.dependency_overrides[as_decided] = note
    return reached


def of(visitor: str, request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue("alone" if visitor == "alone" else "world")
    return found


def outcome(world: World, visitor: str, line: str) -> str:
    """Knock at an address; tell what comes of it in the words of the table."""
    method, _, template = line.partition(" ")
    browser, address = world.browsers[visitor], world.address(template)
    world.reached.clear()
    if method == "WEBSOCKET":
        return "yes" if _connects(browser, address, world) else "–"
    if method == "MOUNT":
        method, address = "GET", f"{template}/nothing.js"
    answer = browser.request(method, address, headers={"x-only-knock": "1"})
    is_no_route = line in ("MOUNT /assets", "GET /openapi.json")  # nothing of ours is called there
    if answer.status_code == REACHED or (is_no_route and answer.status_code != 303):
        return "yes"
    leads_to = answer.headers.get("location", "")
    assert world.reached == []
    if answer.status_code == 303:
        return "login" if re.fullmatch(r"/login(\?back=.*)?", leads_to) else f"start {leads_to}"
    assert answer.status_code == 404
    return "–"


def _connects(browser: TestClient, address: str, world: World) -> bool:
    with browser.websocket_connect(f"ws://localhost{address}", headers={"origin": "http://localhost"}) as socket:
        if not world.reached:
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
            assert closed.value.code == 4004
            return False
        socket.send_json({"hello": 2, "page": "p", "oldest": 0})
        return "welcome" in socket.receive_json()


def test_every_route_has_a_line_and_every_line_a_route(world: World) -> None:
    served = {"MOUNT /assets", "GET /openapi.json"}
    for route in iter_route_contexts(world.clinic.app.router.routes):
        methods = route.methods or ({"WEBSOCKET"} if "WebSocket" in type(route.original_route).__name__ else set())
        served |= {f"{method} {route.path}" for method in methods if route.path not in ("/assets", "/openapi.json")}
    assert served == set(TABLE)


def test_a_route_without_a_line_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "TABLE", {line: rule for line, rule in TABLE.items() if line != "GET /about"})
    monkeypatch.setattr(access, "_patterns", access._patterns.__wrapped__)
    for browser in world.browsers.values():
        assert browser.get("/about").status_code == 404


def test_the_table_is_documented() -> None:
    assert {line for line, _ in CELLS} == set(TABLE)


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("line", TABLE)
def test_every_visitor_gets_what_is_documented(request: pytest.FixtureRequest, line: str, visitor: str) -> None:
    found, said = outcome(of(visitor, request), visitor, line), CELLS[line, visitor]
    if line.startswith("WEBSOCKET") and said == "login":  # a connection has no page to be led to
        said = "–"
    begins = {"their therapist": "/patients", "another therapist": "/patients", "administrator": "/accounts"}
    wanted = f"start {begins[visitor]}" if said == "start" else {"own": "yes"}.get(said, said)
    assert found == wanted


NEEDS_THE_CLIENT = "/reminders/worker.js"
GETS = [
    template
    for method, _, template in (line.partition(" ") for line in TABLE)
    if method == "GET" and template != NEEDS_THE_CLIENT
]
POSTS = [line.partition(" ")[2] for line in TABLE if line.startswith("POST ")]


@pytest.mark.parametrize("visitor", ["nobody", "another patient", "another therapist", "administrator"])
def test_no_page_tells_a_stranger_anything_of_a_patient(world: World, visitor: str) -> None:
    ana = re.escape(CANARY.format(name="ana"))
    named = visitor == "administrator"  # who sees people's names, to link them, and nothing else
    for template in GETS:
        address = world.address(template)
        page = world.browsers[visitor].get(f"{address}?deleted={world.values['session_id']}").text
        seen = re.findall(ana, page)
        assert not seen or (named and template.startswith(("/accounts", "/audit"))), address


def test_the_patient_and_their_therapist_do_see_it(world: World) -> None:
    address = world.address("/sessions/{session_id}/export.json")
    for visitor in ("the patient", "their therapist"):
        assert CANARY.format(name="ana") in world.browsers[visitor].get(address).text


@pytest.mark.parametrize("visitor", ["nobody", "another patient", "another therapist", "administrator"])
def test_no_stranger_changes_anything_of_a_patient(world: World, visitor: str) -> None:
    services, person = world.clinic.services, world.values["person_id"]

    def record() -> object:
        row = services.store.session(world.values["session_id"])
        return services.diary.latest(person), row, services.diary.read(person)

    before = record()
    browser = world.clinic.browser()
    browser.cookies.update(world.browsers[visitor].cookies)
    form = {**world.values, "id": world.values["medicine_id"], "medicine": world.values["medicine_id"], "name": "x"}
    form |= {"entry": world.values["number"], "person": person, "text": "x", "confirm": "yes", "state": "taken"}
    for template in POSTS:
        if template in ("/logout", "/login", "/account/password"):
            continue
        page = browser.post(world.address(template), data=form).text
        assert CANARY.format(name="ana") not in page or visitor == "administrator", template
    assert record() == before


@pytest.mark.parametrize("visitor", ["another patient", "their therapist", "another therapist"])
@pytest.mark.parametrize("line", [line for line in TABLE if "{session_id}" in line or "{person_id}" in line])
def test_what_is_not_theirs_and_what_does_not_exist_look_alike(world: World, line: str, visitor: str) -> None:
    method, _, template = line.partition(" ")
    if method == "WEBSOCKET" or CELLS[line, visitor] != "–":
        return
    theirs = world.address(template)
    unknown = world.address(template, session_id=UNKNOWN, person_id=UNKNOWN[:16])
    answers = [world.browsers[visitor].request(method, address) for address in (theirs, unknown)]
    texts = {
        answer.text.replace(address, "").replace(address.replace("/", "%2F"), "")
        for answer, address in zip(answers, (theirs, unknown), strict=True)
    }
    assert len(texts) == 1
    assert answers[0].status_code == answers[1].status_code == 404
    assert _told(answers[0].headers) == _told(answers[1].headers)


def _told(headers: object) -> dict[str, str]:
    """Return all headers but the length, which follows the address in the page."""
    return {name: value for name, value in Headers(headers).items() if name != "content-length"}  # type: ignore[arg-type]


def test_reading_somebody_is_written_into_the_audit(world: World) -> None:
    world.browsers["their therapist"].get(world.address("/sessions/{session_id}/export.csv"))
    entry = world.clinic.services.audit.entries(limit=1)[0]
    assert (entry.action, entry.subject) == ("read_person", world.values["person_id"])
    assert entry.details == {"page": "sessions.export.csv"}
    newest = entry.number
    world.browsers["the patient"].get(world.address("/sessions/{session_id}"))
    world.browsers["another therapist"].get(world.address("/sessions/{session_id}"))
    assert world.clinic.services.audit.entries(limit=1)[0].number == newest


def test_what_a_patient_begins_is_theirs(world: World) -> None:
    answer = world.browsers["another patient"].post("/sessions", data={"exercise": "bridge", "source": "simulated"})
    session_id = answer.headers["location"].rpartition("/")[2]
    assert f'href="/sessions/{session_id}"' in world.browsers["another patient"].get("/sessions").text
    assert session_id not in world.browsers["the patient"].get("/sessions").text
    assert world.browsers["the patient"].get(f"/coach/{session_id}").status_code == 404


def test_a_page_that_cannot_be_reached_any_more_is_let_go(world: World) -> None:
    ana = world.clinic.services.accounts.find("ana")
    browser = world.clinic.browser(ana)
    address = world.address("/live/{session_id}")
    with browser.websocket_connect(f"ws://localhost{address}", headers={"origin": "http://localhost"}) as socket:
        socket.send_json({"hello": 2, "page": "q", "oldest": 0})
        assert "welcome" in socket.receive_json()
        assert browser.post("/logout").status_code == 303
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4004


@pytest.mark.parametrize("host", ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8::1"])
def test_alone_nobody_from_elsewhere_is_known(alone: World, host: str) -> None:
    elsewhere = TestClient(alone.clinic.app, "http://localhost", client=(host, 1), follow_redirects=False)
    for path in ("/", "/sessions", "/sessions/export.json"):
        assert elsewhere.get(path).status_code == 401
    here = TestClient(alone.clinic.app, "http://localhost", client=("127.0.0.1", 1), follow_redirects=False)
    assert here.get("/sessions").status_code == 200


def test_the_first_account_ends_being_alone(tmp_path: Path, bundle: Bundle) -> None:
    with open_clinic(tmp_path, bundle) as clinic:
        browser = clinic.browser()
        assert browser.get("/sessions").status_code == 200
        clinic.services.accounts.add("Ana", PASSWORD, "patient", "self")
        assert browser.get("/sessions").status_code == 303
