"""OpenLumbar: exercises for a lumbar disc herniation, judged from an ordinary camera.

Importing does no work: a name is loaded when it is first asked for. `__init__.pyi` holds the types.
"""

from importlib import import_module

__version__ = "0.1.0"

__all__ = ["Analysis", "InputError", "Physique", "__version__", "analyze", "assessment", "mechanics"]

_HOMES = {
    "Analysis": "openlumbar.assessment.analysis",
    "InputError": "openlumbar.errors",
    "Physique": "openlumbar.physique",
    "analyze": "openlumbar.pipeline.analyze",
}
"""Name → the module it lives in."""

_PACKAGES = ("assessment", "mechanics")
"""Names that are packages of their own."""


def __getattr__(name: str) -> object:
    """Load a name of the façade when it is first used."""
    if name in _PACKAGES:
        return import_module(f"openlumbar.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'openlumbar' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the façade, loaded or not."""
    return sorted({*globals(), *__all__})
