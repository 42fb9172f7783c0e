"""The cookie of a login: never to be read by a script, never sent along by another site's page.

Served over TLS (also by a proxy that says so) it is sent over nothing else, and its name begins with `__Host-`, under
which a browser takes no cookie that was set for a whole domain or from an unsafe page (RFC 6265bis, section 4.1.3.2).
Lax, not Strict: the link in a calendar's reminder leads to the page it names, and not to the login. No page of ours
changes anything when it is only asked for, so Lax lets nothing through.
"""

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAMES = ("login", "__Host-login")


def token_of(connection: HTTPConnection) -> str | None:
    """Return the token of the login that a browser has, None without any."""
    return connection.cookies.get(_name(connection))


def keep_token(connection: HTTPConnection, answer: Response, token: str) -> None:
    """Let the browser keep a token until it is closed; the login itself ends earlier (records.accounts)."""
    answer.set_cookie(_name(connection), token, httponly=True, samesite="lax", secure=_is_safe(connection), path="/")


def forget_token(connection: HTTPConnection, answer: Response) -> None:
    """Let the browser forget its token."""
    answer.delete_cookie(_name(connection), httponly=True, samesite="lax", secure=_is_safe(connection), path="/")


def _name(connection: HTTPConnection) -> str:
    return NAMES[_is_safe(connection)]


def _is_safe(connection: HTTPConnection) -> bool:
    return connection.scope["scheme"] in ("https", "wss")
