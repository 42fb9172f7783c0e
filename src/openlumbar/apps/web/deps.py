"""Everything the app works with, put together once when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.clock import local_now
from openlumbar.apps.web.languages import Languages
from openlumbar.apps.web.login_steps import Steps, Tries
from openlumbar.apps.web.rooms import Rooms
from openlumbar.apps.web.settings import Settings
from openlumbar.apps.web.uploads import UploadQueue
from openlumbar.care.reminders import ExercisePlan
from openlumbar.pipeline.care import CareDesk, Clock
from openlumbar.pipeline.clinic import Clinic
from openlumbar.pipeline.exercise_plans import exercise_plans
from openlumbar.pipeline.set_notes import note_session
from openlumbar.pipeline.therapist_desk import TherapistDesk
from openlumbar.records.accounts import Accounts
from openlumbar.records.audit import Audit
from openlumbar.records.diary import Diary
from openlumbar.records.journal import Journal
from openlumbar.records.people import People
from openlumbar.records.store import Store


@dataclass(frozen=True)
class Services:
    """What the routes use.

    `clock` tells what time it is where the person is, with its zone; `plans` tells the times of a person's exercises
    of the day that it is at a moment.
    """

    settings: Settings
    store: Store
    journal: Journal
    rooms: Rooms
    uploads: UploadQueue
    bundle: Bundle
    languages: Languages
    people: People
    diary: Diary
    accounts: Accounts
    audit: Audit
    tries: Tries
    steps: Steps
    clock: Clock
    desk: CareDesk
    therapists: TherapistDesk
    clinic: Clinic
    plans: Callable[[str, datetime], tuple[ExercisePlan, ...]]


def open_services(settings: Settings, clock: Clock = local_now) -> Services:
    """Open the record and put everything together.

    Raises:
        InputError: when the folder or the database cannot be used.
    """
    store = Store.open(settings.database, settings.vault)
    journal = Journal(store)
    diary = Diary(store)
    accounts = Accounts(store)
    desk, people = CareDesk(diary, clock), People(store)
    return Services(
        settings=settings,
        store=store,
        journal=journal,
        rooms=Rooms(store, journal, lambda row: note_session(store, desk, row)),
        uploads=UploadQueue(store, settings.uploads_dir),
        bundle=Bundle(),
        languages=Languages.load(),
        people=people,
        diary=diary,
        accounts=accounts,
        audit=Audit(store),
        tries=Tries(),
        steps=Steps(),
        clock=clock,
        desk=desk,
        therapists=TherapistDesk(diary, clock),
        clinic=Clinic(diary, people, clock),
        plans=lambda person, _now: exercise_plans(desk.chart(person, alone=not accounts.any())),
    )


def services(connection: HTTPConnection) -> Services:
    """Hand a route what the app works with."""
    return cast(Services, connection.app.state.services)


Wired = Annotated[Services, Depends(services)]
"""How a route asks for it."""
