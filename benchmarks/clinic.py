"""Claim: in a clinic of 500 patients, each with a year of diary and sessions, every page is there within 100 ms.

The clinic is made from a seed (`benchmarks._clinic`) in a file of SQLite, and copied into a real PostgreSQL server.
`openlumbar serve` runs in a process of its own on each; people log in by the form, and every page of the access table
that needs no secret is asked for, by who may see it, about many patients, one request at a time. What is measured is
the time until the last byte, where the request comes from. More patients are asked about than the server keeps in
memory, in turn, so that the first visit reads a whole year (cold); a second one follows at once (warm). The median
is that of both, half of each: it lies between them. As the floor, the same
client asks for a style sheet, which needs no login, and for a page that needs the login and nothing else of the record.

Run with `python -m benchmarks.clinic`; OPENLUMBAR_CLINIC names a folder that keeps the made clinic for the next time.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import _postgresql
from benchmarks._clinic import ADMINISTRATOR, Made, Size, make_clinic, patient_name, therapist_name
from benchmarks._clinic_copy import copy_clinic
from benchmarks._clinic_visits import LEFT_OUT, Times, Visit, Visitor, is_page, lines, patients_of, visits
from benchmarks._live_server import app_command, cores, memory_kb, serving
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault

TARGET_MS = 100.0
SEED = 4
VISITED = 40
"""Patients whose pages are asked for: their diaries are far more than ENTRIES_KEPT of `openlumbar.records.diary`."""
FLOOR, LOGIN = "GET /styles/article.css", "GET /about"
_STRIDE = 13
"""From one visited patient to the next: shares no divisor with the lives that there are, nor with usual sizes."""
_SHOWN = ("median_ms", "cold_ms", "warm_ms", "p99_ms")
_DATABASE, _KEY, _TOLD = "openlumbar.sqlite3", "openlumbar.key", "clinic.json"


@dataclass(frozen=True)
class Clinic:
    """A made clinic: its folder of records, and what it holds."""

    folder: Path
    size: Size
    made: Made
    seconds: float


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=Size.patients)
    parser.add_argument("--days", type=int, default=Size.days)
    parser.add_argument("--visited", type=int, default=VISITED, help="patients whose pages are asked for")
    parser.add_argument("--only", default="", help="ask only for lines with this in them")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    given = parser.parse_args()
    size = Size(given.patients, given.days)
    with _folder() as folder:
        clinic = _clinic(folder, size)
        rows = {name: _measured(name, clinic, given.visited, given.only) for name in given.databases}
    _print(clinic, rows)
    print(json.dumps({"benchmark": "clinic", "size": asdict(size), **asdict(clinic.made), **_result(rows)}))


@contextmanager
def _folder() -> Iterator[Path]:
    if named := os.environ.get("OPENLUMBAR_CLINIC"):
        Path(named).mkdir(parents=True, exist_ok=True)
        yield Path(named)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _clinic(folder: Path, size: Size) -> Clinic:
    """Make the clinic, unless the folder holds it as of today."""
    wanted = {**asdict(size), "seed": SEED, "today": datetime.now().astimezone().date().isoformat()}
    told = folder / _TOLD
    if told.exists() and (kept := json.loads(told.read_text("utf-8")))["wanted"] == wanted:
        return Clinic(folder, size, Made(**kept["made"]), kept["seconds"])
    for name in (_TOLD, _DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", _KEY):
        (folder / name).unlink(missing_ok=True)
    begun = time.perf_counter()
    with closing(Store.open(folder / _DATABASE)) as store:
        made = make_clinic(store, size, SEED, datetime.now().astimezone(), _say)
    seconds = time.perf_counter() - begun
    told.write_text(json.dumps({"wanted": wanted, "made": asdict(made), "seconds": seconds}), "utf-8")
    return Clinic(folder, size, made, seconds)


def _say(done: int) -> None:
    if done % 50 == 0:
        print(f"{done} patients made", file=sys.stderr, flush=True)


def _measured(database: str, clinic: Clinic, visited: int, only: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if database == "sqlite":
            for name in (_DATABASE, _KEY):
                shutil.copy(clinic.folder / name, place / name)
            return _visited(place, place / _DATABASE, {}, clinic.size, visited, only)
        try:
            with _postgresql.running() as server:
                return _on_server(server, place, clinic, visited, only)
        except _postgresql.NoServerError as error:
            print(f"clinic: {database} skipped, {error}")
            return {}


def _on_server(server: _postgresql.Server, place: Path, clinic: Clinic, visited: int, only: str) -> dict[str, Any]:
    """Put the clinic into a database of a server, and visit it."""
    name, begun = server.create("clinic"), time.perf_counter()
    shutil.copy(clinic.folder / _KEY, place / _KEY)
    with closing(Store.open(server.url(name), Vault.in_file(place / _KEY))) as store:
        copy_clinic(clinic.folder / _DATABASE, store)
    copied_s = time.perf_counter() - begun
    server.run("ANALYZE", name)
    options = {"--database-url": server.url(name), "--key-file": str(place / _KEY)}
    found = _visited(place, server.url(name), options, clinic.size, visited, only)
    return found | {"copied_s": copied_s}


def _visited(
    place: Path, where: str | Path, options: Mapping[str, str], size: Size, visited: int, only: str
) -> dict[str, Any]:
    """Serve the records and ask for every page; return the times of each line."""
    vault = Vault.in_file(place / _KEY)
    numbers = [number * _STRIDE % size.patients for number in range(min(visited, size.patients))]
    with closing(Store.open(where, vault)) as store:
        patients = patients_of(store, numbers, size)
    command = (*app_command(place), *(part for option in options.items() for part in option))
    with serving(command, cores()[0]) as server:
        visitor = Visitor(server.port)
        staff = [ADMINISTRATOR, *(therapist_name(number) for number in range(size.therapists))]
        visitor.log_in([*staff, *(patient_name(patient.number) for patient in patients)])
        asked = [line for line in lines() if only in line or line in (FLOOR, LOGIN)]
        found = {line: _times(visitor, list(visits(line, patients))) for line in asked}
        return {"lines": found, "memory_mb": memory_kb(server.pid) / 1000}


def _times(visitor: Visitor, asked: Sequence[Visit]) -> Times:
    if asked:
        visitor.ask(asked[-1])  # the first time what the page is made of is read; that is paid once
    times = Times()
    for visit in asked:
        times.cold_s.append(visitor.ask(visit))
        times.warm_s.append(visitor.ask(visit))
    return times


def _result(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {"skipped": any("lines" not in found for found in rows.values())}
    for name, found in rows.items():
        if "lines" not in found:
            continue
        told_of = {line: _told(times) for line, times in found["lines"].items() if times.cold_s}
        medians = {line: told for line, told in told_of.items() if is_page(line)}
        slowest = max(medians, key=lambda line: medians[line]["median_ms"])
        result[name] = {
            "slowest": slowest,
            "slowest_median_ms": medians[slowest]["median_ms"],
            "slowest_warm_ms": max(told["warm_ms"] for told in medians.values()),
            "slowest_cold_ms": max(told["cold_ms"] for told in medians.values()),
            "slowest_p99_ms": max(told["p99_ms"] for told in medians.values()),
            "floor_ms": told_of[FLOOR]["median_ms"],
            "login_ms": told_of[LOGIN]["median_ms"],
            "memory_mb": found["memory_mb"],
            "copied_s": found.get("copied_s"),
            "pages": {line: [round(told[name], 1) for name in _SHOWN] for line, told in told_of.items()},
        }
    return result


def _told(times: Times) -> dict[str, float]:
    all_ms = sorted(1000 * taken for taken in (*times.cold_s, *times.warm_s))
    return {
        "median_ms": statistics.median(all_ms),
        "cold_ms": 1000 * statistics.median(times.cold_s),
        "warm_ms": 1000 * statistics.median(times.warm_s),
        "p99_ms": all_ms[min(len(all_ms) - 1, round(0.99 * len(all_ms)))],
        "visits": len(all_ms),
    }


def _print(clinic: Clinic, rows: Mapping[str, Mapping[str, Any]]) -> None:
    made = clinic.made
    print(
        f"{clinic.size.patients} patients: {made.entries} entries, {made.sessions} sessions, {made.events} events;"
        f" made in {clinic.seconds:.0f} s"
    )
    names = [name for name, found in rows.items() if "lines" in found]
    heads = "".join(f"{name:>12} {'cold':>6} {'warm':>6} {'p99':>7}" for name in names)
    print(f"{'ms until the last byte':44}{heads}")
    for line in lines():
        told = [_told(rows[name]["lines"][line]) for name in names if rows[name]["lines"].get(line, Times()).cold_s]
        if len(told) == len(names):
            cells = "".join(
                f"{one['median_ms']:12.1f} {one['cold_ms']:6.1f} {one['warm_ms']:6.1f} {one['p99_ms']:7.1f}"
                for one in told
            )
            mark = "" if not is_page(line) else " NO" if any(one["median_ms"] > TARGET_MS for one in told) else ""
            print(f"{line.removeprefix('GET '):44}{cells}{mark if is_page(line) else ' (no page)'}")
    for name in names:
        print(f"{name}: the server holds {rows[name]['memory_mb']:.0f} MB")
    print("not asked for: " + "; ".join(f"{path} {why}" for path, why in LEFT_OUT.items()))


if __name__ == "__main__":
    main()
