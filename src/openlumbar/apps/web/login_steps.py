"""Between a right password and being logged in: a code, a password of one's own; and how many tries an address has.

A name that is tried again and again has to wait by itself (`openlumbar.records.accounts`); here it is the address that
waits, whatever names it tries, so that nobody goes through a list of names with one password.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

TRIES, WITHIN_MIN = 30, 15
"""Tries to log in from one address in so many minutes (product: a clinic's staff log in from behind one address within
a quarter of an hour; OWASP ASVS 4.0, 2.2.1 allows 100 an hour for one account)."""

STEP_LASTS = timedelta(minutes=10)
"""So long a right password waits for the next step (product: time to find the phone)."""

STEP_COOKIE = "login-step"
_MOST_STEPS = 1000
_STEP_BYTES = 32
_SITE_BITS = 64
"""One line's IPv6 addresses share their first 64 bits (RFC 6177)."""


class Tries:
    """Counts tries to log in by address, in memory."""

    def __init__(self) -> None:
        """Begin with none."""
        self._limit = RateLimitItemPerMinute(TRIES, WITHIN_MIN)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def take(self, connection: HTTPConnection) -> bool:
        """Count a try; False when there were too many."""
        return self._window.hit(self._limit, _address(connection))

    def wait_s(self, connection: HTTPConnection) -> float:
        """Return how long the address has to wait, by the clock that `limits` goes by."""
        reset = self._window.get_window_stats(self._limit, _address(connection)).reset_time
        return max(1.0, reset - time.time())


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody whose password was right; `account_id` is known once nothing but a new password is missing."""

    name: str
    password: str
    back: str
    expires_at: datetime
    account_id: str | None = None


class Steps:
    """Keeps those who are half logged in, in memory and not for long."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._steps: OrderedDict[str, Step] = OrderedDict()
        self._lock = Lock()

    def keep(self, step: Step) -> str:
        """Keep somebody; return the secret that leads back to them."""
        secret = secrets.token_urlsafe(_STEP_BYTES)
        with self._lock:
            self._steps[secret] = step
            while len(self._steps) > _MOST_STEPS:
                self._steps.popitem(last=False)
        return secret

    def find(self, secret: str | None, now: datetime) -> Step | None:
        """Find somebody who did not take too long."""
        with self._lock:
            step = self._steps.get(secret or "")
            if step is None or now < step.expires_at:
                return step
            del self._steps[secret or ""]
            return None

    def forget(self, secret: str | None) -> None:
        """Forget somebody."""
        with self._lock:
            self._steps.pop(secret or "", None)


def _address(connection: HTTPConnection) -> str:
    """Name where a try comes from; all addresses of one line count as one."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, _SITE_BITS), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
