import re
from pathlib import Path

import pytest

from openlumbar.errors import InputError
from openlumbar.pipeline.demo import INDEX, run_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Path]]:
    """Run the demo once: its folder, and the folder of each exercise that was judged."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, {analysis.card.slug: place for analysis, place in run_demo(folder) if analysis.judged}


def test_the_demo_judges_all_three_and_leads_to_their_reports(demo: tuple[Path, dict[str, Path]]) -> None:
    folder, judged = demo
    assert set(judged) == {"bridge", "sit-up", "cross-twist"}
    page = (folder / INDEX).read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert [folder / link for link in links] == [place / "report.html" for place in judged.values()]
    assert all((folder / link).is_file() for link in links)
    assert "http:" not in page
    assert "https:" not in page


def test_the_demo_is_the_same_every_time(demo: tuple[Path, dict[str, Path]], tmp_path: Path) -> None:
    again, place = next(run_demo(tmp_path))
    assert contents(place) == contents(demo[1][again.card.slug])


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".npz"}


def test_a_demo_without_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(InputError, match="is a file"):
        next(run_demo(tmp_path / "demo"))
