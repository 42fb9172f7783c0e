"""An app with accounts: everybody who may come to it, and browsers in which they are logged in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from argon2.profiles import CHEAPEST
from fastapi import FastAPI

from openlumbar.apps.web.app import create_app
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.login_cookie import NAMES
from openlumbar.apps.web.settings import Settings
from openlumbar.care.consent import consent_card
from openlumbar.records.accounts import Account, AccountRole, Accounts
from openlumbar.records.diary import Draft
from openlumbar.records.passwords import Hasher

from .conftest import PAGE, TestClient

ADDRESS = "http://localhost"
PASSWORD = "quartz lantern mossy violin"  # noqa: S105 - of nobody
CHEAP = Hasher(CHEAPEST)


@dataclass(frozen=True)
class Clinic:
    """The app with its accounts, and what opens browsers."""

    app: FastAPI
    services: Services
    open: Callable[[], TestClient]

    def add(self, name: str, role: AccountRole, agrees: bool = True) -> Account:
        """Add an account, as the command line does; a patient has agreed to what is stored."""
        account = self.services.accounts.add(name, PASSWORD, role)
        if account.person_id is not None and agrees:
            now = self.services.clock()
            self.services.diary.write(account.person_id, Draft("consent", consent_card().answer(True), now.date(), now))
        return account

    def browser(self, account: Account | None = None) -> TestClient:
        """Open a browser, logged in where an account is given."""
        browser = self.open()
        if account is not None:
            token = self.services.accounts.open_login(account.id, self.services.clock(), "a test")
            browser.cookies.set(NAMES[0], token, domain="localhost.local")
        return browser


@contextmanager
def open_clinic(folder: Path, bundle: Bundle) -> Iterator[Clinic]:
    """Open an app over an empty record; it has accounts once one is added."""
    app = create_app(Settings(folder / "data"))
    with TestClient(app, base_url=ADDRESS):
        services: Services = app.state.services
        services = replace(services, bundle=bundle, accounts=Accounts(services.store, CHEAP))
        app.state.services = services
        own_origin = {**PAGE, "origin": ADDRESS}
        yield Clinic(app, services, lambda: TestClient(app, ADDRESS, headers=own_origin, follow_redirects=False))
