import hashlib
import subprocess

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from openlumbar import assets
from openlumbar._pruning import prune_outputs
from openlumbar.errors import InputError

PACKAGE = assets._CHECKOUT / "web" / assets._PACKAGE
SEGMENTATION = "Identity_2"

fetched = pytest.mark.skipif(not PACKAGE.is_dir(), reason="the npm package is not installed: make run fetches it")


def outputs(model: bytes, pixels: np.ndarray) -> dict[str, np.ndarray]:
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    return {d["name"]: interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()}


@fetched
@pytest.mark.parametrize("name", assets.LANDMARK_MODELS)
def test_pruning_leaves_every_other_output_bit_identical(name):
    original = (PACKAGE / f"pose_landmark_{name}.tflite").read_bytes()
    pixels = np.random.default_rng(7).random((1, 256, 256, 3), dtype=np.float32)

    before, after = outputs(original, pixels), outputs(assets.read_model(name), pixels)

    assert set(before) - set(after) == {SEGMENTATION}
    for output, values in after.items():
        assert np.array_equal(values, before[output]), output


@fetched
def test_pruning_refuses_an_output_that_is_not_there():
    with pytest.raises(ValueError, match="no output named 'Mask'"):
        prune_outputs((PACKAGE / "pose_landmark_lite.tflite").read_bytes(), ["Mask"])


def test_a_missing_model_is_one_line_with_the_remedy(tmp_path):
    with pytest.raises(InputError, match=r"pose model 'full': is missing; .*make run"):
        assets.read_model("full", tmp_path)


def test_a_damaged_model_is_refused(tmp_path):
    (tmp_path / "pose_landmark_lite.tflite").write_bytes(b"TFL3")

    with pytest.raises(InputError, match="damaged"):
        assets.read_model("lite", tmp_path)


@fetched
def test_models_are_written_once_and_listed_with_their_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "_install_npm_packages", lambda _web: pytest.fail("nothing is missing"))

    first = list(assets.prepare(folder=tmp_path / "models"))
    second = list(assets.prepare(folder=tmp_path / "models"))

    assert first == ["Pose models are ready (detection, lite, full, heavy)."]
    assert second == ["Pose models are in place (detection, lite, full, heavy)."]
    for line in (tmp_path / "models" / "SHA256SUMS").read_text().splitlines():
        digest, file = line.split("  ")
        assert hashlib.sha256((tmp_path / "models" / file).read_bytes()).hexdigest() == digest


@fetched
def test_a_model_that_was_tampered_with_is_written_anew(tmp_path):
    list(assets.prepare(folder=tmp_path))
    (tmp_path / "pose_landmark_lite.tflite").write_bytes(b"no model")

    assert list(assets.prepare(folder=tmp_path)) == ["Pose models are ready (lite)."]
    assert assets.read_model("lite", tmp_path)


def test_another_package_than_the_expected_one_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "web" / assets._PACKAGE
    package.mkdir(parents=True)
    (package / "pose_solution_packed_assets.data").write_bytes(b"something else")
    monkeypatch.setattr(assets, "_install_npm_packages", lambda _web: None)

    with pytest.raises(InputError, match="is not the file that was expected; remove web/node_modules"):
        list(assets.prepare(tmp_path, tmp_path / "models"))


def test_a_failing_npm_is_one_line_with_its_reason(tmp_path, monkeypatch, capsys):
    stderr = "npm warn old\nnpm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error request failed\n"
    failed = subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_options: failed)
    steps = assets.prepare(tmp_path, tmp_path / "models")
    monkeypatch.setattr(assets, "prepare", lambda: steps)

    assert assets.main() == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "npm ci: failed (request failed); check the network" in told


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "models").write_text("a file in the way")
    monkeypatch.setattr(assets, "_install_npm_packages", lambda _web: None)

    with pytest.raises(InputError, match="models: cannot be written"):
        list(assets.prepare(tmp_path, tmp_path / "models"))
