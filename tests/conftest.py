"""Fixtures shared by all tests, and the rule that nothing is skipped unnoticed where everything should run."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("OPENLUMBAR_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Find the real clips and labelled sets, or skip the test where a machine has none."""
    if not DATA.is_dir():
        pytest.skip("no labelled data: set OPENLUMBAR_DATA to its folder")
    return DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that needs the machine to itself have it, where tests run side by side."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    from turns import turn

    with turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test under CI=true, where only the labelled data may be absent."""
    report = yield
    excused = hasattr(report, "wasxfail") or (item.get_closest_marker("clips") is not None and not DATA.is_dir())
    if report.skipped and os.environ.get("CI") == "true" and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longreprtext}"
    return report
