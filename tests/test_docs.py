"""The documentation says what the code does: generated parts, keys, columns, examples, verbs and links."""

import ast
import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.__main__ import AIMS
from docs import make_tables

import openlumbar
from analyses import make_analysis
from openlumbar.apps import cli
from openlumbar.assessment.engine import Assessor
from openlumbar.assessment.events import RepetitionDone
from openlumbar.cards import Card, Case, exercise, exercise_slugs, load_card
from openlumbar.kinematics.signals import SIGNAL_NAMES, Signals
from openlumbar.mechanics import Posture, spinal_loads
from openlumbar.pipeline import folder
from openlumbar.pose.backends import Pose
from openlumbar.pose.track import PoseTrack
from openlumbar.reports.posture_loads import PostureLoads
from openlumbar.reports.tables import write_repetitions_csv

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
LARGEST_PICTURE_BYTES = 200_000
RATE_HZ = 30.0


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """Cut a section out of a page, from its heading to the next of its rank."""
    rest = page.split(f"\n## {heading}\n", 1)[1]
    return rest.split("\n## ", 1)[0]


def code_in(text: str, kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    assert found, f"no {kind} block"
    return found[1]


def named_first(text: str) -> set[str]:
    """Collect the names in code type in the first column of the tables."""
    cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("page", list(make_tables.pages()), ids=lambda page: page.name)
def test_parts_made_from_the_code_are_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == make_tables.renewed(text), "run: make docs"


@pytest.mark.parametrize("name", list(make_tables.PICTURES))
def test_pictures_drawn_from_the_code_are_up_to_date(name: str) -> None:
    assert read(f"docs/pictures/{name}") == make_tables.PICTURES[name](), "run: make docs"


def test_every_part_that_can_be_made_is_in_some_page() -> None:
    made = {part for page in make_tables.pages() for part in re.findall(r"<!-- made: ([a-z-]+) -->", page.read_text())}
    assert made == set(make_tables.PARTS)


def test_every_make_verb_exists() -> None:
    verbs = set(re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE))
    assert {"run", "test", "check", "bench", "docs", "clean"} <= verbs
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = re.findall(r"^(?:\$ )?make(?: [A-Z]+=\S+)* ([a-z]+)", text, re.MULTILINE)
        shown += re.findall(r"`make(?: [A-Z]+=\S+)* ([a-z]+)[^`]*`", text)
        assert set(shown) <= verbs, page.name


def test_every_command_and_option_shown_exists() -> None:
    known = set(re.findall(r"(?<!\w)--[a-z-]+", make_tables.PARTS["commands"]())) | {"--version"}
    for page in PAGES:
        for line in re.findall(r"openlumbar (?:analyze|demo|exercises|load).*", page.read_text(encoding="utf-8")):
            assert set(re.findall(r"(?<!\w)--[a-z][a-z-]+", line)) <= known, f"{page.name}: {line}"


def test_the_exit_statuses_are_the_commands() -> None:
    table = section(read("docs/results.md"), "Exit status")
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert told == {cli.JUDGED, cli.NOT_JUDGED, cli.BAD_INPUT, cli.OUR_MISTAKE, cli.INTERRUPTED}


def test_the_files_of_out_are_those_written() -> None:
    written = {folder.REPORT, folder.VIDEO, folder.SIGNALS, folder.REPETITIONS, folder.TRACK, folder.RESULT}
    assert named_first(section(read("docs/results.md"), "Files written by `--out`")) == written
    assert all(f"`{name}`" in read("README.md") for name in written)


def test_the_fields_of_the_result_are_documented() -> None:
    page = section(read("docs/formats.md"), "`result.json`")
    shown = json.loads(code_in(page, "json"))
    result = json.loads(json.dumps(make_analysis(faults={1: ("short_hold",)}).to_json()))
    assert set(shown) == set(result)
    for name in ("source", "counts"):
        assert set(shown[name]) == set(result[name])
    for name in ("repetitions", "faults"):
        assert set(shown[name][0]) == set(result[name][0])
    assert set(shown) | set(shown["repetitions"][0]) == named_first(page)


def test_the_fields_of_the_loads_are_documented() -> None:
    page = section(read("docs/formats.md"), "`openlumbar load --json`")
    shown = json.loads(code_in(page, "json"))
    asked, person = Posture("standing"), openlumbar.Physique()
    answer = PostureLoads(asked, person, spinal_loads(asked, person)).to_json()
    assert set(shown) == set(answer) == named_first(page)
    for name, value in answer.items():
        if isinstance(value, dict):
            assert set(shown[name]) == set(value)


def test_the_columns_of_the_repetitions_are_documented(tmp_path: Path) -> None:
    write_repetitions_csv(make_analysis(), tmp_path / "repetitions.csv")
    with (tmp_path / "repetitions.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    page = section(read("docs/formats.md"), "`repetitions.csv`")
    told = re.findall(r"`([a-z0-9_]+)`", page.split("\n`counted` is")[0])
    assert told == header


def test_the_signals_are_documented() -> None:
    assert named_first(section(read("docs/formats.md"), "`signals.csv`")) == set(SIGNAL_NAMES)


def test_the_pose_track_can_be_written_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "time_s": np.arange(5) / RATE_HZ,
        "image": np.ones((5, 33, 2), np.float32),
        "world": np.ones((5, 33, 3), np.float32),
        "visibility": np.ones((5, 33), np.float32),
    }
    example = code_in(section(read("docs/formats.md"), "Pose track `*.pose.npz`"), "python")
    exec(compile(example, "docs/formats.md", "exec"), given)  # noqa: S102 - it is our own page
    assert len(PoseTrack.load(tmp_path / "clip.pose.npz")) == 5


