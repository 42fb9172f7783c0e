"""Signals to events: repetitions, holds, faults, visibility verdicts.

`segment_cycles` is loaded when it is first asked for: it needs SciPy, and live assessment does not.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from openlumbar.assessment.engine import Assessor

if TYPE_CHECKING:
    from openlumbar.assessment.segmentation import Cycle, segment_cycles

__all__ = ["Assessor", "Cycle", "segment_cycles"]


def __getattr__(name: str) -> object:
    """Load the segmentation when it is first used."""
    if name not in ("Cycle", "segment_cycles"):
        raise AttributeError(f"module 'openlumbar.assessment' has no attribute {name!r}")
    return getattr(import_module("openlumbar.assessment.segmentation"), name)
