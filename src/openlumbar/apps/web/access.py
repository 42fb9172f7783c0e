"""Who may ask for what: one line for each route, and nothing for a route without a line.

`openlumbar.apps.web.admission` holds every request to it before the route sees anything. What a rule comes to for
each kind of visitor is written out in docs/access.md, which a test holds against the running app.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

Rule = Literal[
    "public", "account", "home", "patient", "own_session", "read_session", "therapist", "patient_of", "administrator"
]
"""What a line asks of who looks.

public: nothing; what is behind it is nobody's, or asks by itself for a password or a secret address.
account: anyone who is logged in.
home: a patient; staff are led to where their work begins.
patient: who keeps a diary, and finds nothing but their own there.
own_session: the session in the address is the viewer's own.
read_session: it is the viewer's own, or of a person who is linked to the therapist.
therapist: any therapist. patient_of: the person in the address is linked to the therapist.
administrator: who keeps accounts; never a person's health data.
"""

TABLE: Mapping[str, Rule] = {
    "MOUNT /assets": "public",
    "GET /styles/article.css": "public",
    "GET /language": "public",
    "GET /login": "public",
    "POST /login": "public",
    "GET /login/code": "public",
    "POST /login/code": "public",
    "GET /login/password": "public",
    "POST /login/password": "public",
    "POST /logout": "public",
    "GET /account": "account",
    "POST /account/password": "account",
    "POST /account/codes": "account",
    "POST /account/codes/confirm": "account",
    "POST /account/codes/remove": "account",
    "POST /account/logins/{login}/close": "account",
    "GET /account/export.zip": "patient",
    "GET /account/erase": "patient",
    "POST /account/erase": "patient",
    "POST /account/consent": "patient",
    "GET /consent": "patient",
    "POST /consent": "patient",
    "GET /accounts": "administrator",
    "POST /accounts": "administrator",
    "GET /accounts/{account_id}": "administrator",
    "POST /accounts/{account_id}/disable": "administrator",
    "POST /accounts/{account_id}/enable": "administrator",
    "POST /accounts/{account_id}/password": "administrator",
    "POST /accounts/{account_id}/codes": "administrator",
    "POST /accounts/{account_id}/link": "administrator",
    "POST /accounts/{account_id}/unlink": "administrator",
    "GET /audit": "administrator",
    "GET /patients": "therapist",
    "GET /patients/{person_id}": "patient_of",
    "POST /patients/{person_id}/clearance": "patient_of",
    "POST /patients/{person_id}/unlock": "patient_of",
    "POST /patients/{person_id}/locks/{number}/lift": "patient_of",
    "POST /patients/{person_id}/notes": "patient_of",
    "POST /patients/{person_id}/entries/{number}/undo": "patient_of",
    "GET /openapi.json": "account",
    "GET /about": "account",
    "GET /_components": "account",
    "GET /exercises/{slug}": "account",
    "GET /simulated/{slug}.bin": "account",
    "GET /": "home",
    "GET /more": "account",
    "GET /exercises": "patient",
    "POST /pain": "patient",
    "POST /painkiller": "patient",
    "POST /entries/{number}/undo": "patient",
    "GET /load": "patient",
    "GET /profile": "patient",
    "POST /profile": "patient",
    "GET /progress": "patient",
    "GET /start/{slug}": "patient",
    "GET /gate/locks": "patient",
    "POST /gate/locks/{number}": "patient",
    "GET /gate/clearance/{slug}": "patient",
    "POST /gate/clearance/{slug}": "patient",
    "GET /clock/{slug}": "patient",
    "POST /clock/{slug}": "patient",
    "GET /sets/{number}": "patient",
    "GET /sessions": "patient",
    "POST /sessions": "patient",
    "GET /sessions/export.json": "patient",
    "GET /sessions/export.csv": "patient",
    "GET /sessions/{session_id}": "read_session",
    "GET /sessions/{session_id}/export.json": "read_session",
    "GET /sessions/{session_id}/export.csv": "read_session",
    "GET /sessions/{session_id}/report.html": "read_session",
    "POST /sessions/{session_id}/delete": "own_session",
    "POST /sessions/{session_id}/restore": "own_session",
    "GET /coach/{session_id}": "own_session",
    "WEBSOCKET /live/{session_id}": "own_session",
    "GET /recordings/new": "patient",
    "POST /recordings": "patient",
    "GET /recordings/{session_id}": "own_session",
    "GET /recordings/{session_id}/status": "own_session",
    "POST /recordings/{session_id}/cancel": "own_session",
    "GET /medicines": "patient",
    "POST /medicines": "patient",
    "GET /medicines/new": "patient",
    "POST /medicines/intake": "patient",
    "POST /medicines/questions": "patient",
    "POST /medicines/undo": "patient",
    "GET /medicines/{medicine_id}": "patient",
    "POST /medicines/{medicine_id}": "patient",
    "POST /medicines/{medicine_id}/altered": "patient",
    "POST /medicines/{medicine_id}/remove": "patient",
    "GET /outcomes": "patient",
    "GET /outcomes/{measure_id}": "patient",
    "POST /outcomes/{measure_id}": "patient",
    "POST /outcomes/{measure_id}/undo": "patient",
    "GET /reminders": "patient",
    "GET /reminders/open.json": "patient",
    "GET /reminders/worker.js": "public",
    "POST /reminders/settings": "patient",
    "POST /reminders/answer": "patient",
    "POST /reminders/undo": "patient",
    "POST /reminders/feed": "patient",
    "POST /reminders/feed/close": "patient",
    "GET /reminders/feed/{token}.ics": "public",
}
"""Method and path of every route → its rule. MOUNT: all that lies below a path, to be read; WEBSOCKET: a connection."""

BEFORE_CONSENT = frozenset(
    {
        *("GET /consent", "POST /consent", "POST /account/consent"),
        *("GET /account/export.zip", "GET /account/erase", "POST /account/erase"),
    }
)
"""What a patient of a clinic gets to without having agreed to what is stored: the question itself, and the way out."""

_PARAMETER = re.compile(r"\{(\w+)\}")
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Line:
    """The line that a request falls under; `named` are the parts of its address that a rule may ask about."""

    template: str
    rule: Rule
    named: Mapping[str, str] = field(default_factory=dict)


def find(method: str, path: str) -> Line | None:
    """Return the line of a request, None for one that no line knows; whole words in an address go before its blanks."""
    for template, pattern in _patterns(method):
        if found := pattern.fullmatch(path):
            return Line(template, TABLE[f"{method} {template}"], found.groupdict())
    if method in _READING:
        for template in _mounts():
            if path.startswith(f"{template}/"):
                return Line(template, TABLE[f"MOUNT {template}"])
    return None


def methods_of(path: str) -> Iterator[str]:
    """List the methods by which a path can be asked for."""
    methods = dict.fromkeys(line.partition(" ")[0] for line in TABLE)
    yield from (method for method in methods if method not in ("MOUNT", "WEBSOCKET") and find(method, path))


@cache
def _patterns(method: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    templates = [line.removeprefix(f"{method} ") for line in TABLE if line.startswith(f"{method} ")]
    templates.sort(key=lambda template: [part.startswith("{") for part in template.split("/")])
    return tuple((template, _pattern(template)) for template in templates)


def _pattern(template: str) -> re.Pattern[str]:
    literal, *rest = _PARAMETER.split(template)
    parts = (f"(?P<{name}>[^/]+){re.escape(after)}" for name, after in zip(rest[::2], rest[1::2], strict=True))
    return re.compile(re.escape(literal) + "".join(parts))


@cache
def _mounts() -> tuple[str, ...]:
    return tuple(line.removeprefix("MOUNT ") for line in TABLE if line.startswith("MOUNT "))
