import io
import struct
import zipfile

import numpy as np
import pytest

from npm_models import fetched, npm_model, outputs
from openlumbar._flatbuffer import field, references, referred, text, u32
from openlumbar._task_bundle import assemble, describe_input

BUFFERS, METADATA = 4, 6

pytestmark = fetched


def vector(data: bytes, table: int, number: int) -> int:
    return referred(data, field(data, table, number))


def floats(data: bytes, start: int) -> list[float]:
    return list(struct.unpack_from(f"<{u32(data, start)}f", data, start + 4))


def metadata_of(model: bytes) -> tuple[list[str], bytes]:
    """Name the entries of a model's metadata and read the last."""
    root = u32(model, 0)
    entries = references(model, vector(model, root, METADATA))
    buffer = references(model, vector(model, root, BUFFERS))[u32(model, field(model, entries[-1], 1))]
    start = vector(model, buffer, 0)
    return [text(model, vector(model, entry, 0)) for entry in entries], model[start + 4 : start + 4 + u32(model, start)]


def normalization_of(metadata: bytes) -> tuple[list[float], list[float]]:
    graph = references(metadata, vector(metadata, u32(metadata, 0), 3))[0]
    tensor = references(metadata, vector(metadata, graph, 2))[0]
    step = references(metadata, vector(metadata, tensor, 4))[0]
    assert metadata[field(metadata, step, 0)] == 1  # the kind of step whose options follow
    options = vector(metadata, step, 1)
    return floats(metadata, vector(metadata, options, 0)), floats(metadata, vector(metadata, options, 1))


@pytest.mark.parametrize(("name", "mean", "deviation"), [("lite", 0.0, 255.0), ("detection", 127.5, 127.5)])
def test_a_model_says_how_pixels_become_its_input_and_keeps_what_it_said(name, mean, deviation):
    kept, _ = metadata_of(npm_model(name))

    names, metadata = metadata_of(describe_input(npm_model(name), mean, deviation))

    assert names == [*kept, "TFLITE_METADATA"]
    assert metadata[4:8] == b"M001"
    assert normalization_of(metadata) == ([mean], [deviation])


@pytest.mark.parametrize("name", ["lite", "detection"])
def test_metadata_changes_nothing_that_a_model_computes(name):
    before, after = outputs(npm_model(name)), outputs(describe_input(npm_model(name), 0.5, 2.0))

    assert [output for output, _ in after] == [output for output, _ in before]
    for (_, found), (_, expected) in zip(after, before, strict=True):
        assert np.array_equal(found, expected)


def test_a_model_stays_aligned_for_the_machine_that_reads_it_in_place():
    model = npm_model("lite")

    described = describe_input(model, 0.0, 255.0)

    assert described.endswith(model)
    assert (len(described) - len(model)) % 16 == 0


def test_the_bundle_is_a_zip_of_both_models_that_can_be_read_in_place():
    bundle = assemble(npm_model("detection"), npm_model("lite"))

    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        entries = opened.infolist()
        assert [entry.filename for entry in entries] == ["pose_detector.tflite", "pose_landmarks_detector.tflite"]
        assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
        assert normalization_of(metadata_of(opened.read(entries[0]))[1]) == ([127.5], [127.5])
        assert normalization_of(metadata_of(opened.read(entries[1]))[1]) == ([0.0], [255.0])
