"""The pages in words, and the pages that say what went wrong; for people and for programs."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.routes import pages
from openlumbar.apps.web.settings import Settings
from openlumbar.cards import exercise, exercise_slugs
from openlumbar.records.trouble import StoreError

CHINESE = {"accept-language": "zh-CN"}
PATHS = [
    "/", "/about", "/load", "/sessions", "/recordings/new", "/exercises", "/more", "/profile", "/progress",
    "/gate/locks",
    *(f"/exercises/{slug}" for slug in exercise_slugs()),
    *(f"/start/{slug}" for slug in exercise_slugs()),
    "/start/bridge?source=simulated", "/nothing/here",
]  # fmt: skip


class Page(HTMLParser):
    """Collects a page's elements and checks that they are closed in order and that names are given once."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "progress"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice: {attrs}"
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_whole_and_asks_nobody_else(browser: TestClient, path: str, language: str) -> None:
    text = browser.get(path, headers={"accept-language": language}).text
    page = Page(text)
    assert page.all("html") == [{"lang": {"en": "en", "zh": "zh-Hans"}[language]}]
    assert len(page.all("h1")) == 1
    ids = [name for _, attrs in page.found if (name := attrs.get("id"))]
    assert len(ids) == len(set(ids))
    assert not [attrs for _, attrs in page.found if "style" in attrs or any(name.startswith("on") for name in attrs)]
    addresses = [value for _, attrs in page.found for name in ("href", "src", "action") if (value := attrs.get(name))]
    assert [value for value in addresses if not value.startswith(("/", "#", "data:", "tel:"))] == []
    assert not [attrs for attrs in page.all("script") if "src" not in attrs]


@pytest.mark.parametrize("path", PATHS)
def test_pages_in_chinese_have_no_english_left(browser: TestClient, path: str) -> None:
    text = browser.get(path, headers=CHINESE).text
    main = re.search(r"<main.*</main>", text, re.DOTALL)
    assert main
    shown = re.sub(r"<(\w+)[^>]* lang=\"en\"[^>]*>.*?</\1>|<code>.*?</code>", " ", main[0], flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]+>", " ", shown)))
    assert words <= {"OpenLumbar", "BlazePose", "MediaPipe", "Apache", "License", "Sorensen", "pose", "webm"}


def test_every_exercise_is_listed_with_the_one_done_last(browser: TestClient, services: Services) -> None:
    page = browser.get("/exercises").text
    assert "Last time" not in page
    assert all(f'href="/exercises/{slug}"' in page for slug in exercise_slugs())
    row = services.store.create(exercise="sit-up", level="L3", source="camera", language="en")
    assert f'href="/sessions/{row.id}"' in browser.get("/exercises").text


def test_the_list_stays_whole_when_the_last_exercise_is_gone(browser: TestClient, services: Services) -> None:
    services.store.create(exercise="juggling", level="L9", source="camera", language="en")
    assert "Last time" not in browser.get("/exercises").text


@pytest.mark.parametrize("slug", exercise_slugs())
def test_an_exercise_is_shown_as_its_card_says(browser: TestClient, slug: str) -> None:
    card, page = exercise(slug), browser.get(f"/exercises/{slug}", headers=CHINESE).text
    told = [*card.setup, *card.steps, *card.errors, *card.notes, *card.cues, *card.contraindications]
    assert all(item.text.zh in page for item in told)
    for level in card.levels:
        assert level.instruction.zh in page
        assert level.why_locked is None or level.why_locked.zh in page


def test_about_names_the_folder_of_the_data(browser: TestClient, services: Services) -> None:
    assert str(services.settings.data_dir) in browser.get("/about").text


def test_the_components_are_shown_in_development_only(browser: TestClient, tmp_path: Path, bundle: Bundle) -> None:
    assert browser.get("/_components").status_code == 404
    app = create_app(Settings(tmp_path / "other", development=True))
    with TestClient(app, base_url="http://localhost") as client:
        app.state.services = replace(app.state.services, bundle=bundle)
        assert client.get("/_components").status_code == 200


@pytest.mark.parametrize("path", ["/exercises/juggling", "/start/juggling", "/start/bridge?source=film", "/sessions/x"])
def test_what_is_not_there_is_said_as_a_page_or_as_json(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    answer = browser.get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a page of ours fail; return its address."""

    def fail(_: str) -> NoReturn:
        raise error

    monkeypatch.setattr(pages, "card_or_404", fail)
    return "/exercises/bridge"


def test_a_mistake_of_ours_shows_no_traceback(app: FastAPI, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fails_with(ZeroDivisionError("secret"), monkeypatch)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        app.state.services = replace(app.state.services, bundle=bundle)
        page = client.get(path, headers={"accept": "text/html"})
        assert page.status_code == 500
        assert "Something went wrong on our side" in page.text
        assert "secret" not in page.text
        program = client.get(path)
        assert (program.status_code, program.json()) == (500, {"detail": "Internal Server Error"})


def test_trouble_with_the_record_is_said_in_the_language_of_the_reader(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = browser.get(fails_with(StoreError("records.db", "full"), monkeypatch), headers=CHINESE)
    assert answer.status_code == 503
    assert "磁盘已满" in answer.text


def test_a_wrong_method_is_no_page_not_found(browser: TestClient) -> None:
    answer = browser.post("/about")
    assert answer.status_code == 405
    assert answer.headers["allow"]


def test_without_the_client_a_page_says_how_to_build_it(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path / "data"))
    with TestClient(app, base_url="http://localhost") as client:
        app.state.services = replace(app.state.services, bundle=Bundle(tmp_path))
        for path in ("/", "/nothing/here"):
            answer = client.get(path, headers={"accept": "text/html", **CHINESE})
            assert answer.status_code == 503
            assert "make run" in answer.text
            assert "还没有安装好" in answer.text
        assert client.get("/").json()["detail"].endswith("make run`")
        assert client.get("/nothing/here").status_code == 404


def test_a_half_built_client_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps({}))
    app = create_app(Settings(tmp_path / "data"))
    with TestClient(app, base_url="http://localhost") as client:
        app.state.services = replace(app.state.services, bundle=Bundle(tmp_path))
        assert client.get("/", headers={"accept": "text/html"}).status_code == 503
