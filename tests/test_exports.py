"""The façade: what it exports, that its stub says the same, and that importing it does no work."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import openlumbar

EXPORTED = ["Analysis", "InputError", "Physique", "__version__", "analyze", "assessment", "mechanics"]
FORBIDDEN = (
    "numpy",
    "cv2",
    "av",
    "pydantic",
    "openlumbar.pose",
    "openlumbar.assessment",
    "openlumbar.mechanics",
    "openlumbar.pipeline",
)


def test_the_facade_exports_these_and_no_other_names() -> None:
    assert openlumbar.__all__ == EXPORTED
    assert set(EXPORTED) <= set(dir(openlumbar))
    for name in EXPORTED:
        assert getattr(openlumbar, name) is not None


def test_the_stub_names_what_the_facade_exports() -> None:
    stub = Path(openlumbar.__file__).with_suffix(".pyi")
    tree = ast.parse(stub.read_text("utf-8"))
    imported = {
        alias.asname: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    declared = {
        node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert sorted({*imported, *declared}) == EXPORTED
    assert {name: home for name, home in imported.items() if name not in openlumbar._PACKAGES} == openlumbar._HOMES
    (assigned,) = (node.value for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(assigned) == EXPORTED


def test_the_contracts_call_fits_the_signature() -> None:
    call = inspect.signature(openlumbar.analyze).bind("clip.mp4", exercise="bridge", physique=openlumbar.Physique())
    call.apply_defaults()
    assert call.arguments["level"] is None
    assert call.arguments["model"] == "full"


def test_an_analysis_has_what_the_contract_names() -> None:
    assert {"repetitions", "signals", "to_json"} <= {
        *openlumbar.Analysis.__dataclass_fields__,
        *dir(openlumbar.Analysis),
    }


def test_the_segmentation_is_where_the_contract_says() -> None:
    cycles = openlumbar.assessment.segment_cycles
    assert list(inspect.signature(cycles).parameters)[:3] == ["time_s", "value", "rest"]


def test_the_loads_of_a_posture_are_where_the_guide_says() -> None:
    mechanics = openlumbar.mechanics
    loads = mechanics.spinal_loads(mechanics.Posture("standing"), openlumbar.Physique(weight_kg=72))
    assert isinstance(loads, mechanics.SpinalLoads)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'openlumbar' has no attribute 'analyse'"):
        _ = openlumbar.analyse  # type: ignore[attr-defined]


def test_importing_does_no_work() -> None:
    script = "import sys, openlumbar; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - a constant
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(FORBIDDEN)
