import re
from pathlib import Path

import pytest

from openlumbar.errors import InputError
from openlumbar.pipeline.demo import INDEX, run_demo


def test_the_demo_judges_all_three_and_leads_to_their_reports(tmp_path: Path) -> None:
    judged = {analysis.card.slug: folder for analysis, folder in run_demo(tmp_path) if analysis.judged}
    assert set(judged) == {"bridge", "sit-up", "cross-twist"}
    page = (tmp_path / INDEX).read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert [tmp_path / link for link in links] == [folder / "report.html" for folder in judged.values()]
    assert all((tmp_path / link).is_file() for link in links)
    assert "http:" not in page
    assert "https:" not in page


def test_the_demo_is_the_same_every_time(tmp_path: Path) -> None:
    results = []
    for name in ("one", "two"):
        _, folder = next(run_demo(tmp_path / name))
        results.append({file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".npz"})
    assert results[0] == results[1]


def test_a_demo_without_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(InputError, match="is a file"):
        next(run_demo(tmp_path / "demo"))
