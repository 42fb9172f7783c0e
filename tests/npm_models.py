"""The pose models as npm brings them, and what a model makes of some pixels."""

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert.interpreter import Interpreter

from openlumbar import assets

MODULES = assets._CHECKOUT / "web" / "node_modules"
PACKAGE = MODULES / "@mediapipe" / "pose"

fetched = pytest.mark.skipif(not PACKAGE.is_dir(), reason="the npm packages are not installed: make test fetches them")


def npm_model(name: str) -> bytes:
    file = "pose_solution_packed_assets.data" if name == "detection" else f"pose_landmark_{name}.tflite"
    return (PACKAGE / file).read_bytes()


def outputs(model: bytes) -> list[tuple[str, npt.NDArray[np.float32]]]:
    """Run a model on noise; the name and the values of each output, in the model's order."""
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    wanted = interpreter.get_input_details()[0]
    pixels = np.random.default_rng(7).random(wanted["shape"], dtype=np.float32)
    interpreter.set_tensor(wanted["index"], pixels)
    interpreter.invoke()
    return [(one["name"], interpreter.get_tensor(one["index"])) for one in interpreter.get_output_details()]
