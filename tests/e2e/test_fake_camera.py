"""The films that stand in for a webcam: their pictures, their pace, and that Chromium plays them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from fake_camera import FPS, camera_of_clip, camera_of_scenario, flags_for, write_camera
from playwright.sync_api import Browser

from media import Recipe, write_video
from openlumbar.pose.simulation import LIVE_DEMO, simulate
from openlumbar.pose.video import RgbArray

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}

LOOK = """async () => {
  const video = document.createElement("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  const pixel = new OffscreenCanvas(1, 1).getContext("2d");
  const seen = [[video.videoWidth, video.videoHeight]];
  for (let frames = 0; frames < 60; frames += 1) {
    await new Promise((done) => video.requestVideoFrameCallback(done));
    pixel.drawImage(video, 0, 0, 1, 1);
    const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
    seen.push(red > Math.max(green, blue) ? "red" : green > blue ? "green" : "blue");
  }
  return seen;
}"""


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> RgbArray:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def pictures_of(film: Path) -> Iterator[RgbArray]:
    with av.open(str(film), format="mjpeg") as container:
        for picture in container.decode(video=0):
            yield picture.to_ndarray(format="rgb24")


def colours_of(film: Path) -> list[tuple[str, int]]:
    """List the colours in the middle of the pictures, and how many pictures long each stays."""
    names = []
    for rgb in pictures_of(film):
        middle = rgb[rgb.shape[0] // 2, rgb.shape[1] // 2]
        names.append("black" if middle.max() < 20 else list(COLOURS)[int(middle.argmax())])
    return [(name, len(list(run))) for name, run in groupby(names)]


def test_pictures_keep_their_pace_and_the_outer_ones_stand_still(tmp_path: Path) -> None:
    film = write_camera(
        tmp_path / "film.mjpeg", map(plain, COLOURS.values()), 10.0, still_before_s=2.0, still_after_s=1.0
    )
    assert colours_of(film) == [("red", 60 + 3), ("green", 3), ("blue", 1 + 30)]


def test_more_pictures_than_the_film_has_room_for_are_thinned_out(tmp_path: Path) -> None:
    frames = [plain(COLOURS["red"])] * 60 + [plain(COLOURS["blue"])] * 61
    assert colours_of(write_camera(tmp_path / "film.mjpeg", frames, 60.0)) == [("red", 30), ("blue", 31)]


def test_another_shape_is_fitted_in_with_black_around_it(tmp_path: Path) -> None:
    film = write_camera(tmp_path / "film.mjpeg", [plain(COLOURS["green"], (320, 120))], 30.0)
    (rgb,) = pictures_of(film)
    assert rgb.shape == (480, 640, 3)
    shown = rgb[:, :, 1] > 100
    assert shown[130:350].all()
    assert not shown[:110].any()
    assert not shown[370:].any()


def test_no_picture_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no picture"):
        write_camera(tmp_path / "film.mjpeg", [], 30.0)


def test_a_clip_keeps_the_pace_of_its_own_timestamps(tmp_path: Path) -> None:
    times_s = (0.0, 0.1, 0.2, 0.6, 1.0)
    clip = write_video(tmp_path / "clip.mp4", Recipe(times_s=times_s))
    film = camera_of_clip(tmp_path / "film.mjpeg", clip, still_before_s=1.0)
    brightness = [round(float(rgb[:240, :320, 0].mean()) / 5.0) for rgb in pictures_of(film)]
    assert [len(list(run)) for _, run in groupby(brightness)] == [30 + 3, 3, 12, 12, 1]


@pytest.mark.clips
def test_black_pictures_at_the_start_of_a_clip_are_left_out(tmp_path: Path, data_dir: Path) -> None:
    clip = data_dir / "videos" / "bridge_aminran.mp4"
    film = camera_of_clip(tmp_path / "film.mjpeg", clip, still_before_s=1.0, still_after_s=0.5)
    brightness = [float(rgb.mean()) for rgb in pictures_of(film)]
    assert brightness[0] > 20.0
    assert np.ptp(brightness[:FPS]) == 0.0


def test_a_simulated_patient_is_filmed_for_as_long_as_it_moves(tmp_path: Path) -> None:
    scenario = replace(LIVE_DEMO["cross-twist"], lead_in_s=1.0, lead_out_s=0.0)
    swing = replace(scenario.motion, repetitions=scenario.motion.repetitions[:1])  # type: ignore[type-var]
    scenario = replace(scenario, motion=swing)
    film = camera_of_scenario(tmp_path / "film.mjpeg", scenario, still_after_s=1.0, fps=10.0)
    last_s = simulate(replace(scenario, fps=10.0), seed=1).track.time_s[-1]
    assert len(list(pictures_of(film))) == round(last_s * FPS) + 1 + FPS


@pytest.mark.browser
def test_chromium_plays_the_film_over_and_over(tmp_path: Path, launch: Callable[..., Browser]) -> None:
    frames = [plain(colour) for colour in COLOURS.values() for _ in range(10)]
    film = write_camera(tmp_path / "film.mjpeg", frames, 30.0)
    page = launch(*flags_for(film)).new_page()
    page.route(
        "**/*", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>A page</title>")
    )
    page.goto("http://localhost/")
    size, *colours = page.evaluate(LOOK)
    assert size == [640, 480]
    order = [name for name, _ in groupby(colours)]
    assert set(order) == set(COLOURS)
    after = {"red": "green", "green": "blue", "blue": "red"}
    assert all(after[name] == following for name, following in pairwise(order))
