"""Claim: from a clone to a served page in at most 60 s, with packages from a near mirror, and 900 MB on disk.

The checkout's last commit is cloned into a temporary folder, and `make run` sets everything up there, as on a machine
that has seen none of it: no package is taken from a local cache. The clock runs from `make run` until the first page
answers; then the folder is measured and removed. It needs a package index, of which the time is too.
Run with `python -m benchmarks.fresh_machine`.
"""

import json
import os
import resource
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks._data import ROOT
from benchmarks._live_server import serving

TARGET_S, TARGET_MB = 60.0, 900.0

_OWN = ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
"""What tells about this checkout and this run, and would be passed on."""


def main() -> None:
    """Print the table and one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        clone, elsewhere = Path(folder, "clone"), Path(folder, "elsewhere")
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)  # noqa: S603, S607
        seconds = _time_to_page(clone, elsewhere)
        parts = {entry.name: _disk_mb(entry) for entry in sorted(clone.iterdir())}
    disk_mb, used = sum(parts.values()), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    print(f"{'from a clone':36} {'reached':>8} {'target':>8}")
    print(f"{'make run until the page answers, s':36} {seconds:8.1f} {f'≤ {TARGET_S:.0f}':>8}")
    print(f"{'CPU time of it, s':36} {cpu_s:8.1f}")
    print(f"{'the folder then, MB':36} {disk_mb:8.0f} {f'≤ {TARGET_MB:.0f}':>8}")
    print("the largest parts:", ", ".join(f"{name} {mb:.0f} MB" for name, mb in _largest(parts)))
    result = {"benchmark": "fresh_machine", "seconds": seconds, "cpu_s": cpu_s, "disk_mb": disk_mb}
    print(json.dumps({**result, "parts_mb": parts}))


def _time_to_page(clone: Path, elsewhere: Path) -> float:
    """Return how many seconds it takes until the app's first page answers; the app is stopped again."""
    kept = {name: value for name, value in os.environ.items() if name not in _OWN}
    caches = {"PIP_NO_CACHE_DIR": "1", "UV_CACHE_DIR": f"{elsewhere}/uv", "npm_config_cache": f"{elsewhere}/npm"}
    command = ["make", "run", f"SERVE=--port 0 --data-dir {elsewhere}/data"]
    start_s = time.perf_counter()
    with serving(command, folder=clone, environment=kept | caches) as app:
        with urllib.request.urlopen(app.address) as answer:  # noqa: S310 - our own address
            answer.read()
        return time.perf_counter() - start_s


def _disk_mb(place: Path) -> float:
    """Return the room that a file, or a folder with all that is in it, takes on disk."""
    found = {(status.st_dev, status.st_ino): status for status in _walk(place)}
    return sum(status.st_blocks for status in found.values()) * 512 / 1e6


def _walk(place: Path) -> Iterator[os.stat_result]:
    yield place.lstat()
    if place.is_dir() and not place.is_symlink():
        for entry in place.iterdir():
            yield from _walk(entry)


def _largest(parts: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(parts.items(), key=lambda part: -part[1])[:5]


if __name__ == "__main__":
    main()
