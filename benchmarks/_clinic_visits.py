"""What is asked of the made clinic: every page of the access table, for who may see it, about many patients."""

import http.client
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from benchmarks._clinic import ADMINISTRATOR, PASSWORD, Size, patient_name, therapist_name
from openlumbar.apps.web.access import TABLE
from openlumbar.cards import exercise_slugs
from openlumbar.records.accounts import Accounts
from openlumbar.records.diary import Diary
from openlumbar.records.store import Store

LEFT_OUT: Mapping[str, str] = {
    "/_components": "is there during development alone",
    "/login/code": "needs a login that is half done",
    "/login/password": "needs a login that is half done",
    "/recordings/{session_id}": "needs a recording under way",
    "/recordings/{session_id}/status": "needs a recording under way",
    "/gate/clearance/{slug}": "is there for who uses the program alone",
    "/coach/{session_id}": "needs a session under way",
    "/sets/{number}": "needs a set of today",
    "/reminders/feed/{token}.ics": "needs a secret address",
    "/reminders/worker.js": "is a file of the browser client",
    "/simulated/{slug}.bin": "is a file to try the coach with",
    "/account/export.zip": "is everything of a person in one file, which takes its time",
}
"""Paths of the table that are not asked for, and why."""

MEASURES = ("nprs-back", "rmdq", "patient-specific")
LEADS_ELSEWHERE = ("GET /language", "GET /clock/{slug}")
"""Lines that lead to another page: who has not just been through the gate is asked first."""
_BLANK = re.compile(r"\{(\w+)\}")
_OTHERWISE = 20


@dataclass(frozen=True)
class Patient:
    """One patient as the visits need to know them."""

    number: int
    person_id: str
    account_id: str
    therapist: int
    sessions: Sequence[str]
    medicines: Sequence[str]


@dataclass(frozen=True)
class Visit:
    """One request: the line of the table, who asks, the address."""

    line: str
    who: str
    path: str


@dataclass
class Times:
    """Seconds until the last byte, of visits to people not in the server's memory, and of a second visit at once."""

    cold_s: list[float] = field(default_factory=list)
    warm_s: list[float] = field(default_factory=list)


def patients_of(store: Store, numbers: Sequence[int], size: Size) -> list[Patient]:
    """Look up some patients of the clinic."""
    accounts, diary, found = Accounts(store), Diary(store), []
    by_name = {account.name: account for account in accounts.all()}
    for number in numbers:
        account = by_name[patient_name(number)]
        person_id = str(account.person_id)
        sessions = [row.id for row in store.sessions(3, person_id=person_id)]
        medicines = [str(entry.data["id"]) for entry in diary.read(person_id, ["medicine"])]
        found.append(Patient(number, person_id, account.id, number % size.therapists, sessions, medicines))
    return found


def visits(line: str, patients: Sequence[Patient]) -> Iterator[Visit]:
    """List the requests for a line of the table, `GET /path`: about each patient one, of other pages so many."""
    path, rule = line.removeprefix("GET "), TABLE[line]
    for index, patient in enumerate(patients):
        who = patient_name(patient.number)
        if rule == "administrator":
            who = ADMINISTRATOR
        elif rule in ("therapist", "patient_of") or (rule == "read_session" and index % 2):
            who = therapist_name(patient.therapist)
        most = len(patients) if is_page(line) and _is_of_one(rule) else _OTHERWISE
        if (filled := _filled(path, patient, index)) is not None and index < most:
            yield Visit(line, who, filled)


def lines() -> list[str]:
    """List the lines that are asked for."""
    return [line for line in TABLE if line.startswith("GET ") and line.removeprefix("GET ") not in LEFT_OUT]


def is_page(line: str) -> bool:
    """Tell whether a line is a page, and not a file to be downloaded or a part of one."""
    path = line.removeprefix("GET ")
    return not path.endswith((".json", ".csv", ".css")) and path != "/language"


class Visitor:
    """Asks a server for pages, one after the other, as whoever is named."""

    def __init__(self, port: int) -> None:
        """Connect to a server on this machine."""
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._cookies: dict[str, str] = {}

    def log_in(self, names: Sequence[str]) -> None:
        """Log people in by the form, each from an address of their own.

        Raises:
            RuntimeError: when one is not let in.
        """
        for place, name in enumerate(names):
            source = (f"127.0.{1 + place // 250}.{1 + place % 250}", 0)
            connection = http.client.HTTPConnection("127.0.0.1", self._port, source_address=source)
            form = urlencode({"name": name, "password": PASSWORD, "back": "/"})
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self._port}",
            }
            connection.request("POST", "/login", form, headers)
            answer = connection.getresponse()
            answer.read()
            cookie = (answer.headers["set-cookie"] or "").partition(";")[0]
            if answer.status != HTTPStatus.SEE_OTHER or not cookie.startswith("login="):
                raise RuntimeError(f"{name} is not let in: {answer.status}")
            self._cookies[name] = cookie
            connection.close()

    def ask(self, visit: Visit) -> float:
        """Ask for a page; return the seconds until its last byte.

        Raises:
            RuntimeError: when it is refused.
        """
        headers = {"Accept": "text/html", "Cookie": self._cookies[visit.who]}
        begun = time.perf_counter()
        self._connection.request("GET", visit.path, headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        taken_s = time.perf_counter() - begun
        expected = HTTPStatus.SEE_OTHER if visit.line in LEADS_ELSEWHERE else HTTPStatus.OK
        if answer.status != expected:
            raise RuntimeError(f"{visit.path} as {visit.who}: {answer.status}")
        return taken_s


def _is_of_one(rule: Any) -> bool:
    return rule in ("home", "patient", "own_session", "read_session", "patient_of")


def _filled(path: str, patient: Patient, index: int) -> str | None:
    """Fill the blanks of a path; None where a patient has nothing to fill them with."""
    slugs = exercise_slugs()
    choices: Mapping[str, Sequence[str]] = {
        "slug": slugs,
        "session_id": patient.sessions,
        "medicine_id": patient.medicines,
        "measure_id": MEASURES,
        "person_id": [patient.person_id],
        "account_id": [patient.account_id],
    }
    for name in _BLANK.findall(path):
        if not choices[name]:
            return None
        path = path.replace(f"{{{name}}}", choices[name][index % len(choices[name])])
    return path
