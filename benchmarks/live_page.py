"""Claims: a page is interactive within 2 s of a warm server, and the coach never blocks the main thread for 50 ms.

A page is interactive when it has painted, its scripts have run, and no task of more than 50 ms that began before or
within a second after is still under way. Every visit has an empty cache; medians of five. While the coach leads the
simulated patient, and while the pose model in the page's worker watches a drawn patient on a fake camera, the main
thread is traced for 20 s from the count-down on. A task counts as blocking by the time that the thread computed; the
time on the wall stands beside it, which other programs on the machine lengthen. No peer does the same job in a page.
Run with `python -m benchmarks.live_page`.
"""

import json
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as NotInTime
from tests.e2e.fake_camera import camera_of_scenario, flags_for

from benchmarks._live_browser import Work, browser_path, browsing, watch_work
from benchmarks._live_server import Server, app_command, serving
from openlumbar.pose.simulation.demo import LIVE_DEMO

TARGET_MS, TARGET_BLOCKED = 2000.0, 0
VISITS, WATCHED_S = 5, 20.0
EXERCISE = "bridge"

_BEGUN_WITHIN_MS = 60_000
_QUIET_MS = 1000
_DRAWN_FPS = 10.0
_NOTE_TASKS = """
globalThis.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.startTime + task.duration)))
  .observe({ type: "longtask", buffered: true });
"""
_INTERACTIVE_MS = """(quietMs) => {
  const [visit] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const ready = Math.max(visit.domContentLoadedEventEnd, paint.startTime);
  return Math.max(ready, ...tasks.filter((endMs) => endMs < ready + quietMs));
}"""


@dataclass(frozen=True)
class Watched:
    """What the main thread did, and from which stage of the session to which."""

    work: Work
    stages: str


def main() -> None:
    """Print the tables and one JSON line."""
    path = browser_path()
    if path is None:
        print("live_page: skipped, there is no Chromium or Chrome on this machine")
        print(json.dumps({"benchmark": "live_page", "skipped": True}))
        return
    with tempfile.TemporaryDirectory() as folder, serving(app_command(Path(folder, "data"))) as app:
        with browsing(path) as browser:
            _settle(app, browser)
            pages_ms = _time_pages(app, browser)
            coaches = {"simulated patient": _watch_coach(app, browser, "simulated")}
        film = camera_of_scenario(Path(folder, "patient.mjpeg"), LIVE_DEMO[EXERCISE], fps=_DRAWN_FPS)
        with browsing(path, flags_for(film)) as browser:
            coaches["model on a camera"] = _watch_coach(app, browser, "camera")
    _print(pages_ms, coaches)
    result = {
        "interactive_ms": max(pages_ms.values()),
        "blocked": sum(seen.work.blocked for seen in coaches.values()),
        "longest_ms": max(seen.work.longest_ms for seen in coaches.values()),
    }
    details = {"pages_ms": pages_ms, "coaches": {name: asdict(seen) for name, seen in coaches.items()}}
    print(json.dumps({"benchmark": "live_page", **result, **details}))


def _settle(app: Server, browser: Browser) -> None:
    """Answer what the gate asks about a person, so that the pages are those of who may begin a set."""
    day = date.today()
    answers: dict[str, str | float | bool] = {
        "born": f"{day.year - 40}-01-01",
        "onset": (day - timedelta(days=200)).isoformat(),
        "diagnosed": "yes",
        "cancer_signs": "no",
        "stable_weakness": "no",
        "conditions": "none",
    }
    with browser.new_context(base_url=app.address) as context:
        context.request.post("/profile", form=answers)


def _time_pages(app: Server, browser: Browser) -> dict[str, float]:
    """Return after how many milliseconds pages are interactive, medians of visits; one visit warms the server."""
    times_ms: dict[str, list[float]] = {"/": [], f"/start/{EXERCISE}": [], "/coach": []}
    for _ in range(1 + VISITS):
        for path, found_ms in times_ms.items():
            with browser.new_context(base_url=app.address, locale="en-GB") as context:
                page = context.new_page()
                page.add_init_script(_NOTE_TASKS)
                page.goto(_begin(page, "simulated") if path == "/coach" else path)
                page.wait_for_timeout(2 * _QUIET_MS)
                found_ms.append(page.evaluate(_INTERACTIVE_MS, _QUIET_MS))
    return {path: statistics.median(found_ms[1:]) for path, found_ms in times_ms.items()}


def _begin(page: Page, source: str) -> str:
    """Begin a session as the form does; return the path of its coach."""
    form: dict[str, str | float | bool] = {"exercise": EXERCISE, "source": source}
    answers = {"none_of_these": "yes", "pain_back": "1", "pain_leg": "0"} if source == "camera" else {}
    answer = page.request.post("/sessions", form={**form, **answers}, max_redirects=0)
    if answer.status != 303:
        raise RuntimeError(f"POST /sessions: {answer.status}")
    return answer.headers["location"]


def _watch_coach(app: Server, browser: Browser, source: str) -> Watched:
    """Trace the coach's page from the count-down on; from where it is, should it not get there."""
    with browser.new_context(base_url=app.address, locale="en-GB", permissions=["camera"]) as context:
        page = context.new_page()
        page.goto(_begin(page, source))
        main = page.locator("#main")
        with suppress(NotInTime):
            page.wait_for_selector("#main[data-stage=ready], #main[data-stage=exercise]", timeout=_BEGUN_WITHIN_MS)
        begun = main.get_attribute("data-stage")
        work = watch_work(browser, page, WATCHED_S)
        return Watched(work, f"{begun} → {main.get_attribute('data-stage')}")


def _print(pages_ms: Mapping[str, float], coaches: Mapping[str, Watched]) -> None:
    print(f"{f'interactive, median of {VISITS} visits':32} {'ms':>7} {'target':>7}")
    for path, found_ms in pages_ms.items():
        print(f"{path:32} {found_ms:7.0f} {f'≤ {TARGET_MS:.0f}':>7}")
    heads = (
        f"{'> 50 ms':>7} {'target':>7} {'longest ms':>11} {'busy':>5} {'> 50 ms on the wall':>20} {'longest ms':>11}"
    )
    print(f"\n{f'main thread, {WATCHED_S:.0f} s of coaching':32} {heads}  stages")
    for name, seen in coaches.items():
        work = seen.work
        computed = f"{work.blocked:7} {f'≤ {TARGET_BLOCKED}':>7} {work.longest_ms:11.1f} {work.busy:5.0%}"
        print(f"{name:32} {computed} {work.waited:20} {work.longest_wall_ms:11.1f}  {seen.stages}")


if __name__ == "__main__":
    main()