def test_the_python_shown_names_what_there_is() -> None:
    pages = read("docs/using.md") + read("docs/load.md")
    for code in re.findall(r"```python\n(.*?)```", pages, re.DOTALL):
        for name in re.findall(r"openlumbar\.(\w+(?:\.\w+)?)", code):
            found = openlumbar
            for part in name.split("."):
                found = getattr(found, part, None)
            assert found is not None, name


def test_the_example_backend_keeps_the_contract() -> None:
    given: dict[str, object] = {}
    code = code_in(read("docs/adding-a-pose-backend.md"), "python")
    exec(compile(code, "docs/adding-a-pose-backend.md", "exec"), given)  # noqa: S102 - it is our own page
    backend = given["BACKEND"]()  # type: ignore[operator]
    answer: Pose | None = backend.track_frame(0.0, np.zeros((10, 10, 3), np.uint8))
    backend.reset()
    assert answer is None
    assert backend.remarks == ()


@pytest.fixture(scope="module")
def example_card(tmp_path_factory: pytest.TempPathFactory) -> Card:
    path = tmp_path_factory.mktemp("card") / "press-up.toml"
    path.write_text(code_in(read("docs/adding-an-exercise.md"), "toml"), encoding="utf-8")
    return load_card(path)


@pytest.mark.parametrize("index", range(3))
def test_the_example_card_does_what_its_cases_say(example_card: Card, index: int) -> None:
    assert len(example_card.cases) == 3
    case = example_card.cases[index]
    assessor = Assessor(example_card, example_card.level(case.level), openlumbar.Physique())
    samples = list(signals_of(example_card, case).samples())
    events = [event for sample in samples for event in assessor.step(sample)] + list(assessor.finish())
    done = [event.repetition for event in events if isinstance(event, RepetitionDone)]
    assert sum(repetition.counted for repetition in done) == case.expect_counted
    assert Counter(code for repetition in done for code in repetition.faults) == case.expect_faults
    assert assessor.verdict.reasons[:1] == ((case.expect_reason,) if case.expect_reason else ())


def signals_of(card: Card, case: Case) -> Signals:
    """Draw the trapezoids of a case and the signals that follow them."""
    corners, heights = [0.0, 2.0], [0.0, 0.0]
    for repetition in case.repetitions:
        for lasts_s, height in (
            (repetition.out_s, repetition.peak),
            (repetition.hold_s, repetition.peak),
            (repetition.back_s, 0.0),
            (repetition.rest_s, 0.0),
        ):
            corners.append(corners[-1] + lasts_s)
            heights.append(height)
    time_s = np.arange(0.0, corners[-1], 1 / RATE_HZ)
    excursion = np.interp(time_s, corners, heights)
    values = {name: np.full_like(time_s, np.nan) for name in SIGNAL_NAMES}
    values |= {name: signal.rest + signal.per_drive * excursion for name, signal in card.case_signals.items()}
    values |= {name: np.full_like(time_s, value) for name, value in case.signals.items()}
    return Signals(time_s, values)


def test_the_chinese_start_page_names_the_exercises_as_their_cards_do() -> None:
    rows = re.findall(r"^\| (\S+) \| `([a-z][a-z-]+)` \|", read("docs/zh/index.md"), re.MULTILINE)
    assert {slug: name for name, slug in rows} == {slug: exercise(slug).name.zh for slug in exercise_slugs()}


def test_the_readme_names_every_exercise() -> None:
    assert set(re.findall(r"^\| [^|]+ \| `([a-z-]+)` \|", read("README.md"), re.MULTILINE)) == set(exercise_slugs())


def test_every_direct_dependency_is_explained() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    asked = [
        *project["project"]["dependencies"],
        *(name for group in project["dependency-groups"].values() for name in group),
    ]
    web = json.loads(read("web/package.json"))
    names = {re.split(r"[<>=!~;\[ ]", line)[0] for line in asked}
    names |= {*web.get("dependencies", {}), *web.get("devDependencies", {})}
    assert named_first(read("docs/dependencies.md")) == names


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert re.search(r"^## Unreleased$", read("CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_pictures_are_light_and_used() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = sorted((DOCS / "pictures").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < LARGEST_PICTURE_BYTES
        assert f"pictures/{picture.name}" in texts


def test_the_numbers_are_of_targets_there_are() -> None:
    reached = json.loads(make_tables.RESULTS.read_text(encoding="utf-8"))["reached"]
    assert set(reached) <= {aim.what for aim in AIMS}


def test_module_docstrings_name_no_page_that_is_gone() -> None:
    named = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named |= set(re.findall(r"docs/[\w./-]+\.md", node.value))
    assert "docs/formats.md" in named
    assert [name for name in named if not (ROOT / name).is_file()] == []
