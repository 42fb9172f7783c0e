"""Every page of a small made clinic for whoever may see it, on either database; `benchmarks.clinic` has a large one."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from benchmarks._clinic import Size, make_clinic
from benchmarks._clinic_visits import LEADS_ELSEWHERE, LEFT_OUT, Patient, lines, patients_of, visits
from fastapi import FastAPI

from openlumbar.apps.web.access import TABLE
from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.login_cookie import NAMES
from openlumbar.apps.web.settings import Settings
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault
from records.postgresql import running

from .conftest import NOON, PAGE, TestClient

SIZE = Size(patients=3, days=14, therapists=2)


@dataclass(frozen=True)
class Open:
    """The app over the clinic, its browser, and the patients."""

    browser: TestClient
    patients: list[Patient]

    def ask(self, who: str, path: str) -> tuple[int, str]:
        services = self.browser.app.state.services  # type: ignore[attr-defined]
        account = next(account for account in services.accounts.all() if account.name == who)
        token = services.accounts.open_login(account.id, services.clock(), "a test")
        answer = self.browser.get(path, headers={"cookie": f"{NAMES[0]}={token}"})
        return answer.status_code, answer.text


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def clinic(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("clinic")
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            server = stack.enter_context(running())
            url = server.url(server.create())
        settings = Settings(folder, url, key_file=folder / "clinic.key")
        with closing(Store.open(settings.database, Vault.in_file(folder / "clinic.key"))) as store:
            make_clinic(store, SIZE, 1, NOON, lambda _done: None)
            patients = patients_of(store, range(SIZE.patients), SIZE)
        app: FastAPI = create_app(settings, lambda: NOON)
        client = TestClient(app, base_url="http://localhost", headers=PAGE, follow_redirects=False)
        stack.enter_context(client)
        app.state.services = replace(app.state.services, bundle=bundle)
        yield Open(client, patients)


@pytest.mark.parametrize("line", lines())
def test_every_page_of_a_clinic_is_there(clinic: Open, line: str) -> None:
    asked = list(visits(line, clinic.patients))
    assert asked
    expected = 303 if line in LEADS_ELSEWHERE else 200
    assert {(visit.path, clinic.ask(visit.who, visit.path)[0]) for visit in asked} == {
        (visit.path, expected) for visit in asked
    }


def test_only_pages_that_are_there_are_left_out() -> None:
    assert {f"GET {path}" for path in LEFT_OUT} <= set(TABLE)


def test_the_same_seed_makes_the_same_clinic(tmp_path: Path) -> None:
    told = []
    for name in ("one", "other"):
        with closing(Store.open(tmp_path / name / "records.sqlite3")) as store:
            made = make_clinic(store, SIZE, 1, NOON, lambda _done: None)
        told.append(made)
    assert told[0] == told[1]
    assert min(told[0].entries, told[0].sessions, told[0].events) > 0


def test_what_is_made_ends_with_the_day_before(clinic: Open) -> None:
    services = clinic.browser.app.state.services  # type: ignore[attr-defined]
    moments: list[datetime] = [
        entry.at for patient in clinic.patients for entry in services.diary.read(patient.person_id)
    ]
    assert max(moment.date() for moment in moments) < NOON.date()
