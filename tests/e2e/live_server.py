"""The app as a process of its own, as a person starts it; it can be killed, and started again on the same port."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import httpx

from openlumbar.cards import Language
from openlumbar.records.store import SessionSource, Store

_DATABASE = "openlumbar.sqlite3"
_PROGRAM = Path(sys.executable).with_name("openlumbar")
_TOLD = "OpenLumbar is at http://127.0.0.1:"
_NEW_KEY = "The records are encrypted with a new key"
_STOPS_WITHIN_S = 30.0


class LiveServer:
    """`openlumbar serve` over a folder of data, on a free port that it keeps when it is started again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._complaints = data_dir / "complaints.txt"
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def complaints(self) -> str:
        """Return what it wrote besides its address, and besides where the key of new records lies."""
        lines = self._complaints.read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(_NEW_KEY))

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [_PROGRAM, "serve", "--port", str(self._port), "--data-dir", self.data_dir]
        with self._complaints.open("ab") as complaints:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)  # noqa: S603
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        assert told.startswith(_TOLD), told + self.complaints
        self._port = int(told.removeprefix(_TOLD).split()[0])

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.communicate(timeout=_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def begin(
        self,
        exercise: str,
        level: str,
        source: SessionSource = "simulated",
        sets: int = 1,
        language: Language = "en",
        load_limit: float = 4.0,
    ) -> str:
        """Put a session into the record, as the form does, also one that the form would not allow; return its id."""
        store = Store.open(self.data_dir / _DATABASE)
        plan = {"sets": sets, "pain_before": {"back": 0, "leg": 0}, "load_limit": load_limit}
        row = store.create(exercise=exercise, level=level, source=source, language=language, plan=plan)
        store.close()
        return row.id

    def session(self, session_id: str) -> dict[str, Any]:
        """Return a session as the app exports it."""
        answer = httpx.get(f"{self.address}/sessions/{session_id}/export.json", trust_env=False)
        return dict(answer.raise_for_status().json()["sessions"][0])

    def happened(self, session_id: str, kind: str) -> list[dict[str, Any]]:
        """Return what the record holds of one kind of event, each with its time."""
        events = self.session(session_id)["events"]
        return [{"time_s": event["time_s"], **event["data"]} for event in events if event["kind"] == kind]
