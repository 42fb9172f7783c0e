"""A real `openlumbar serve`, and how it fares: what it complained of, whether it lives, what memory it holds."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import httpx

_PROGRAM = Path(sys.executable).with_name("openlumbar")
_TOLD = re.compile(r"http://127\.0\.0\.1:(\d+)")
_STOPS_WITHIN_S = 20.0
_EXPECTED = {"WARNING:  Invalid HTTP request received.", "WARNING:  Unsupported upgrade request."}
"""All that a server may say of those who mean it ill."""


_NEW_KEY = "The records are encrypted with a new key"


class AttackedServer:
    """The app over an empty folder, on a free port of loopback.

    Attributes:
        port: where it listens.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._complaints = data_dir, data_dir / "complaints.txt"
        self.port = 0

    def __enter__(self) -> Self:
        command = [_PROGRAM, "serve", "--port", "0", "--data-dir", self._data_dir / "data"]
        with self._complaints.open("wb") as complaints:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)  # noqa: S603
        assert self._process.stdout is not None
        told = _TOLD.search(self._process.stdout.readline())
        assert told is not None, self.complaints
        self.port = int(told[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    @property
    def complaints(self) -> list[str]:
        """Return the lines that it wrote to its standard error, without what is to be expected."""
        lines = self._complaints.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line not in _EXPECTED and not line.startswith(_NEW_KEY)]

    @property
    def memory_kb(self) -> int | None:
        """Return the memory that it holds, None where the system does not tell."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return None
        return int(status.partition("VmRSS:")[2].split()[0])

    def begin(self, exercise: str = "bridge", sets: int = 1) -> str:
        """Begin a session with the simulated patient; return its id."""
        form = {"exercise": exercise, "source": "simulated", "sets": sets}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = httpx.post(f"{self.address}/sessions", content=urlencode(form), headers=kind, trust_env=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]

    def frames_of(self, slug: str) -> bytes:
        """Return the simulated patient's movement as the page gets it."""
        answer = httpx.get(f"{self.address}/simulated/{slug}.bin", trust_env=False, timeout=60)
        return answer.raise_for_status().content
