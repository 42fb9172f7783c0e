"""The one place where the app is made."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from openlumbar import __version__
from openlumbar.apps.web import rendering
from openlumbar.apps.web.admission import Admission, as_decided
from openlumbar.apps.web.bundle import ADDRESS, FOLDER
from openlumbar.apps.web.clinic_keeper import ClinicKeeper
from openlumbar.apps.web.clock import local_now
from openlumbar.apps.web.deps import open_services
from openlumbar.apps.web.routes import (
    account,
    accounts,
    coach,
    files,
    load,
    login,
    medicines,
    mine,
    outcomes,
    pages,
    patients,
    permits,
    profile,
    progress,
    recordings,
    reminders,
    sessions,
    sets,
    start,
    today,
)
from openlumbar.apps.web.routes.files import ClientFiles
from openlumbar.apps.web.security import Security
from openlumbar.apps.web.settings import Settings
from openlumbar.pipeline.care import Clock

ROUTES = (
    *(files, login, mine, account, accounts, patients),
    *(today, profile, start, permits, sets, coach, sessions, recordings, progress, pages),
    *(medicines, outcomes, reminders, load),
)
"""Every module of routes."""

_LOOPBACK_NAMES = ("localhost",)


def create_app(settings: Settings, clock: Clock = local_now) -> FastAPI:
    """Make the app; it opens its record when it starts and closes it when it stops. `clock` tells people's time."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = services = open_services(settings, clock)
        async with services.uploads, services.rooms, ClinicKeeper(services.clinic, services.accounts):
            yield
        services.journal.close()
        services.store.close()

    app = FastAPI(
        title="OpenLumbar",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(as_decided)],
        middleware=[Middleware(Security, hosts=_names(settings)), Middleware(Admission)],
    )
    app.mount(ADDRESS, ClientFiles(directory=FOLDER, check_dir=False))
    for routes in ROUTES:
        app.include_router(routes.router)
    rendering.install(app)
    return app


def _names(settings: Settings) -> Sequence[str]:
    """List the names that the app answers to: beyond loopback also the machine's own, and the one that was given."""
    own = () if settings.is_loopback else (settings.host, socket.gethostname(), socket.getfqdn())
    proxy = () if settings.name is None else (settings.name,)
    return (*_LOOPBACK_NAMES, *own, *proxy)
