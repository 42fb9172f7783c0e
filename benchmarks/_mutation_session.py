"""A pytest plugin that tries the collected tests on every mutant, each in a fork of the one session.

The sources hold all mutants beside the original (see `benchmarks.mutation`); which one runs is said by name. First
every test runs once and it is noted which functions it reaches. Then each mutant gets a fork of this process, in which
the tests that reach it run, the fastest first, until one fails: nothing is imported or collected again.
"""

import functools
import gc
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

WORK = "OPENLUMBAR_MUTANTS"
"""The variable that names a JSON file: mutants by function. The verdicts go beside it, with the ending `.verdicts`."""

_PATIENCE, _LEAST_S = 10.0, 5.0
"""A mutant that takes this many times the tests' own time, and this many seconds, has been noticed."""
_EVERY = 200
"""So many mutants are tried between two lines that tell how far it is."""

settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutation")  # the same examples every time, and none made smaller: that one fails is enough


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try every mutant instead of running the tests once."""
    if session.testsfailed:
        raise session.Interrupted("a test cannot be collected")
    path = Path(os.environ[WORK])
    mutants: dict[str, list[str]] = json.loads(path.read_text("utf-8"))
    reaching, caches = _tests_by_function(session.items), _caches()
    gc.freeze()
    tried, total = 0, sum(map(len, mutants.values()))
    with path.with_suffix(".verdicts").open("w", encoding="utf-8") as verdicts:
        for function, names in mutants.items():
            for name in names:
                verdict = _verdict(name, sorted(reaching[function], key=lambda pair: pair[0]), caches)
                verdicts.write(json.dumps([name, verdict]) + "\n")
                verdicts.flush()
                tried += 1
                if tried % _EVERY == 0 or tried == total:
                    sys.__stderr__.write(f"{tried} of {total} mutants tried\n")  # type: ignore[union-attr]
    return True


_Timed = tuple[float, pytest.Item]


def _tests_by_function(items: Sequence[pytest.Item]) -> dict[str, list[_Timed]]:
    """Run every test once: function → seconds and test, for every test that reaches it with nothing remembered."""
    found: dict[str, list[_Timed]] = defaultdict(list)
    caches = _caches()
    set_mutant_under_test("stats")
    for item, following in zip(items, [*items[1:], None], strict=True):
        _forget(caches)
        state()._stats.clear()
        start_s = time.perf_counter()
        reports = runtestprotocol(item, log=False, nextitem=following)
        if failed := [report for report in reports if report.failed]:
            raise pytest.UsageError(f"{item.nodeid} fails without any mutant:\n{failed[0].longreprtext}")
        for function in state()._stats:
            found[function].append((time.perf_counter() - start_s, item))
    set_mutant_under_test("")
    return found


def _verdict(mutant: str, tests: list[_Timed], caches: Iterable["functools._lru_cache_wrapper[object]"]) -> str:
    """Tell what became of a mutant: killed, timeout, survived, or untested."""
    if not tests:
        return "untested"
    limit_s = int(_LEAST_S + _PATIENCE * sum(seconds for seconds, _ in tests))
    pid = os.fork()
    if pid == 0:
        signal.alarm(_WALL * limit_s)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
        os._exit(_try(mutant, [test for _, test in tests], caches))
    _, status = os.waitpid(pid, 0)
    return {0: "survived", 1: "killed"}.get(os.waitstatus_to_exitcode(status), "timeout")


_WALL = 20
"""A fork may wait this many times as long as it may compute: others use the machine, too."""


def _try(mutant: str, tests: Sequence[pytest.Item], caches: Iterable["functools._lru_cache_wrapper[object]"]) -> int:
    """Run the tests until one fails: 1, or 0 when none does."""
    set_mutant_under_test(mutant)
    _forget(caches)
    try:
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            if any(report.failed for report in runtestprotocol(test, log=False, nextitem=following)):
                return 1
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it has been noticed
        return 1
    return 0


def _caches() -> list["functools._lru_cache_wrapper[object]"]:
    """Find everything in `care` that remembers results, which would hide a mutant; no layer below knows of it."""
    wrappers = [thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper)]
    return [wrapper for wrapper in wrappers if str(getattr(wrapper, "__module__", "")).startswith("openlumbar.care.")]


def _forget(caches: Iterable["functools._lru_cache_wrapper[object]"]) -> None:
    for cache in caches:
        cache.cache_clear()
