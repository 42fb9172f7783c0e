"""Functions of one frame, compiled with Numba: a live stream cannot pay for a hundred NumPy calls a frame."""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: Mapping[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}
"""A division by zero gives infinity or NaN, as everywhere else with arrays; nothing but Python and each other calls
these functions."""

_SOURCES = (
    ("openlumbar.kinematics", ".py"),
    ("openlumbar.mechanics", ".py"),
    ("openlumbar.pose", "landmarks.py"),
    ("openlumbar.pose", "wire.py"),
)
"""Package and end of the name of the modules whose code and constants compiled functions are made of."""


def compiled(function: Function) -> Function:
    """Compile a function on its first call; by itself it is not kept, only as a part of a kept one that calls it."""
    return cast("Function", njit(**_OPTIONS)(function))


def kept(function: Function) -> Function:
    """Compile a function and keep the outcome beside its source for other processes, where there is a place for it.

    Numba looks only whether the function's own file has changed. What is kept has the state of all that goes into
    it in its name, so a change elsewhere is not missed.
    """
    function.__qualname__ = f"{function.__qualname__}-{_state_of_sources()}"
    try:
        return cast("Function", njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:  # neither the package's folder nor the user's can be written
        return compiled(function)


@cache
def _state_of_sources() -> str:
    digest = sha256()
    for package, ending in _SOURCES:
        modules = (entry for entry in files(package).iterdir() if entry.name.endswith(ending))
        for module in sorted(modules, key=lambda entry: entry.name):
            digest.update(module.read_bytes())
    return digest.hexdigest()[:12]
