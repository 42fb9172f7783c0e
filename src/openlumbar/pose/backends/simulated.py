"""A tracker without pixels: replays a simulated patient, for the demo, the tests and the docs."""

import numpy as np
import numpy.typing as npt

from openlumbar.errors import InputError
from openlumbar.pose.backends import Pose, Remark
from openlumbar.pose.simulation import DEMO, Simulation, simulate
from openlumbar.pose.track import PoseTrack


class SimulatedTracker:
    """Answers every frame with the simulated pose nearest in time; obeys `PoseBackend`."""

    def __init__(self, exercise: str = "bridge", seed: int = 1, simulation: Simulation | None = None) -> None:
        """Replay a simulation, or the demo of an exercise.

        Raises:
            InputError: when there is no demo of that exercise.
        """
        if simulation is None:
            if exercise not in DEMO:
                raise InputError(f"exercise {exercise!r}", "has no demo", f"choose one of {', '.join(DEMO)}")
            simulation = simulate(DEMO[exercise], seed)
        self.simulation = simulation

    @property
    def track(self) -> PoseTrack:
        """The whole track at once."""
        return self.simulation.track

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Nothing is ever odd about a simulated patient's company or skeleton."""
        return ()

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> Pose | None:
        """Return the pose at a time, whatever the pixels; None outside the simulation and where it is lost."""
        del rgb
        track = self.track
        nearest = int(np.argmin(np.abs(track.time_s - time_s)))
        frame_s = float(np.median(np.diff(track.time_s)))
        if abs(track.time_s[nearest] - time_s) > frame_s or not track.has_person[nearest]:
            return None
        return Pose(track.image[nearest], track.world[nearest], track.visibility[nearest])

    def reset(self) -> None:
        """Do nothing: a replay keeps no state."""


BACKEND = SimulatedTracker
