"""Claims: a live frame costs the server at most 90 µs of CPU, 50 µs three to a message, and is answered at once.

`openlumbar serve` runs in a process of its own with one worker and its record on disk; another process plays people
in front of their cameras: 100 and 300 that send every frame, then 500 that send three frames a message. All of them
exercise when the measurement begins; some are stopped by the coach in it, as people are. CPU is all that the
server's process used, user's and system's, its journal's thread with it. The time of an answer is taken where the
frames come from, so it holds the way there and back. As the floor, the same messages go to a server that only
answers with 32 bytes, configured alike. Server and clients have a core each; how much a busy core
slows the other on this machine is measured too. Run with `python -m benchmarks.live_load`.
"""

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks._live_clients import Found, Load
from benchmarks._live_server import Server, app_command, cores, memory_kb, serving, slowed_by_neighbour
from openlumbar.pose.simulation import simulate
from openlumbar.pose.simulation.demo import LIVE_DEMO
from openlumbar.pose.wire import pack_track

SECONDS, FLOOR_SECONDS = 10.0, 3.0
_SETS = 1


@dataclass(frozen=True)
class Case:
    """So many sessions that send so many frames a message, and what must be reached: CPU a frame, p99 of answers."""

    name: str
    sessions: int
    frames_a_message: int
    target_us: float | None
    target_p99_ms: float


CASES = (
    Case("few", 100, 1, None, 10.0),
    Case("single", 300, 1, 90.0, 50.0),
    Case("batched", 500, 3, 50.0, 150.0),
)


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=[case.name for case in CASES])
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured of each case")
    given = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        print("live_load: skipped, the CPU time of another process is read from /proc, which only Linux has")
        print(json.dumps({"benchmark": "live_load", "skipped": True}))
        return
    cases = [case for case in CASES if case.name in given.cases]
    with tempfile.TemporaryDirectory() as folder:
        rows = _measure(cases, given.seconds, Path(folder))
    slowed = slowed_by_neighbour()
    _print(cases, rows, slowed)
    print(json.dumps({"benchmark": "live_load", "pinned": slowed is not None, "slowed_by_neighbour": slowed, **rows}))


def _measure(cases: Sequence[Case], seconds: float, folder: Path) -> dict[str, Any]:
    tracks = _write_tracks(folder)
    rows: dict[str, Any] = {}
    with serving(app_command(folder / "data"), cores()[0]) as app:
        for case in cases:
            before_kb = memory_kb(app.pid)
            found = _play(app, case, _begin_sessions(app, case.sessions), tracks, seconds)
            rows[case.name] = asdict(found) | {"session_kb": (found.memory_kb - before_kb) / case.sessions}
    with serving((sys.executable, "-m", "benchmarks._live_echo"), cores()[0]) as echo:
        for case in cases:
            found = _play(echo, case, ["/"] * case.sessions, tracks, FLOOR_SECONDS)
            rows[case.name] |= {"floor_us": found.cpu_us, "floor_p99_ms": found.p99_ms}
    return rows


def _write_tracks(folder: Path) -> list[str]:
    """Write the simulated patients of the live demo down for the clients."""
    files = []
    for slug, scenario in LIVE_DEMO.items():
        file = folder / f"{slug}.bin"
        file.write_bytes(pack_track(simulate(scenario, 1).track))
        files.append(str(file))
    return files


def _begin_sessions(app: Server, count: int) -> list[str]:
    """Begin sessions of the exercises in turn; return the paths of their WebSockets."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port)
    slugs, paths = list(LIVE_DEMO), []
    for index in range(count):
        slug = slugs[index % len(slugs)]
        form = {"exercise": slug, "level": LIVE_DEMO[slug].level, "sets": _SETS, "source": "simulated"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sessions", urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"POST /sessions: {answer.status}")
        paths.append("/live/" + answer.headers["location"].rpartition("/")[2])
    connection.close()
    return paths


def _play(server: Server, case: Case, paths: Sequence[str], tracks: Sequence[str], seconds: float) -> Found:
    load = Load(server.port, server.pid, paths, tracks, case.frames_a_message, seconds, cores()[1])
    command = [sys.executable, "-m", "benchmarks._live_clients"]
    done = subprocess.run(  # noqa: S603 - our own words
        command, input=json.dumps(asdict(load)), stdout=subprocess.PIPE, text=True, check=True
    )
    return Found(**json.loads(done.stdout))


def _print(cases: Sequence[Case], rows: dict[str, Any], slowed: float | None) -> None:
    print(
        f"{'sessions × frames a message':28} {'CPU µs a frame':>15} {'target':>7} {'floor':>6} {'core':>5}"
        f" {'p50 ms':>7} {'p99 ms':>7} {'target':>7} {'floor':>6} {'kB a session':>13}"
    )
    for case in cases:
        row = rows[case.name]
        target = "" if case.target_us is None else f"≤ {case.target_us:.0f}"
        print(
            f"{f'{case.sessions} × {case.frames_a_message}':28} {row['cpu_us']:15.1f} {target:>7}"
            f" {row['floor_us']:6.1f} {row['busy']:5.0%} {row['p50_ms']:7.2f} {row['p99_ms']:7.2f}"
            f" {f'≤ {case.target_p99_ms:.0f}':>7} {row['floor_p99_ms']:6.2f} {row['session_kb']:13.0f}"
        )
        if row["unanswered"] or row["reached"] < case.sessions:
            print(f"  overloaded: {row['reached']} had reached the exercise, {row['unanswered']} answers did not come")
    held = "any core: this machine has one, or cannot hold them to one"
    if slowed is not None:
        held = (
            f"a core each, which here slow each other: work on one takes {slowed:.2f} times as long beside the other's"
        )
    late_ms = max(rows[case.name]["late_p99_ms"] for case in cases)
    print(f"server and clients on {held}; the clients themselves sent at most {late_ms:.1f} ms late (p99)")


if __name__ == "__main__":
    main()
