"""A model on LiteRT: fill its input in place, run it, read its outputs without copying."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from openlumbar import assets

Tensor = npt.NDArray[np.float32]


class LoadedModel:
    """One model, its input of shape (size, size, 3) and its outputs by name."""

    def __init__(self, name: str, threads: int) -> None:
        """Load a model of `openlumbar.assets`.

        Raises:
            InputError: when the model is missing or damaged.
        """
        content = assets.read_model(name)
        with _native_messages_dropped():
            self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        (source,) = self._interpreter.get_input_details()
        self._input = self._interpreter.tensor(source["index"])
        details = self._interpreter.get_output_details()
        self._outputs = {detail["name"]: self._interpreter.tensor(detail["index"]) for detail in details}
        self.size_px = int(source["shape"][1])

    def input(self) -> Tensor:
        """View the input; let go of it before `run`, which moves tensors."""
        view: Tensor = self._input()[0]
        return view

    def run(self) -> None:
        """Compute the outputs from the input."""
        self._interpreter.invoke()

    def output(self, name: str) -> Tensor:
        """View an output; let go of it before the next `run`."""
        view: Tensor = self._outputs[name]()[0]
        return view


@contextlib.contextmanager
def _native_messages_dropped() -> Iterator[None]:
    """Keep the runtime's note about its delegate off the user's terminal; it has no switch of its own."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a file
        kept = os.dup(2)
        try:
            os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
