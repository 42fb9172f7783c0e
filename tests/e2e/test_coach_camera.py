"""The live coach with a webcam: the real model in the page sees real people and drawn ones, and counts what they do."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from coach_page import SLOWEST_MS, CoachPage
from fake_camera import SIZE, flags_for, write_camera
from live_server import LiveServer
from playwright.sync_api import Browser, Page, expect

from openlumbar.coaching.rules import load_rules
from openlumbar.mechanics import predicted_relative
from openlumbar.physique import Physique
from openlumbar.pose.simulation import LIVE_DEMO, Scenario
from openlumbar.pose.simulation.render import render_frames
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.video import RgbArray, VideoReader
from openlumbar.pose.wire import unpack_frames

pytestmark = [pytest.mark.browser, pytest.mark.alone]

WIDE = (640, 360)
BEFORE_S, AFTER_S = 9.0, 6.0
"""Stills around a film: choosing the model takes 2 s, the framing 1.5 s and the count-down 4 s."""

CHOPS_S = 15.0
"""How long the clip of the turns lasts."""

FEWEST_FPS, SETTLED, MEASURED = 12.0, 28, 12
PACES = (1.5, 1.0, 0.5, 0.25, 0.125)
"""Films are shown at the first that gives the model so many frames in a second of the film."""

_ASK_FIRST = """(() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const allowed = new Promise((resolve) => { globalThis.allowCamera = resolve; });
  navigator.mediaDevices.getUserMedia = async (wanted) => { await allowed; return ask(wanted); };
})()"""
"""The person allows the camera when the test says so."""


class Cinema:
    """Shows films to the coach, faster than life where the machine is quick enough, slower where it has to be."""

    def __init__(self, launch: Callable[..., Browser], open_page: Callable[..., Page], pace: float) -> None:
        self._launch, self._open_page, self._pace = launch, open_page, pace

    def show(self, film: Path, session_id: str) -> CoachPage:
        """Open the coach before a film, which begins once the model is loaded."""
        retime(film, self._pace)
        page = self._open_page(browser=self._launch(*flags_for(film)), pace=self._pace, permissions=["camera"])
        page.set_default_timeout(SLOWEST_MS / self._pace)
        page.add_init_script(_ASK_FIRST)
        coach = CoachPage(page)
        with page.expect_console_message(lambda message: "Graph successfully started" in message.text):
            coach.open(session_id)
        page.evaluate("allowCamera()")
        return coach


def retime(film: Path, pace: float) -> None:
    """Show every picture of a film for longer, or leave some out: Chromium plays them all at one rate."""
    pictures = re.split(rb"(?=\xff\xd8\xff)", film.read_bytes())[1:]
    with film.open("wb") as changed:
        changed.writelines(pictures[int(index * pace)] for index in range(int(len(pictures) / pace)))


@pytest.fixture(scope="module")
def pace(launch: Callable[..., Browser], server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Choose how fast films are shown by how fast the model is on this machine just now."""
    _, rgb = next(render_frames(LIVE_DEMO["bridge"], 1, SIZE))
    film = write_camera(tmp_path_factory.mktemp("still") / "still.mjpeg", [rgb], 30.0, still_after_s=5.0)
    browser = launch(*flags_for(film))
    page = browser.new_page(base_url=server.address)
    coach = CoachPage(page).open(server.begin("bridge", "L2", "camera"))
    coach.wait_for_frames(lambda messages: len(messages) > SETTLED + MEASURED)
    time_s = track_of(coach).time_s[-MEASURED:]
    browser.close()
    fps = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    return next((pace for pace in PACES if fps / pace >= FEWEST_FPS), PACES[-1])


@pytest.fixture
def cinema(launch: Callable[..., Browser], open_page: Callable[..., Page], pace: float) -> Iterator[Cinema]:
    with ExitStack() as browsers:

        def launch_until_the_end(*flags: str) -> Browser:
            browser = launch(*flags)
            browsers.callback(browser.close)
            return browser

        yield Cinema(launch_until_the_end, open_page, pace)


def track_of(coach: CoachPage) -> PoseTrack:
    return PoseTrack.concatenate([unpack_frames(message) for message in coach.messages])


def frames_of(clip: Path, start_s: float = 0.0) -> Iterator[RgbArray]:
    with VideoReader(clip, max_side_px=max(SIZE)) as reader:
        yield from (frame.rgb for frame in reader if frame.time_s >= start_s)


