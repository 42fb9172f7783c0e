"""What is prepared once by `python -m openlumbar.assets` and read from the package ever after.

The pose models come from the npm package @mediapipe/pose (Apache-2.0): BlazePose's person detector and three
landmark models. The landmark models come with a segmentation mask that nothing here reads: it is pruned, which
leaves the landmarks bit-identical and makes each frame cheaper. For the browser two of them are bundled with the
detector, beside the WebAssembly runtime of @mediapipe/tasks-vision (Apache-2.0), and the client is built.
"""

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from openlumbar._pruning import prune_outputs, replace_outputs
from openlumbar._task_bundle import assemble
from openlumbar._web_build import build_client, has_packages, install_packages, is_built
from openlumbar.errors import InputError

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]
_ASSETS = _PACKAGE / "_assets"
_MODELS = _ASSETS / "models"
_CLIENT = "web"
_COMPILED = "compiled.txt"
_COMPILED_PACKAGES = ("kinematics", "mechanics", "pose")
_WARM = _PACKAGE / "mechanics" / "warm.py"
_MASK, _PRESENCE = "Identity_2", "Identity_1"  # what the landmark models call two of their outputs
_REMEDY = "fetch it with `make run` (needs the network once)"


@dataclass(frozen=True)
class _Source:
    """A file of an npm package, under node_modules, and what it must hash to."""

    path: str
    sha256: str


@dataclass(frozen=True)
class _Product:
    """A file of ours: where it goes under the assets, what it must hash to, how sources become it."""

    path: str
    sha256: str
    sources: tuple[_Source, ...]
    make: Callable[..., bytes]


def _as_it_is(content: bytes) -> bytes:
    return content


def _without_mask(landmarks: bytes) -> bytes:
    return prune_outputs(landmarks, (_MASK,))


def _as_task(detector: bytes, landmarks: bytes) -> bytes:
    """Bundle both for the browser, whose runtime insists on five outputs: the mask's place gets another output."""
    return assemble(detector, replace_outputs(landmarks, {_MASK: _PRESENCE}))


