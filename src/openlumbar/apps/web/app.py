"""The one place where the app is made."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Route

from openlumbar import __version__
from openlumbar.apps.web import rendering
from openlumbar.apps.web.bundle import ADDRESS, FOLDER
from openlumbar.apps.web.deps import local_time, open_services
from openlumbar.apps.web.routes import (
    coach,
    files,
    pages,
    permits,
    profile,
    progress,
    recordings,
    sessions,
    sets,
    start,
    today,
)
from openlumbar.apps.web.routes.files import ClientFiles
from openlumbar.apps.web.security import Security
from openlumbar.apps.web.settings import Settings
from openlumbar.pipeline.care import Clock

ROUTES = (files, today, profile, start, permits, sets, coach, sessions, recordings, progress, pages)
"""Every module of routes."""

_LOOPBACK_NAMES = ("localhost",)


def create_app(settings: Settings, clock: Clock = local_time) -> FastAPI:
    """Make the app; it opens its record when it starts and closes it when it stops. `clock` tells people's time."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = services = open_services(settings, clock)
        async with services.uploads, services.rooms:
            yield
        services.journal.close()
        services.store.close()

    app = FastAPI(
        title="OpenLumbar",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(Security, hosts=_names(settings))],
    )
    app.mount(ADDRESS, ClientFiles(directory=FOLDER, check_dir=False))
    for routes in ROUTES:
        app.include_router(routes.router)
    app.state.paths = frozenset(
        route.path for routes in ROUTES for route in routes.router.routes if isinstance(route, Route)
    )
    rendering.install(app)
    return app


def _names(settings: Settings) -> Sequence[str]:
    """List the names that the app answers to; beyond loopback also the machine's own."""
    own = () if settings.is_loopback else (settings.host, socket.gethostname(), socket.getfqdn())
    return (*_LOOPBACK_NAMES, *own)
