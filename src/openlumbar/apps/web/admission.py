"""The way in: one ASGI layer that finds out who asks and holds every request to its line of `access.TABLE`.

What no line knows is not there. Somebody else's is not there either: the answer is the one that a thing gets which
does not exist. Nobody in particular is led to the login, whatever is asked for. A connection of the live coach is
looked at once, when it opens; its frames never come by here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from anyio import to_thread
from fastapi import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from openlumbar.apps.web import access
from openlumbar.apps.web.access import Line, Rule
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.rendering import failure, store_failure, wants_page
from openlumbar.apps.web.rooms import NO_SESSION
from openlumbar.apps.web.viewer import Role, Viewer, who
from openlumbar.care.consent import consent_card
from openlumbar.records.trouble import StoreError

_ROLES: Mapping[Rule, tuple[Role, ...]] = {
    "account": ("patient", "therapist", "administrator"),
    "home": ("patient",),
    "patient": ("patient",),
    "own_session": ("patient",),
    "read_session": ("patient", "therapist"),
    "therapist": ("therapist",),
    "patient_of": ("therapist",),
    "administrator": ("administrator",),
}
"""Rule → who comes into question at all; a rule that is not here lets nobody in."""

_BEGIN: Mapping[Role, str] = {"therapist": "/patients", "administrator": "/accounts"}
"""Where the work of staff begins."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request: it goes in, or is answered with a status, or is led elsewhere."""

    viewer: Viewer | None
    status: int = 200
    leads_to: str | None = None


class Admission:
    """Lets in who may."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection, or let the app answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        line = access.find(method, scope["path"])
        connection = HTTPConnection(scope)
        connection.state.line = line
        if line is None or line.rule != "public":
            answer = await self._answer(connection, line)
            if answer is not None:
                await _send(answer, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, connection: HTTPConnection, line: Line | None) -> Response | None:
        """Return the answer to what is not let in."""
        services = cast(Services, connection.app.state.services)
        try:
            verdict = await to_thread.run_sync(decide, services, connection, line)
        except StoreError as error:
            return store_failure(Request(connection.scope), error)
        connection.state.viewer = verdict.viewer
        if verdict.status == 200:
            return None
        return _refused(Request(connection.scope), verdict) if connection.scope["type"] == "http" else Response()


def decide(services: Services, connection: HTTPConnection, line: Line | None) -> Verdict:
    """Decide what becomes of a request; a look at somebody else's record is written down before it is had."""
    viewer, account = who(connection, services)
    if line is None:
        return Verdict(viewer, 404)
    if viewer is None:
        return Verdict(None, 401)
    if viewer.role not in _ROLES.get(line.rule, ()):
        if line.rule == "home":
            return Verdict(viewer, 303, _BEGIN[viewer.role])
        return Verdict(viewer, 404)
    if _has_to_agree_first(services, viewer, line, method := str(connection.scope.get("method"))):
        return Verdict(viewer, 303, _to_consent(connection) if method == "GET" else "/consent")
    whose = _whose(services, line)
    if whose is not None and whose != viewer.person_id:
        if account is None or not services.accounts.may_read(account, whose):
            return Verdict(viewer, 404)
        if connection.scope.get("method") == "GET":  # what changes something is written down by who changes it
            services.audit.write(account.id, "read_person", whose, {"page": _code(line)}, services.clock())
    return Verdict(viewer)


def _has_to_agree_first(services: Services, viewer: Viewer, line: Line, method: str) -> bool:
    """Tell whether a patient of a clinic has yet to agree to what is stored; who is alone keeps notes of their own."""
    if viewer.alone or viewer.person_id is None or line.rule not in ("home", "patient"):
        return False
    if f"{method} {line.template}" in access.BEFORE_CONSENT:
        return False
    said = services.diary.read(viewer.person_id, ["consent"])
    return consent_card().state(entry.data for entry in said) != "given"


def _to_consent(connection: HTTPConnection) -> str:
    """Lead to the question, and from there back to the page that was asked for."""
    path = connection.url.path
    return "/consent" if path == "/" else f"/consent?back={quote(path, safe='/')}"


def _whose(services: Services, line: Line) -> str | None:
    """Name the person whose record the address is about; None where it is nobody's, which the route says itself."""
    if line.rule in ("own_session", "read_session"):
        row = services.store.session(line.named["session_id"])
        return None if row is None else row.person_id
    return line.named["person_id"] if line.rule == "patient_of" else None


def _code(line: Line) -> str:
    """Name a page as the audit does, without what its address is about."""
    parts = (part for part in line.template.split("/") if part and not part.startswith("{"))
    return ".".join(parts)


def _refused(request: Request, verdict: Verdict) -> Response:
    if verdict.leads_to is not None:
        return RedirectResponse(verdict.leads_to, verdict.status)
    if verdict.status == 401:
        return _to_login(request)
    if (methods := sorted(access.methods_of(request.url.path))) and request.method not in methods:
        return failure(request, 405, headers={"allow": ", ".join(methods)})
    return failure(request, verdict.status)


def _to_login(request: Request) -> Response:
    """Lead to the login, and from there back to the page that was asked for; tell a program that it needs one."""
    if not wants_page(request):
        return JSONResponse({"detail": "log in first"}, 401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?back={quote(wanted, safe='/')}" if request.method == "GET" and wanted != "/" else ""
    if "hx-request" in request.headers:  # a part of a page cannot show the login
        return Response(headers={"hx-redirect": "/login"})
    return RedirectResponse(f"/login{back}", 303)


async def _send(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer; a connection is closed as one to no session, or not even opened where no line leads."""
    if scope["type"] == "http":
        await answer(scope, receive, send)
        return
    socket = WebSocket(scope, receive, send)
    if scope["state"]["line"] is not None:
        await socket.accept()
    await socket.close(NO_SESSION)


async def as_decided(connection: HTTPConnection) -> None:
    """Hold the route that was found to the line that was decided on: nothing may lie between table and router.

    Raises:
        HTTPException: 404 where they differ.
    """
    line = cast(Line | None, getattr(connection.state, "line", None))
    route = connection.scope.get("route")
    if line is None or getattr(route, "path_format", None) != line.template:
        raise HTTPException(404)
