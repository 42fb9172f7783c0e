"""Pages from templates, in the language of the request; also the pages that say what went wrong."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jinja2
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from openlumbar.apps.web import languages
from openlumbar.apps.web.bundle import Bundle, Entry
from openlumbar.apps.web.languages import Languages
from openlumbar.apps.web.navigation import places_for
from openlumbar.errors import InputError
from openlumbar.messages import refusal_text
from openlumbar.records.account_rules import account_rules
from openlumbar.records.trouble import StoreError, Trouble

FOLDER = Path(__file__).parent / "templates"

_EXPLAINED = (400, 403, 404, 405, 413, 422, 503, 507)
"""Statuses for which `error.html` has words of its own."""


class ClientNotBuilt(Exception):  # noqa: N818 - a state, told as a page
    """The browser client is not there, so no page can be shown with it."""


def render(request: Request, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for a request; `values` may replace what every template gets.

    Raises:
        ClientNotBuilt: when the page needs a part of the browser client that was not built.
    """
    wording = languages_of(request).of(request)
    languages.speak(wording)
    query = f"?{request.url.query}" if request.url.query else ""
    given = {
        "asset": lambda name: _entry(_bundle_of(request), name),
        "language": wording.language,
        "lang_tag": wording.tag,
        "path": request.url.path + query,
        "places": places_for(request),
        "url_for": lambda name, **parts: str(request.app.url_path_for(name, **parts)),
        "viewer": getattr(request.state, "viewer", None),
        "wording": wording,
    }
    return HTMLResponse(_environment().get_template(template).render(given | values), status_code)


def languages_of(request: HTTPConnection) -> Languages:
    """Return the languages of the app that a request came to."""
    found: Languages = request.app.state.services.languages
    return found


def _bundle_of(request: HTTPConnection) -> Bundle:
    found: Bundle = request.app.state.services.bundle
    return found


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks, which is shown a page; a program gets JSON."""
    return "hx-request" in request.headers or "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Answer every failure with a page, or with JSON for programs; never with a traceback."""
    app.add_exception_handler(HTTPException, _http_failure)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreError, store_failure)
    app.add_exception_handler(InputError, _bad_input)
    app.add_exception_handler(ClientNotBuilt, _not_built)
    app.add_exception_handler(Exception, _our_mistake)


def failure(request: Request, status: int, words: str = "", headers: dict[str, str] | None = None) -> Response:
    """Say what went wrong: `words` as they stand, beside what the status means."""
    if not wants_page(request):
        answer: Response = JSONResponse({"detail": words or HTTPStatus(status).phrase}, status)
    else:
        known = status if status in _EXPLAINED else 400 if status < 500 else 500
        try:
            answer = render(request, "error.html", status, status=known, words=words)
        except ClientNotBuilt:
            answer = _not_built(request, ClientNotBuilt())
    answer.headers.update(headers or {})
    return answer


def _http_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return failure(request, error.status_code, detail, dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return failure(request, 422, f"{place}: {first['msg']}")


def store_failure(request: Request, error: Exception) -> Response:
    """Say that the record cannot be read or written just now."""
    assert isinstance(error, StoreError)  # noqa: S101 - registered for it
    language = languages_of(request).of(request).language
    return failure(request, 503, Trouble(error.code, 0, 0).text(language))


def _bad_input(request: Request, error: Exception) -> Response:
    return failure(request, 422, str(error))


def _not_built(request: Request, error: Exception) -> Response:
    del error
    if not wants_page(request):
        return JSONResponse({"detail": "the browser client is not built; run `make run`"}, 503)
    return render(request, "unbuilt.html", 503)


def _our_mistake(request: Request, error: Exception) -> Response:
    del error  # the server writes it to its own log
    return failure(request, 500)


def _entry(bundle: Bundle, name: str) -> Entry:
    try:
        return bundle.entry(name)
    except InputError:
        raise ClientNotBuilt from None


class _Undefined(jinja2.StrictUndefined):
    """A missing name is a mistake; an optional key of a mapping and a macro's caller may be asked for."""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's stub says that this never returns
        """Be false where something is optional, else complain."""
        if isinstance(self._undefined_obj, dict) or self._undefined_name == "caller":
            return False
        return bool(super().__bool__())


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    install = environment.install_gettext_callables  # type: ignore[attr-defined]  # the extension adds it
    install(languages.gettext, languages.ngettext, newstyle=True)
    environment.globals |= {"refusal_text": refusal_text, "account_rules": account_rules}
    return environment
