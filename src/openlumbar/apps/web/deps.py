"""Everything the app works with, put together once when it starts."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.languages import Languages
from openlumbar.apps.web.rooms import Rooms
from openlumbar.apps.web.settings import Settings
from openlumbar.apps.web.uploads import UploadQueue
from openlumbar.records.journal import Journal
from openlumbar.records.store import Store


@dataclass(frozen=True)
class Services:
    """What the routes use."""

    settings: Settings
    store: Store
    journal: Journal
    rooms: Rooms
    uploads: UploadQueue
    bundle: Bundle
    languages: Languages


def open_services(settings: Settings) -> Services:
    """Open the record and put everything together.

    Raises:
        InputError: when the folder or the database cannot be used.
    """
    store = Store.open(settings.database)
    journal = Journal(store)
    return Services(
        settings=settings,
        store=store,
        journal=journal,
        rooms=Rooms(store, journal),
        uploads=UploadQueue(store, settings.uploads_dir),
        bundle=Bundle(),
        languages=Languages.load(),
    )


def services(connection: HTTPConnection) -> Services:
    """Hand a route what the app works with."""
    return cast(Services, connection.app.state.services)


Wired = Annotated[Services, Depends(services)]
"""How a route asks for it."""
