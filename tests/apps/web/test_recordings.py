"""Recordings that are given: taken in, analyzed in a process of their own, deleted or kept, stopped, refused."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from media import Recipe, write_video
from openlumbar.apps.web import receiving
from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.settings import Settings
from openlumbar.apps.web.upload_process import Work
from openlumbar.apps.web.uploads import UploadQueue
from openlumbar.pipeline.analyze import analyze
from patients import write_track

from . import works

PROGRAM = {"accept": "application/json"}
CLIP = b"not looked at"

Opener = Callable[[Work], TestClient]


@pytest.fixture
def open_with(app: FastAPI, bundle: Bundle) -> Iterator[Opener]:
    """Open the app with a stand-in for the analysis."""
    opened: list[TestClient] = []

    def open_app(work: Work) -> TestClient:
        client = TestClient(app, base_url="http://localhost", headers={"accept": "text/html"}, follow_redirects=False)
        client.__enter__()
        opened.append(client)
        services: Services = app.state.services
        services.uploads._work = work
        app.state.services = replace(services, bundle=bundle)
        return client

    yield open_app
    for client in opened:
        client.__exit__(None, None, None)


def services_of(client: TestClient) -> Services:
    found: Services = client.app.state.services  # type: ignore[attr-defined]
    return found


def give(client: TestClient, content: bytes = CLIP, name: str = "clip.mp4", **fields: str) -> str:
    """Give a recording as a program does; return its address."""
    data = {"exercise": "bridge", "level": "L2", **fields}
    answer = client.post("/recordings", data=data, files={"file": (name, content)}, headers=PROGRAM)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["location"]
    return str(answer.json()["location"])


def settle(client: TestClient) -> None:
    """Wait until every recording that was taken in is over."""
    assert client.portal is not None
    client.portal.call(services_of(client).uploads.until_idle)


def status(client: TestClient, address: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{address}/status", headers=PROGRAM).json()
    return found


def files_of(services: Services) -> list[Path]:
    """List the files of the data folder, besides those of the record."""
    found = services.settings.data_dir.rglob("*")
    return [path for path in found if path.is_file() and "sqlite3" not in path.name and path.suffix != ".key"]


def test_a_simulated_track_is_analyzed_as_everywhere_else(
    browser: TestClient, services: Services, tmp_path: Path
) -> None:
    track = write_track(tmp_path)
    address = give(browser, track.read_bytes(), "bridge.pose.npz", exercise="auto", level="", height_cm="168")
    settle(browser)
    assert status(browser, address)["state"] == "done"
    (row,) = services.store.sessions()
    assert (row.exercise, row.level, row.source, row.name) == ("bridge", "L2", "upload", "bridge.pose.npz")
    (told,) = browser.get(f"/sessions/{row.id}/export.json").json()["sessions"]
    expected = analyze(track, "bridge").to_json()
    assert told["outcome"]["counts"] == expected["counts"]
    assert told["outcome"]["recording"]["sha256"] == expected["source"]["sha256"]
    assert [event["data"]["faults"] for event in told["events"]] == [done["faults"] for done in expected["repetitions"]]
    assert files_of(services) == []
    assert browser.get(address).headers["location"] == f"/sessions/{row.id}"
    page = browser.get(f"/sessions/{row.id}").text
    assert "All 4 repetitions counted" in page
    assert "bridge.pose.npz" in page


def test_a_tiny_video_without_anybody_says_so(browser: TestClient, services: Services, tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", Recipe(times_s=[index / 10 for index in range(30)]))
    settle_after = give(browser, clip.read_bytes())
    settle(browser)
    assert status(browser, settle_after)["state"] == "done"
    (row,) = services.store.sessions()
    assert row.outcome is not None
    assert row.outcome["reasons"] == ["no_person"]
    assert "could not be judged" in browser.get(f"/sessions/{row.id}").text
    assert files_of(services) == []


@pytest.mark.parametrize(
    ("content", "name", "problem", "in_chinese"),
    [
        (b"", "empty.mp4", "is empty (0 bytes)", "是空的（0 字节）"),
        (bytes(range(256)) * 20, "noise.mp4", "is not a video that can be read", "不是能读取的视频"),
        (b"PK\x03\x04nonsense", "bad.pose.npz", "is not a readable pose track", "不是能读取的姿态轨迹"),
    ],
)
def test_garbage_is_refused_by_its_name(
    browser: TestClient, services: Services, content: bytes, name: str, problem: str, in_chinese: str
) -> None:
    address = give(browser, content, name)
    settle(browser)
    found = status(browser, address)
    assert found["state"] == "failed"
    assert found["failure"]["thing"] == name
    page = browser.get(address, headers={"accept-language": "zh"}).text
    assert f"{name}：{in_chinese}" in page
    assert f"{name}: {problem}" in browser.get(address, headers={"accept-language": "en"}).text
    assert "这段录像无法读取" in page
    assert "Traceback" not in page
    assert files_of(services) == []
    assert services.store.sessions()[0].state == "failed"


def test_a_browser_is_led_to_the_progress_and_on_to_the_result(open_with: Opener) -> None:
    client = open_with(works.judge)
    files = {"file": ("Übung.mp4", CLIP)}
    answer = client.post("/recordings", data={"exercise": "bridge"}, files=files)
    assert answer.status_code == 303
    address = answer.headers["location"]
    settle(client)
    session = address.replace("/recordings", "/sessions")
    assert client.get(address).headers["location"] == session
    part = client.get(f"{address}/status", headers={"hx-request": "true"})
    assert (part.text, part.headers["hx-redirect"]) == ("", session)
    assert "Übung.mp4" in client.get(session).text


def test_progress_is_told_to_pages_and_programs(open_with: Opener) -> None:
    client = open_with(works.never_end)
    address, second = give(client), give(client)
    while (found := status(client, address))["done"] == 0:
        pass
    assert (found["state"], found["share"], found["name"]) == ("running", None, "clip.mp4")
    assert status(client, second)["state"] == "waiting"
    upload = services_of(client).uploads.find(found["id"])
    assert upload is not None
    upload.frames = 10**12
    page, part = client.get(address).text, client.get(f"{address}/status", headers={"hx-request": "true"}).text
    assert 'http-equiv="refresh"' in page
    for text in (page, part):
        assert f'hx-get="{address}/status"' in text
        assert "<progress" in text
    assert "Waiting for another recording to finish" in client.get(second).text


@pytest.mark.parametrize("which", [0, 1], ids=["running", "waiting"])
def test_cancelling_stops_the_process_and_leaves_nothing(open_with: Opener, which: int) -> None:
    client = open_with(works.never_end)
    addresses = [give(client), give(client)]
    while status(client, addresses[0])["state"] == "waiting":
        pass
    answer = client.post(f"{addresses[which]}/cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, "/recordings/new")
    while status(client, addresses[which])["state"] != "cancelled":
        pass
    services = services_of(client)
    assert len(files_of(services)) == 1
    assert [row.id for row in services.store.sessions()] == [addresses[1 - which].rpartition("/")[2]]
    assert "The analysis was stopped" in client.get(addresses[which]).text
    client.post(f"{addresses[which]}/cancel")
    assert status(client, addresses[which])["state"] == "cancelled"
    client.post(f"{addresses[1 - which]}/cancel")
    settle(client)
    assert files_of(services) == []
    assert services.store.sessions() == ()


@pytest.mark.parametrize(("work", "code"), [(works.refuse, "refused"), (works.admit, "broken"), (works.die, "broken")])
def test_a_failure_is_told_and_the_next_recording_is_taken(open_with: Opener, work: Work, code: str) -> None:
    client = open_with(work)
    address = give(client, keep="yes")
    settle(client)
    assert status(client, address)["failure"]["code"] == code
    part = client.get(f"{address}/status", headers={"hx-request": "true"})
    assert part.headers["hx-refresh"] == "true"
    services_of(client).uploads._work = works.judge
    after = give(client)
    settle(client)
    assert status(client, after)["state"] == "done"
    assert files_of(services_of(client)) == []


def test_a_recording_is_kept_by_choice_for_the_owner_alone(open_with: Opener) -> None:
    client = open_with(works.judge)
    address = give(client, keep="yes")
    settle(client)
    services = services_of(client)
    (row,) = services.store.sessions()
    (kept,) = files_of(services)
    assert kept == services.uploads.kept_folder / str(row.kept_file)
    assert kept.read_bytes() == CLIP
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 or os.name == "nt"
    assert "The recording was kept" in client.get(f"/sessions/{row.id}").text
    client.post(f"/sessions/{row.id}/delete")
    services.uploads.purge(datetime.now(UTC) - timedelta(hours=1))
    assert kept.exists()
    services.uploads.purge(datetime.now(UTC))
    assert files_of(services) == []
    assert services.store.session(row.id) is None
    assert client.get(address).status_code == 404


def test_what_a_killed_server_left_is_cleared_away(tmp_path: Path, bundle: Bundle) -> None:
    settings = Settings(tmp_path / "data")
    first = create_app(settings)
    with TestClient(first, base_url="http://localhost"):
        store = first.state.services.store
        row = store.create(exercise="bridge", level="L2", source="upload", language="en", name="clip.mp4")
        live = store.create(exercise="bridge", level="L2", source="camera", language="en")
    left = settings.uploads_dir / "left"
    left.mkdir(parents=True)
    (left / "recording.mp4").write_bytes(CLIP)
    second = create_app(settings)
    with TestClient(second, base_url="http://localhost", headers={"accept": "text/html"}) as client:
        second.state.services = replace(second.state.services, bundle=bundle)
        assert files_of(second.state.services) == []
        assert status(client, f"/recordings/{row.id}")["state"] == "failed"
        page = client.get(f"/sessions/{row.id}").text
        assert "OpenLumbar was closed before it was done" in page
        assert second.state.services.store.session(live.id).state == "open"


def test_a_server_that_stops_stops_the_analysis(app: FastAPI, bundle: Bundle) -> None:
    with TestClient(app, base_url="http://localhost") as client:
        uploads: UploadQueue = app.state.services.uploads
        uploads._work = works.never_end
        app.state.services = replace(app.state.services, bundle=bundle)
        ids = [give(client).rpartition("/")[2], give(client).rpartition("/")[2]]
        while status(client, f"/recordings/{ids[0]}")["state"] == "waiting":
            pass
        settings: Settings = app.state.services.settings
    assert not list(settings.uploads_dir.rglob("*.mp4"))
    again = create_app(settings)
    with TestClient(again, base_url="http://localhost"):
        rows = [again.state.services.store.session(id_) for id_ in ids]
    assert [row.outcome["failure"]["code"] for row in rows] == ["stopped", "stopped"]


@pytest.mark.parametrize(
    ("fields", "status_code", "words"),
    [
        ({"exercise": "juggling"}, 422, "is not known"),
        ({"level": "L9"}, 422, "no such level"),
        ({"level": "L0"}, 422, "guided by the clock"),
        ({"height_cm": "17"}, 422, "outside 100 to 230 cm"),
        ({"height_cm": "tall"}, 422, "is no number"),
    ],
)
def test_a_field_that_does_not_fit_is_said_and_the_others_are_kept(
    browser: TestClient, services: Services, fields: dict[str, str], status_code: int, words: str
) -> None:
    data = {"exercise": "cross-twist", "level": "L3", "height_cm": "168", "keep": "yes", **fields}
    if "exercise" not in fields:
        data["exercise"] = "bridge"
    for headers in ({}, PROGRAM):
        answer = browser.post("/recordings", data=data, files={"file": ("clip.mp4", CLIP)}, headers=headers)
        assert answer.status_code == status_code
        assert words in answer.text
    page = browser.post("/recordings", data=data, files={"file": ("clip.mp4", CLIP)}).text
    assert f'value="{data["height_cm"]}"' in page
    assert 'id="keep" value="yes" aria-describedby="keep-note" autocomplete="off" checked' in page
    assert files_of(services) == []
    assert list(services.settings.uploads_dir.iterdir()) == []
    assert services.store.sessions() == ()


def test_a_form_without_a_recording_is_asked_again(browser: TestClient, services: Services) -> None:
    answer = browser.post("/recordings", data={"exercise": "bridge"}, files={"file": ("", b"")})
    assert answer.status_code == 422
    assert "choose a video" in answer.text
    assert browser.post("/recordings", data={"exercise": "bridge"}).status_code == 400
    assert list(services.settings.uploads_dir.iterdir()) == []


def test_too_much_and_too_little_room_are_told_apart(
    browser: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"file": ("clip.mp4", b"x" * 5000)}
    monkeypatch.setattr(receiving, "LARGEST_BYTES", 1000)
    assert browser.post("/recordings", files=files).status_code == 413
    monkeypatch.setattr(receiving, "LARGEST_BYTES", 10**9)
    monkeypatch.setattr(receiving, "SPARE_BYTES", 2**62)
    assert browser.post("/recordings", files=files, headers=PROGRAM).status_code == 507
    assert list(services.settings.uploads_dir.iterdir()) == []


@pytest.mark.parametrize("path", ["", "/status"])
def test_a_recording_that_nobody_gave_is_not_there(browser: TestClient, services: Services, path: str) -> None:
    live = services.store.create(exercise="bridge", level="L2", source="camera", language="en")
    for id_ in ("A" * 22, live.id):
        assert browser.get(f"/recordings/{id_}{path}").status_code == 404
        assert browser.post(f"/recordings/{id_}/cancel").status_code == 404
