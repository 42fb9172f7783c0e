"""A server in a process of its own, and what the system says about that process."""

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STOPS_WITHIN_S = 20.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Server:
    """Where a server answers on this machine, and the process that it is."""

    port: int
    pid: int

    @property
    def address(self) -> str:
        """Return the address of its pages."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(
    command: Sequence[str],
    core: int | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Start a server that prints its address, on one core and elsewhere if told so; stop it in the end.

    Raises:
        RuntimeError: when it ends without having told its address.
    """
    with subprocess.Popen(  # noqa: S603 - our own words
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=folder, env=environment
    ) as child:
        try:
            pin(child.pid, core)
            yield Server(_told_port(child), child.pid)
        finally:
            child.terminate()
            try:
                child.wait(_STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()


def app_command(data_dir: Path) -> Sequence[str]:
    """Name the command that serves the app from a free port."""
    program = "from openlumbar.apps.cli import main; main()"
    return sys.executable, "-c", program, "serve", "--port", "0", "--data-dir", str(data_dir)


def pin(pid: int, core: int | None) -> None:
    """Keep a process on one core, where the system can; 0 is this very process."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


def cores() -> tuple[int | None, int | None]:
    """Choose a core for the server and one for those who use it; None and None where there is no choice."""
    known = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (known[0], known[1]) if len(known) > 1 else (None, None)


def slowed_by_neighbour() -> float | None:
    """Return by what factor work on the server's core takes longer while the clients' core is busy.

    Virtual cores may be two threads of one real core; then all that is measured under load is slower by this. None
    where there is no choice of cores.
    """
    own, other = cores()
    if own is None or other is None:
        return None
    alone_s = _work_s(own)
    spinning = "import os; os.sched_setaffinity(0, {" + str(other) + "})\nwhile True: pass"
    with subprocess.Popen((sys.executable, "-c", spinning)) as neighbour:  # noqa: S603 - our own words
        try:
            return _work_s(own) / alone_s
        finally:
            neighbour.kill()


def _work_s(core: int) -> float:
    """Return the median time of a fixed piece of work on a core."""
    work = "import time\nfor _ in range(9):\n s = time.perf_counter(); sum(i * i % 7 for i in range(10**6))\n"
    command = (sys.executable, "-c", work + " print(time.perf_counter() - s)")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own words
        pin(child.pid, core)
        return statistics.median(map(float, child.communicate()[0].split()))


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used with all its threads, user's and system's (Linux)."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS_A_SECOND


def memory_kb(pid: int) -> int:
    """Return the memory that a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


def _told_port(child: subprocess.Popen[str]) -> int:
    for line in child.stdout or ():
        if found := re.search(r"http://[^ ]*:(\d+)", line):
            return int(found[1])
    raise RuntimeError(f"{' '.join(map(str, child.args))[:60]}: ended without telling its address")  # type: ignore[arg-type]