_DETECTOR = _Source(
    "@mediapipe/pose/pose_solution_packed_assets.data",
    "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
)
_LITE = _Source(
    "@mediapipe/pose/pose_landmark_lite.tflite",
    "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
)
_FULL = _Source(
    "@mediapipe/pose/pose_landmark_full.tflite",
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
_HEAVY = _Source(
    "@mediapipe/pose/pose_landmark_heavy.tflite",
    "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
)
_LOADER = _Source(
    "@mediapipe/tasks-vision/wasm/vision_wasm_internal.js",
    "eaa94828f21fb492677a1656a1f9b2e2d5eafd1eb3e1b86d301b85d828b97e25",
)
_RUNTIME = _Source(
    "@mediapipe/tasks-vision/wasm/vision_wasm_internal.wasm",
    "e8cabbe0d685d2854ee2c82f300019af99519bf7c55aaa84ad1217e822968902",
)
"""As @mediapipe/pose 0.5.1675469404 and @mediapipe/tasks-vision 0.10.33 carry them."""

_DETECTION = _Product("models/pose_detection.tflite", _DETECTOR.sha256, (_DETECTOR,), _as_it_is)
_LANDMARKS = {
    name: _Product(f"models/pose_landmark_{name}.tflite", sha256, (source,), _without_mask)
    for name, source, sha256 in (
        ("lite", _LITE, "9ea09293280521c0ee68d63e32b78f7387d8c29e836a04e3a41f369566249a78"),
        ("full", _FULL, "242db61b62042f72e0df593256bb96ad4c1b116f7fc3b550670415d1aa7bce9d"),
        ("heavy", _HEAVY, "d2d6348358538c093be8d56fd5eabd306db76ebff61cefdc10f11c4668e5ad45"),
    )
}
_PRODUCTS = (
    _DETECTION,
    *_LANDMARKS.values(),
    _Product(
        "web/models/pose_lite.task",
        "f79b031a27a8cf739b06b9f56128db550f742f02b5540638fb72f8c08532e426",
        (_DETECTOR, _LITE),
        _as_task,
    ),
    _Product(
        "web/models/pose_full.task",
        "1f968c5d69015de69c416f757e932279897c66eebaea6c403db44d257c1c91b7",
        (_DETECTOR, _FULL),
        _as_task,
    ),
    _Product("web/wasm/vision_wasm_internal.js", _LOADER.sha256, (_LOADER,), _as_it_is),
    _Product("web/wasm/vision_wasm_internal.wasm", _RUNTIME.sha256, (_RUNTIME,), _as_it_is),
)

LANDMARK_MODELS = tuple(_LANDMARKS)
"""Names of the landmark models, fastest first."""


def read_model(name: str, folder: Path = _MODELS) -> bytes:
    """Read a model: "detection", "lite", "full" or "heavy".

    Raises:
        InputError: when the model was never fetched or is not what it should be.
    """
    model = _DETECTION if name == "detection" else _LANDMARKS[name]
    try:
        content = (folder / Path(model.path).name).read_bytes()
    except OSError:
        raise InputError(f"pose model {name!r}", "is missing", _REMEDY) from None
    if _sha256(content) != model.sha256:
        raise InputError(f"pose model {name!r}", "is damaged or of another version", _REMEDY)
    return content


def are_in_place(checkout: Path = _CHECKOUT, assets: Path = _ASSETS) -> bool:
    """Tell whether all is there: models, runtime, client and compiled code."""
    return not _missing(assets) and is_built(checkout / "web", assets / _CLIENT) and _is_compiled(assets)


def prepare(checkout: Path = _CHECKOUT, assets: Path = _ASSETS, packages: bool = False) -> Iterator[str]:
    """Fetch, make, build and compile what is missing, saying one line for each step that does something.

    With `packages` the npm packages are brought in line even if nothing is missing: tests and checks use them.

    Raises:
        InputError: when something cannot be fetched, is not what was expected, or cannot be written.
    """
    try:
        with _compiling(assets) as is_compiling:
            if is_compiling:
                yield "Compiling what every frame needs (once, beside the rest) …"
            yield from _build(checkout / "web", assets, packages)
    except OSError as error:
        place = str(error.filename or assets)
        raise InputError(place, f"cannot be written ({error.strerror})", "make room or give rights") from None
    yield "Pose models, browser client and compiled code are in place."


def _build(web: Path, assets: Path, packages: bool) -> Iterator[str]:
    """Make the products and the client that are missing."""
    missing, is_stale = _missing(assets), not is_built(web, assets / _CLIENT)
    if (packages or missing or is_stale) and not has_packages(web):
        yield "Fetching the pose models and the tools of the browser client (npm, about 150 MB) …"
        install_packages(web)
    for product in missing:
        _write_whole(assets / product.path, _made(product, web / "node_modules"))
    if missing:
        yield "Pose models are ready."
    if is_stale:
        (assets / _CLIENT).mkdir(parents=True, exist_ok=True)
        build_client(web, assets / _CLIENT)
        yield "The browser client is built."


def _missing(assets: Path) -> list[_Product]:
    return [product for product in _PRODUCTS if not _has_sha256(assets / product.path, product.sha256)]


def _made(product: _Product, modules: Path) -> bytes:
    """Check the files that npm brought and make the product of them."""
    contents = []
    for source in product.sources:
        file = modules / source.path
        content = file.read_bytes() if file.is_file() else b""
        if _sha256(content) != source.sha256:
            problem = "is not the file that was expected" if content else "is missing after npm ci"
            raise InputError(file.name, problem, "remove web/node_modules and try again")
        contents.append(content)
    made = product.make(*contents)
    if _sha256(made) != product.sha256:
        raise InputError(product.path, "was made into something unexpected", "report this as a bug")
    return made


def _is_compiled(assets: Path) -> bool:
    """Tell whether compiled code of the present sources is kept; without anything to compile it is."""
    if not _WARM.is_file():
        return True
    record = assets / _COMPILED
    return (
        record.is_file()
        and record.read_text() == _state_of_compiled()
        and any((_WARM.parent / "__pycache__").glob("*.nbi"))
    )


@contextmanager
def _compiling(assets: Path) -> Iterator[bool]:
    """Compile what is not compiled yet, in a process of its own that leaves the outcome beside the sources."""
    if _is_compiled(assets):
        yield False
        return
    state = _state_of_compiled()
    command = [sys.executable, "-m", "openlumbar.mechanics.warm"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as compiler:  # noqa: S603 - every word is ours
        yield True
        _, told = compiler.communicate()
    if compiler.returncode:
        reason = (told.strip().splitlines() or ["no reason given"])[-1][:200]
        raise InputError("openlumbar.mechanics", f"cannot be compiled ({reason})", "report this as a bug")
    _write_whole(assets / _COMPILED, state.encode())


def _state_of_compiled() -> str:
    """Describe what the compiled code was made of, and by what; the compiler goes by the sources' dates, too."""
    sources = sorted(path for package in _COMPILED_PACKAGES for path in (_PACKAGE / package).glob("*.py"))
    stats = [(path.relative_to(_PACKAGE).as_posix(), path.stat()) for path in sources]
    told = "".join(f"{name} {stat.st_size} {stat.st_mtime_ns}\n" for name, stat in stats)
    return f"Python {sys.version}\nNumba {version('numba')}\n{told}"


def _has_sha256(file: Path, expected: str) -> bool:
    return file.is_file() and _sha256(file.read_bytes()) == expected


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".part")
    partial.write_bytes(content)
    partial.replace(file)


def main(arguments: list[str] | None = None) -> int:
    """Prepare what is missing and report each step in one line; 0 when all is in place."""
    parser = argparse.ArgumentParser(prog="python -m openlumbar.assets", description=__doc__)
    parser.add_argument("--check", action="store_true", help="prepare nothing: exit 0 when all is in place, else 1")
    parser.add_argument("--packages", action="store_true", help="also keep web/node_modules for tests and checks")
    options = parser.parse_args(arguments)
    if options.check:
        return int(not are_in_place())
    try:
        for line in prepare(packages=options.packages):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
