"""What a person sees while waiting, and how they stop a camera."""

import signal
from types import FrameType, TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class ProgressBar:
    """A bar with the time left on stderr, gone when done; on a stderr that is no terminal there is none."""

    def __init__(self, what: str = "frame") -> None:
        """Prepare the bar, which counts frames or what it is told; it shows with the first of them."""
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn(what),
            MofNCompleteColumn(),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(what, total=None, start=True)
        self._is_shown = False

    def __enter__(self) -> Self:
        """Return the bar."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._progress.stop()

    def __call__(self, done: int, expected: int | None) -> None:
        """Show how far it is: how many are done of those expected, None when unknown."""
        if not self._is_shown:
            self._is_shown = True
            self._progress.start()
        self._progress.update(self._task, completed=done, total=None if expected is None else max(done, expected))


class StopOnInterrupt:
    """While open, a first Ctrl-C asks to stop and judge what there is; a second one breaks off."""

    def __init__(self, *, wanted: bool) -> None:
        """Watch for Ctrl-C only when it is wanted: a file is broken off at once."""
        self._wanted, self._asked = wanted, False

    def __enter__(self) -> Self:
        """Begin to watch."""
        if self._wanted:
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End watching."""
        if self._wanted:
            signal.signal(signal.SIGINT, self._before)

    def is_asked(self) -> bool:
        """Tell whether to stop."""
        return self._asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
