"""What every answer carries, and which requests are not answered: one ASGI layer around the whole app.

The policy allows nothing from elsewhere; WebAssembly is allowed, for the pose model. A request that names a
foreign host (DNS rebinding) or that another site's page sends (cross-site request forgery) is refused.

Against forgery there are the names that a browser gives to who sends a request (Origin, Sec-Fetch-Site), and a cookie
that other sites' pages do not send along. A token in every form would add nothing: whoever could forge those names
could read the token as well, every browser that can run our pages gives them, and a request with a login but without
such a name is refused. Tokens would only lose what was typed into a form that was open when its login ended.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from openlumbar.apps.web.login_cookie import NAMES

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles and connections of our own origin alone; no inline script or style."""

HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # without any, browsers name no origin when they post a form
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), screen-wake-lock=(self), fullscreen=(self), "
    "geolocation=(), payment=(), usb=(), accelerometer=(), gyroscope=(), magnetometer=()",
}

_ANOTHER_SITE = "This request came from another site's page; open OpenLumbar itself and try again."
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OWN_SITE = {"same-origin", "none"}


class Security:
    """Refuse foreign requests; add the headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Wrap an app that answers to these host names and to addresses in numbers."""
        self._app = app
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            await _refuse(refusal, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> str | None:
        """Say why a request is refused, None when it is not."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_own(_name_of(host)):
            return f"This server does not answer to the name {_name_of(host)[:80]!r}; use the address it printed."
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
            return None if _is_same_site(headers, host) or _follows_a_link(headers) else _ANOTHER_SITE
        is_named = "origin" in headers or "sec-fetch-site" in headers
        if not _is_same_site(headers, host) or (_has_login(scope) and not is_named):
            return _ANOTHER_SITE
        return None

    def _is_own(self, name: str) -> bool:
        """Tell whether a name is ours; a name in numbers cannot be rebound."""
        if name in self._hosts:
            return True
        try:
            return bool(ip_address(name))
        except ValueError:
            return False


def _name_of(host: str) -> str:
    """Return the name in a Host header, without the port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_same_site(headers: Headers, host: str) -> bool:
    """Tell whether our own page, or no page at all, sends a request; every browser names the sender."""
    if (site := headers.get("sec-fetch-site")) and site not in _OWN_SITE:
        return False
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _follows_a_link(headers: Headers) -> bool:
    """Tell whether a page of another site leads here, and does not take in a part of ours as an image or a frame."""
    return headers.get("sec-fetch-mode", "navigate") == "navigate" and headers.get("sec-fetch-dest", "document") in (
        "document",
        "empty",
    )


def _has_login(scope: Scope) -> bool:
    """Tell whether a request comes with a login, as a program's does not that no browser runs."""
    return any(name in HTTPConnection(scope).cookies for name in NAMES)


async def _refuse(refusal: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008, reason=refusal[:120])(scope, receive, send)
    else:
        await PlainTextResponse(refusal, 403)(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_with_headers