def said_offline(coach: CoachPage, folder: Path, exercise: str, level: str) -> list[dict[str, Any]]:
    """Let the command line judge the very frames that a page sent; return the repetitions it finds."""
    track_of(coach).save(folder / "sent.pose.npz")
    program = Path(sys.executable).with_name("openlumbar")
    command = [program, "analyze", "sent.pose.npz", "--exercise", exercise, "--level", level, "--json"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603
    return list(json.loads(answer.stdout)["repetitions"])


@pytest.mark.clips
def test_real_bridges_are_counted(cinema: Cinema, server: LiveServer, tmp_path: Path, data_dir: Path) -> None:
    clip = data_dir / "videos" / "bridge_aminran.mp4"
    film = write_camera(tmp_path / "film.mjpeg", frames_of(clip, start_s=0.3), 59.94, BEFORE_S, AFTER_S, WIDE)
    coach = cinema.show(film, server.begin("bridge", "L2", "camera"))
    coach.wait_until_s(BEFORE_S + 8.0)
    assert coach.counts == ["0", "1", "2"]
    assert coach.shown[-1].numeral == "2"
    assert "Hold a little longer." in {one.correction for one in coach.shown}
    coach.end_after_stop()
    expect(coach.page.locator("ol.repetitions > li")).to_have_count(2)


@pytest.mark.clips
def test_real_sit_ups_are_counted_where_they_are_allowed(
    cinema: Cinema, server: LiveServer, tmp_path: Path, data_dir: Path
) -> None:
    """A clinician opened this level: at all others a full sit-up is one to stop at, as the next test sees."""
    clip = data_dir / "videos" / "situp_joelo.mp4"
    at_rest = islice(frames_of(clip, start_s=7.9), 1)  # the clip itself begins with a fade, in the middle of a lift
    pictures = chain(at_rest, frames_of(clip, start_s=0.95))
    film = write_camera(tmp_path / "film.mjpeg", pictures, 25.025, BEFORE_S, AFTER_S)
    limit = load_rules().load_room * predicted_relative("sit-up", "L4", Physique())
    coach = cinema.show(film, server.begin("sit-up", "L4", "camera", load_limit=limit))
    coach.wait_for_result()
    assert coach.counts == [str(count) for count in range(10)]
    expect(coach.page.locator("ol.repetitions > li")).to_have_count(10)


@pytest.mark.clips
def test_real_turns_are_judged_as_the_command_line_judges_them(
    cinema: Cinema, server: LiveServer, tmp_path: Path, data_dir: Path
) -> None:
    clip = data_dir / "videos" / "sidechop_beprojects.mp4"
    pictures = chain(frames_of(clip), islice(frames_of(clip), 1))  # ends as it began: facing the camera
    film = write_camera(tmp_path / "film.mjpeg", pictures, 23.976, BEFORE_S, AFTER_S, WIDE)
    coach = cinema.show(film, server.begin("cross-twist", "L2", "camera"))
    coach.wait_until_s(BEFORE_S + CHOPS_S)
    coach.end_after_stop()
    shown = coach.shown[-1]
    live = server.happened(coach.session_id, "repetition")
    # what came before "go" is not counted live
    offline = said_offline(coach, tmp_path, "cross-twist", "L2")[-len(live) :]
    assert [judgement(one) for one in live] == [judgement(one) for one in offline]
    counted = [one["side"] for one in live if one["counted"]]
    assert [shown.left, shown.right] == [str(counted.count(side)) for side in ("left", "right")]
    # how long it takes to stop depends on the machine; the cut back to the first picture looks like one more turn,
    # and at the few frames a second that some machines manage a wind-up may count
    ends_s = track_of(coach).time_s[0] + BEFORE_S + CHOPS_S
    in_clip = [one["side"] for one in live if one["peak_s"] < ends_s]
    assert in_clip.count("left") == pytest.approx(7, abs=2)
    assert in_clip.count("right") == pytest.approx(6, abs=2)


def judgement(repetition: dict[str, Any]) -> tuple[object, ...]:
    yaw_deg, peak_s = round(repetition["trunk_yaw_deg"], 1), round(repetition["peak_s"], 3)
    return (repetition["side"], repetition["counted"], repetition["faults"], yaw_deg, peak_s)


REPETITIONS = {"bridge": (0, 2), "sit-up": (2, 3), "cross-twist": (0, 1)}
"""Those of the demo for the coach that are well done, as many as prove the point."""


def short(exercise: str) -> Scenario:
    """Let the demo's patient do a few repetitions and nothing to stop at."""
    scenario = LIVE_DEMO[exercise]
    repetitions = tuple(replace(scenario.motion.repetitions[index], rest_s=1.5) for index in REPETITIONS[exercise])
    return replace(scenario, motion=replace(scenario.motion, repetitions=repetitions), lead_in_s=1.0, lead_out_s=0.5)


@pytest.mark.parametrize(("exercise", "level"), [("bridge", "L1"), ("sit-up", "L3"), ("cross-twist", "L1")])
def test_a_drawn_patient_is_counted(
    cinema: Cinema, server: LiveServer, tmp_path: Path, exercise: str, level: str
) -> None:
    scenario = short(exercise)
    pictures = (rgb for _, rgb in render_frames(scenario, 1, SIZE, 15.0))
    film = write_camera(tmp_path / "film.mjpeg", pictures, 15.0, BEFORE_S, AFTER_S)
    coach = cinema.show(film, server.begin(exercise, level, "camera"))
    coach.wait_until_s(BEFORE_S + scenario.duration_s)
    assert coach.counts == [str(count) for count in range(len(REPETITIONS[exercise]) + 1)]
    assert {one.halt for one in coach.shown} == {""}
