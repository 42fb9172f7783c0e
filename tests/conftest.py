"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Find the real clips and labelled sets, or skip the test where a machine has none."""
    place = Path(os.environ.get("OPENLUMBAR_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip("no labelled data: set OPENLUMBAR_DATA to its folder")
    return place
