"""The app as a browser and as a program see it, with an empty record and a client that only has names."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from diary_people import FIT, Watch
from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.settings import Settings
from openlumbar.records.people import SELF

with warnings.catch_warnings():  # Starlette would rather have another client than httpx, which is not needed here
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Stand in for the client that Vite builds."""
    folder = tmp_path_factory.mktemp("client")
    entries = {
        name: {"file": f"built/{name}.js", "name": name, "isEntry": True, "css": [f"built/{name}.css"]}
        for name in ("pages", "coach", "worker")
    }
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text(json.dumps(entries))
    return Bundle(folder)


NOON = datetime(2026, 3, 20, 12).astimezone()


@pytest.fixture
def watch() -> Watch:
    return Watch(NOON)


@pytest.fixture
def app(tmp_path: Path, watch: Watch) -> FastAPI:
    return create_app(Settings(tmp_path / "data"), watch)


@pytest.fixture
def browser(app: FastAPI, bundle: Bundle) -> Iterator[TestClient]:
    """Open a browser that reads English and follows no redirect by itself."""
    with TestClient(app, base_url="http://localhost", headers=PAGE, follow_redirects=False) as client:
        app.state.services = replace(app.state.services, bundle=bundle)
        yield client


@pytest.fixture
def services(browser: TestClient) -> Services:
    """Return what the open app works with."""
    found: Services = browser.app.state.services  # type: ignore[attr-defined]
    return found


@pytest.fixture
def known(browser: TestClient, services: Services) -> TestClient:
    """Open a browser of somebody who has answered everything about themselves."""
    services.desk.keep_profile(SELF, FIT)
    return browser
