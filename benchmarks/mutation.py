"""Claim: of the small faults put into `care`, one at a time, its tests notice at least nine in ten.

mutmut writes the faults (mutants): an operator, a number, an argument, a condition or a text changed in one place of
one function. Functions under a decorator (properties, cached loaders) and what stands outside functions get none. Only
`tests/care` may notice. 40 mutants of each module are tried, or as many as `--most` says, drawn with a fixed seed;
with `--all`, or of modules that are named, every one. Survivors are listed with what was changed.
Run with `python -m benchmarks.mutation [--most N | --all] [MODULE …]`.
"""

import argparse
import ast
import contextlib
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents

from benchmarks._data import ROOT
from benchmarks._mutation_session import WORK

TARGET = 0.90
_CARE = Path("src/openlumbar/care")
_MOST, _SEED = 40, 20261130
_NOTICED = ("killed", "timeout")


def main() -> None:
    """Print the table, the survivors and one JSON line."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(copy)
        modules = options.modules or sorted(path.stem for path in (copy / _CARE).glob("*.py"))
        mutants = {module: _drawn(_mutate(copy, module), options.most) for module in modules}
        verdicts = _verdicts(copy, [name for names in mutants.values() for name in names])
        counts = {module: Counter(verdicts[name] for name in names) for module, names in mutants.items() if names}
        survivors = [name for name, verdict in verdicts.items() if verdict not in _NOTICED]
        changes = {name: _change(copy, name) for name in survivors}
    _print(counts, changes, verdicts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="modules of care/ (default: all)")
    parser.add_argument("--most", type=int, metavar="N", help=f"mutants of each module (default: {_MOST})")
    parser.add_argument("--all", action="store_true", help="every mutant")
    options = parser.parse_args()
    options.most = options.most or (sys.maxsize if options.all or options.modules else _MOST)
    return options


def _copy(copy: Path) -> None:
    """Copy what the tests of `care` read."""
    unread = shutil.ignore_patterns("_assets", "__pycache__", "test_*.py", "apps", "e2e", "fuzz")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("_assets", "__pycache__"))
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=unread)
    shutil.copytree(ROOT / "tests" / "care", copy / "tests" / "care", dirs_exist_ok=True)
    shutil.copytree(ROOT / "benchmarks", copy / "benchmarks")
    shutil.copy(ROOT / "pyproject.toml", copy)


def _mutate(copy: Path, module: str) -> list[str]:
    """Write all mutants of a module beside its functions; return their names."""
    path = copy / _CARE / f"{module}.py"
    with contextlib.chdir(copy):  # where mutmut looks for its settings
        mutated = mutate_file_contents(str(path), path.read_text("utf-8"))
    path.write_text(mutated.code, "utf-8")
    return [f"openlumbar.care.{module}.{name}" for name in mutated.mutant_names]


def _drawn(names: Sequence[str], most: int) -> list[str]:
    return sorted(random.Random(_SEED).sample(names, most)) if len(names) > most else list(names)  # noqa: S311 - nothing secret


def _verdicts(copy: Path, mutants: Sequence[str]) -> dict[str, str]:
    """Run the session of `_mutation_session` in the copy: mutant → verdict."""
    by_function: dict[str, list[str]] = {}
    for name in mutants:
        by_function.setdefault(name.rpartition("__mutmut_")[0], []).append(name)
    order = random.Random(_SEED).sample(sorted(by_function), len(by_function))  # noqa: S311 - nothing secret
    work = copy / "mutants.json"
    work.write_text(json.dumps({function: by_function[function] for function in order}), "utf-8")
    plugins = ("-p", "benchmarks._mutation_session", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=no")
    command = [sys.executable, "-m", "pytest", *plugins, "tests/care"]
    environment = os.environ | {WORK: str(work), "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}"}
    session = subprocess.run(  # noqa: S603 - every word is ours
        command, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if session.returncode:
        sys.exit(session.stdout)
    lines = work.with_suffix(".verdicts").read_text("utf-8").splitlines()
    return dict(json.loads(line) for line in lines)


def _change(copy: Path, mutant: str) -> list[str]:
    """Return the lines that a mutant takes away and puts in their place."""
    *_, module, name = mutant.split(".")
    code = (copy / _CARE / f"{module}.py").read_text("utf-8")
    original = name.rpartition("__mutmut_")[0] + "__mutmut_orig"
    found = {node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)}
    before, after = (ast.unparse(found[each].body).splitlines() for each in (original, name))
    changed = difflib.unified_diff(before, after, lineterm="", n=0)
    return [line for line in changed if not line.startswith(("---", "+++", "@@"))]


def _print(
    counts: Mapping[str, Counter[str]], changes: Mapping[str, Sequence[str]], verdicts: Mapping[str, str]
) -> None:
    for name, lines in changes.items():
        print(f"{name.removeprefix('openlumbar.care.')} ({verdicts[name]})", *lines, sep="\n    ")
    print(f"\n{'module':24} {'mutants':>8} {'noticed':>8} {'target':>8}")
    for module, count in counts.items():
        print(f"{module:24} {count.total():8d} {_share(count):8.3f} {f'≥ {TARGET}':>8}")
    whole = sum(counts.values(), Counter[str]())
    print(f"{'all':24} {whole.total():8d} {_share(whole):8.3f} {f'≥ {TARGET}':>8}")
    modules = {
        module: {"mutants": count.total(), "noticed": round(_share(count), 4)} for module, count in counts.items()
    }
    result = {"benchmark": "mutation", "mutants": whole.total(), "noticed": _share(whole), "verdicts": dict(whole)}
    print(json.dumps({**result, "modules": modules}))


def _share(count: Counter[str]) -> float:
    return sum(count[verdict] for verdict in _NOTICED) / count.total()


if __name__ == "__main__":
    main()
