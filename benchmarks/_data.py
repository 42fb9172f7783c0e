"""Where the labelled sets lie that no one may redistribute, and what to say where a machine has none."""

import json
import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def labelled_set(name: str) -> Path | None:
    """Find a labelled set in OPENLUMBAR_DATA or beside the checkout; None where it is absent."""
    place = Path(os.environ.get("OPENLUMBAR_DATA", ROOT.parent / "shared" / "data")) / name
    return place if place.is_dir() else None


def report_absent(benchmark: str, name: str) -> None:
    """Print why a benchmark did not run, and the JSON line that says so."""
    print(f"{benchmark}: skipped, no data set {name!r} (set OPENLUMBAR_DATA to the folder that holds it)")
    print(json.dumps({"benchmark": benchmark, "skipped": True}))
