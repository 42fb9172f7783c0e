"""A pytest plugin that tries the collected tests on every mutant, each in a fork of the one session.

The sources hold all mutants beside the original (see `benchmarks.mutation`); which one runs is said by name. First
every test runs once and it is noted which functions it reaches. Then each mutant gets a fork of this process, in which
the tests that reach it run, the fastest first, until one fails: nothing is imported or collected again.
"""

import functools
import gc
import inspect
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

WORK = "OPENLUMBAR_MUTANTS"
"""The variable that names a JSON file: mutants by function. The verdicts go beside it, with the ending `.verdicts`."""

_PATIENCE, _LEAST_S = 10.0, 5.0
"""A mutant that takes this many times the tests' own time, and this many seconds, has been noticed."""
_WALL = 20
"""A mutant may wait this many times as long as it may compute: others use the machine, too."""
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
    caches = _Caches.find()
    reach = _reach(session.items, caches)
    gc.freeze()
    if _verdict("", dict.fromkeys(session.items, _LEAST_S), caches, is_maker=True) != "survived":
        raise pytest.UsageError("a test fails in a fork without any mutant, so it tells nothing about one")
    tried, total = 0, sum(map(len, mutants.values()))
    with path.with_suffix(".verdicts").open("w", encoding="utf-8") as verdicts:
        for function, names in mutants.items():
            for name in names:
                verdict = _verdict(name, reach.tests.get(function, {}), caches, function in reach.makers)
                verdicts.write(json.dumps([name, verdict]) + "\n")
                verdicts.flush()
                tried += 1
                if tried % _EVERY == 0 or tried == total:
                    sys.__stderr__.write(f"{tried} of {total} mutants tried\n")  # type: ignore[union-attr]
    return True


_Cache = functools._lru_cache_wrapper


@dataclass(frozen=True)
class _Caches:
    """What `care` remembers, which would hide a mutant; no layer below knows of it.

    `contents` take no argument: they read content files, which takes long. `results` are those of single calls.
    """

    contents: tuple[_Cache, ...]
    results: tuple[_Cache, ...]

    @classmethod
    def find(cls) -> Self:
        """Find them among all there is."""
        wrappers = [thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper)]
        ours = [each for each in wrappers if str(getattr(each, "__module__", "")).startswith("openlumbar.care.")]
        bare = {each for each in ours if not inspect.signature(each.__wrapped__).parameters}
        return cls(tuple(bare), tuple(each for each in ours if each not in bare))

    def forget(self, contents: bool) -> None:
        """Forget the results, and the contents as well where they matter."""
        for cache in (*self.results, *(self.contents if contents else ())):
            cache.cache_clear()


@dataclass(frozen=True)
class _Reach:
    """Which tests reach a function, with the seconds they take, and which functions make what is remembered."""

    tests: dict[str, dict[pytest.Item, float]]
    makers: frozenset[str]


def _reach(items: Sequence[pytest.Item], caches: _Caches) -> _Reach:
    """Run every test once and note the functions it reaches.

    Contents are forgotten before each file of tests only, so one test of it reaches their makers for all the others.
    """
    set_mutant_under_test("stats")
    makers = _functions_in(lambda: [cache() for cache in caches.contents], caches, contents=True)
    tests: dict[str, dict[pytest.Item, float]] = defaultdict(dict)
    seconds, last = {}, None
    for item, following in zip(items, [*items[1:], None], strict=True):
        run = functools.partial(_passed, item, following)
        start_s = time.perf_counter()
        for function in _functions_in(run, caches, contents=item.path != last):
            tests[function][item] = 0.0
        seconds[item], last = time.perf_counter() - start_s, item.path
    set_mutant_under_test("")
    for maker in makers & tests.keys():
        files = {item.path for item in tests[maker]}
        tests[maker] = {item: 0.0 for item in items if item.path in files}
    return _Reach({name: {item: seconds[item] for item in found} for name, found in tests.items()}, makers)


def _functions_in(run: Callable[[], object], caches: _Caches, contents: bool) -> frozenset[str]:
    caches.forget(contents)
    state()._stats.clear()
    run()
    return frozenset(state()._stats)


def _passed(item: pytest.Item, following: pytest.Item | None) -> None:
    """Run a test without any mutant.

    Raises:
        pytest.UsageError: when it fails.
    """
    for report in runtestprotocol(item, log=False, nextitem=following):
        if report.failed:
            raise pytest.UsageError(f"{item.nodeid} fails without any mutant:\n{report.longreprtext}")


def _verdict(mutant: str, tests: Mapping[pytest.Item, float], caches: _Caches, is_maker: bool) -> str:
    """Tell what became of a mutant: killed, timeout, survived, or untested."""
    if not tests:
        return "untested"
    limit_s = int(_LEAST_S + _PATIENCE * sum(tests.values()))
    pid = os.fork()
    if pid == 0:
        signal.alarm(_WALL * limit_s)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
        caches.forget(contents=is_maker)
        os._exit(_try(mutant, sorted(tests, key=lambda test: tests[test])))
    _, status = os.waitpid(pid, 0)
    return {0: "survived", 1: "killed"}.get(os.waitstatus_to_exitcode(status), "timeout")


def _try(mutant: str, tests: Sequence[pytest.Item]) -> int:
    """Run the tests until one fails: 1, or 0 when none does."""
    set_mutant_under_test(mutant)
    try:
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            if any(report.failed for report in runtestprotocol(test, log=False, nextitem=following)):
                return 1
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it has been noticed
        return 1
    return 0
