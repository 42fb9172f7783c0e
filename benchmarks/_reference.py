"""MediaPipe's own pose task as the peer: a child process in its own environment, fed frame by frame.

Run as a script (by `.venv-parity`'s Python) this file is the child; imported, it starts that child. Frames go
to its stdin, landmarks come back on its stdout: both trackers see the same pixels.
"""

import io
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

_ROOT = Path(__file__).parents[1]
_PYTHON = _ROOT / ".venv-parity" / "bin" / "python"
_PACKAGE = _ROOT / "web" / "node_modules" / "@mediapipe" / "pose"
_HEADER = struct.Struct("<qii")  # milliseconds, height, width
_VALUES = 33 * 6  # x, y in pixels, x, y, z in metres, visibility
_ANSWER = struct.Struct(f"<qq{_VALUES}f")  # CPU and wall nanoseconds, then the landmarks or NaN


class ReferencePose(NamedTuple):
    """What MediaPipe said of a frame: `image` (33, 2) px, `world` (33, 3) m, `visibility` (33,), or NaN."""

    image: npt.NDArray[np.float32]
    world: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    cpu_ms: float
    wall_ms: float


class Reference:
    """MediaPipe's PoseLandmarker in VIDEO mode, in a child process."""

    def __init__(self, model: str) -> None:
        """Start the child for the model "lite", "full" or "heavy"."""
        if not _PYTHON.is_file():
            raise SystemExit("The reference tracker is not set up; run `make .stamps/parity` first.")
        command = [str(_PYTHON), str(Path(__file__)), model]
        self._child = subprocess.Popen(  # noqa: S603 - every word of the command is ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> ReferencePose:
        """Ask the child for the pose in a frame (height, width, 3)."""
        to_child, from_child = self._child.stdin, self._child.stdout
        if to_child is None or from_child is None:
            raise SystemExit("The reference tracker has no pipes.")
        try:
            to_child.write(_HEADER.pack(round(1000 * time_s), *rgb.shape[:2]))
            to_child.write(np.ascontiguousarray(rgb).data)
            to_child.flush()
            cpu_ns, wall_ns, *values = _ANSWER.unpack(from_child.read(_ANSWER.size))
        except (BrokenPipeError, struct.error):
            remedy = "Debian's libegl1, libgles2 and libgl1 must be installed"
            raise SystemExit(f"The reference tracker died; {remedy}.") from None
        rows = np.array(values, np.float32).reshape(33, 6)
        return ReferencePose(rows[:, :2], rows[:, 2:5], rows[:, 5], cpu_ns / 1e6, wall_ns / 1e6)

    def close(self) -> None:
        """End the child."""
        self._child.__exit__(None, None, None)  # closes both pipes, which ends it, and waits


def _serve(model: str) -> None:
    """Answer frames until the input ends."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "pose.task")
        bundle.write_bytes(_bundle(model))
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)), running_mode=vision.RunningMode.VIDEO
        )
        landmarker = vision.PoseLandmarker.create_from_options(options)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while header := source.read(_HEADER.size):
        time_ms, height, width = _HEADER.unpack(header)
        pixels = np.frombuffer(source.read(height * width * 3), np.uint8).reshape(height, width, 3)
        picture = Image(image_format=ImageFormat.SRGB, data=pixels)
        wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
        found = landmarker.detect_for_video(picture, time_ms)
        cpu_ns, wall_ns = time.process_time_ns() - cpu_ns, time.perf_counter_ns() - wall_ns
        sink.write(_ANSWER.pack(cpu_ns, wall_ns, *_rows(found, width, height)))
        sink.flush()


def _rows(found: Any, width: int, height: int) -> list[float]:
    if not found.pose_landmarks:
        return [float("nan")] * _VALUES
    pairs = zip(found.pose_landmarks[0], found.pose_world_landmarks[0], strict=True)
    rows = [(p.x * width, p.y * height, w.x, w.y, w.z, p.visibility) for p, w in pairs]
    return [value for row in rows for value in row]


def _bundle(model: str) -> bytes:
    """Assemble the .task file the landmarker wants from the files of the npm package."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        detector = (_PACKAGE / "pose_solution_packed_assets.data").read_bytes()
        landmarks = (_PACKAGE / f"pose_landmark_{model}.tflite").read_bytes()
        bundle.writestr("pose_detector.tflite", _with_range(detector, mean=127.5, std=127.5))
        bundle.writestr("pose_landmarks_detector.tflite", _with_range(landmarks, mean=0.0, std=255.0))
    return file.getvalue()


def _with_range(model: bytes, mean: float, std: float) -> bytes:
    """Prepend metadata that says how pixels become the model's input; the npm files come without it.

    A new root table goes before the file and points into it: a flatbuffer's references are relative and may
    point any way forward, and the builder counts from its end, so place p of the old file is offset -p.
    """
    import flatbuffers

    old = _OldRoot(model)
    builder = flatbuffers.Builder(0)
    payload = builder.CreateByteVector(_metadata(mean, std))
    name = builder.CreateString("TFLITE_METADATA")
    buffer = _table(builder, {0: payload})
    entry = _table(builder, {0: name}, {1: len(old.references(_BUFFERS))})
    changed = {
        number: _vector(builder, [*(-at for at in old.references(number)), added])
        for number, added in ((_BUFFERS, buffer), (_METADATA, entry))
    }
    kept = {number: -at for number in _VECTORS if (at := old.vector(number))}
    root = _table(builder, {**kept, **changed}, {_VERSION: 3})
    builder.minalign = 16  # what the old file's weights are aligned to
    builder.Finish(root, b"TFL3")
    return bytes(builder.Output()) + model


_VERSION, _BUFFERS, _METADATA = 0, 4, 6
_VECTORS = (1, 2, 3, 4, 5, 6, 7)  # every other field of the model's root table


class _OldRoot:
    """The root table of a model file."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._root = self._u32(0)

    def vector(self, number: int) -> int:
        """Find where a field's vector lies; 0 when the field is absent."""
        layout = self._root - struct.unpack_from("<i", self._model, self._root)[0]
        size, slot = struct.unpack_from("<H", self._model, layout)[0], 4 + 2 * number
        step = struct.unpack_from("<H", self._model, layout + slot)[0] if slot < size else 0
        return self._root + step + self._u32(self._root + step) if step else 0

    def references(self, number: int) -> list[int]:
        """List where the elements of a field's vector lie."""
        start = self.vector(number)
        places = range(start + 4, start + 4 + 4 * self._u32(start), 4) if start else ()
        return [at + self._u32(at) for at in places]

    def _u32(self, at: int) -> int:
        return int(struct.unpack_from("<I", self._model, at)[0])


def _metadata(mean: float, std: float) -> bytes:
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    normalization = schema.NormalizationOptionsT()
    normalization.mean, normalization.std = [mean], [std]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, normalization
    tensor = schema.TensorMetadataT()
    tensor.processUnits = [unit]
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    root = schema.ModelMetadataT()
    root.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), b"M001")
    return bytes(builder.Output())


def _table(builder: Any, references: dict[int, int], numbers: dict[int, int] | None = None) -> int:
    builder.StartObject(8)
    for slot, offset in references.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    for slot, number in (numbers or {}).items():
        builder.PrependUint32Slot(slot, number, 0)
    return int(builder.EndObject())


def _vector(builder: Any, offsets: list[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


if __name__ == "__main__":
    _serve(sys.argv[1])
