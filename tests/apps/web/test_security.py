"""What every answer carries, and whom the app does not answer."""

from pathlib import Path

import pytest

from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.security import HEADERS
from openlumbar.apps.web.settings import Settings

from .conftest import TestClient


@pytest.mark.parametrize("path", ["/", "/sessions", "/nothing", "/assets/nothing.js", "/openapi.json"])
def test_every_answer_carries_the_headers(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] in ("no-store", "no-cache")


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5"])
def test_it_answers_to_its_own_names(browser: TestClient, host: str) -> None:
    assert browser.get("/about", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[", "127.0.0.1.evil.example:8000"])
def test_it_does_not_answer_to_another_name(browser: TestClient, host: str) -> None:
    assert browser.get("/about", headers={"host": host}).status_code == 403


def test_it_answers_to_the_name_of_a_proxy(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(tmp_path, name="clinic.example")), "http://localhost") as browser:
        assert browser.get("/about", headers={"host": "clinic.example"}).status_code == 200
        assert browser.get("/about", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": "http://localhost"}, 303),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://localhost:81"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"cookie": "login=x"}, 403),
        ({"cookie": "__Host-login=x"}, 403),
        ({"cookie": "login=x", "origin": "http://localhost"}, 303),
        ({"cookie": "login=x", "sec-fetch-site": "same-origin"}, 303),
        ({"cookie": "login=x", "origin": "https://evil.example", "sec-fetch-site": "same-origin"}, 403),
    ],
)
def test_another_sites_page_cannot_change_anything(browser: TestClient, headers: dict[str, str], status: int) -> None:
    data = {"exercise": "bridge", "source": "simulated"}
    assert browser.post("/sessions", data=data, headers=headers).status_code == status


def test_a_link_on_another_site_may_lead_here(browser: TestClient) -> None:
    assert browser.get("/about", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("mode", "dest"), [("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe")]
)
def test_another_sites_page_takes_in_no_part_of_ours(browser: TestClient, site: str, mode: str, dest: str) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    assert browser.get("/about", headers=headers).status_code == 403


def test_a_link_on_another_site_is_followed_as_browsers_do(browser: TestClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert browser.get("/about", headers=headers).status_code == 200
