"""Everything the app works with, put together once when it starts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.languages import Languages
from openlumbar.apps.web.rooms import Rooms
from openlumbar.apps.web.settings import Settings
from openlumbar.apps.web.uploads import UploadQueue
from openlumbar.pipeline.care import CareDesk, Clock
from openlumbar.pipeline.set_notes import note_session
from openlumbar.records.diary import Diary
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
    diary: Diary
    clock: Clock
    desk: CareDesk


def local_time() -> datetime:
    """Tell this computer's time with its offset."""
    return datetime.now().astimezone()


def open_services(settings: Settings, clock: Clock = local_time) -> Services:
    """Open the record and put everything together.

    Raises:
        InputError: when the folder or the database cannot be used.
    """
    store = Store.open(settings.database)
    journal = Journal(store)
    diary = Diary(store)
    desk = CareDesk(diary, clock)
    return Services(
        settings=settings,
        store=store,
        journal=journal,
        rooms=Rooms(store, journal, lambda row: note_session(store, desk, row)),
        uploads=UploadQueue(store, settings.uploads_dir),
        bundle=Bundle(),
        languages=Languages.load(),
        diary=diary,
        clock=clock,
        desk=desk,
    )


def services(connection: HTTPConnection) -> Services:
    """Hand a route what the app works with."""
    return cast(Services, connection.app.state.services)


Wired = Annotated[Services, Depends(services)]
"""How a route asks for it."""
