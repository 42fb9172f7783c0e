"""A phone camera that looks at the simulated body."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from openlumbar.pose.simulation.geometry import Array, unit

View = Literal["side", "front"]
NearSide = Literal["left", "right"]

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Camera:
    """Where the phone stands and how it sees.

    Attributes:
        view: seen from the side or from the front of the person standing or lying at the room's origin.
        near_side: the person's side towards the camera in a side view.
        azimuth_deg: how far the phone stands off the nominal view.
        distance_m: from the middle of the body; with `fits` it backs away until the body is in the frame.
        height_m: above the floor.
        roll_deg: tilt of the phone, positive turns the picture's content counter-clockwise.
        field_of_view_deg: along the frame's long side.
        frame_size: width and height, pixels.
        aim: where it looks, from the middle of the body, as a share of the body's extent (0, 0 the middle):
            along the body (side view: towards the head) and up.
        fits: whether the user took care that the body is in the frame.
    """

    view: View = "side"
    near_side: NearSide = "right"
    azimuth_deg: float = 0.0
    distance_m: float = 2.6
    height_m: float = 0.6
    roll_deg: float = 0.0
    field_of_view_deg: float = 65.0
    frame_size: tuple[int, int] = (1280, 720)
    aim: tuple[float, float] = (0.0, 0.0)
    fits: bool = True


@dataclass(frozen=True, eq=False)
class Lens:
    """A camera put up: rows of `axes` are right, down and away in the room."""

    place_m: Array
    axes: Array
    focal_px: float
    frame_size: tuple[int, int]

    def see(self, points: Array) -> Array:
        """Take points (…, 3) in the room to camera coordinates right, down, away from the lens, metres."""
        return np.asarray((points - self.place_m) @ self.axes.T)

    def project(self, seen: Array) -> Array:
        """Take camera coordinates (…, 3) to pixels (…, 2), origin top left."""
        depth_m = np.maximum(seen[..., 2:], 0.05)
        return np.asarray(np.array(self.frame_size) / 2.0 + self.focal_px * seen[..., :2] / depth_m)


def put_up(camera: Camera, points: Array) -> Lens:
    """Place the camera for a body whose landmarks (T, 33, 3) it is to film."""
    cloud = points.reshape(-1, 3).T
    low, high = (np.array([edge(axis) for axis in cloud]) for edge in (np.min, np.max))
    towards = _towards(camera)
    lens = _lens(camera, low, high, towards)
    if not camera.fits:
        return lens
    sample = points[:: max(1, len(points) // 60)]
    for _ in range(30):
        if _inside(lens, sample):
            break
        camera = replace(camera, distance_m=camera.distance_m * 1.06)
        lens = _lens(camera, low, high, towards)
    return lens


def _towards(camera: Camera) -> Array:
    """Direction on the floor from the body to the camera."""
    nominal_deg = 0.0 if camera.view == "front" else {"left": 90.0, "right": -90.0}[camera.near_side]
    angle = np.radians(nominal_deg + camera.azimuth_deg)
    return np.array([np.cos(angle), np.sin(angle), 0.0])


def _lens(camera: Camera, low: Array, high: Array, towards: Array) -> Lens:
    extent, middle = high - low, (low + high) / 2.0
    aim = middle + np.array([-camera.aim[0] * extent[0], 0.0, camera.aim[1] * extent[2]])
    place = middle + camera.distance_m * towards
    place[2] = camera.height_m
    away = unit(aim - place)
    right = unit(np.cross(away, _UP))
    down = np.cross(away, right)
    roll = np.radians(camera.roll_deg)
    axes = np.stack([np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right, away])
    focal_px = max(camera.frame_size) / 2.0 / np.tan(np.radians(camera.field_of_view_deg) / 2.0)
    return Lens(place, axes, float(focal_px), camera.frame_size)


def _inside(lens: Lens, points: Array) -> bool:
    seen = lens.see(points)
    pixels, size = lens.project(seen), np.array(lens.frame_size)
    margin = 0.025 * size.max()
    near = seen[:, :, 2].min() > 0.4
    return bool(near and (pixels > margin).all() and (pixels < size - margin).all())
