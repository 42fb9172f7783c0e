"""How tests call the command, and what they expect of its one line of complaint."""

import sys
from collections.abc import Callable

COMMAND = [sys.executable, "-c", "from openlumbar.apps.cli import main; main()"]

Run = Callable[..., tuple[int, str, str]]
"""Runs the command in this process; gives its exit status, stdout and stderr."""


def one_line(err: str) -> str:
    """Return the complaint, which is one line and no traceback."""
    assert err.startswith("openlumbar: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err.removeprefix("openlumbar: ").strip()
