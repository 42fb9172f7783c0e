"""A simulated patient through the whole path, into a folder with a report for each exercise."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from openlumbar.assessment.analysis import Analysis
from openlumbar.cards import exercise
from openlumbar.pipeline.analyze import run
from openlumbar.pipeline.folder import REPORT, make_folder
from openlumbar.pipeline.recording import TrackedRecording
from openlumbar.pipeline.session import tasks_for
from openlumbar.pose.simulation import DEMO, simulate
from openlumbar.reports.whole_file import write_whole

INDEX = "index.html"
"""The page that leads to the reports."""

_SEED = 1
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>OpenLumbar demo</title>
<style>
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem;
  color: #10202c; background: #fff; }}
li {{ margin: 1rem 0; }}
a {{ color: #06456b; font-weight: 600; }}
</style>
<main>
<h1>OpenLumbar demo</h1>
<p>A simulated patient did three exercises; each report shows what was counted, measured and noticed.
No camera was used and nothing left this computer.</p>
<p lang="zh-Hans">一位模拟患者做了三个练习，每份报告都写明计数、测量和发现的问题。没有使用摄像头，数据不会离开本机。</p>
<ul>
{items}
</ul>
</main>
</html>
"""
_ITEM = '<li><a href="{slug}/{report}">{en} · <span lang="zh-Hans">{zh}</span></a><br>{about}</li>'


def run_demo(out: Path) -> Iterator[tuple[Analysis, Path]]:
    """Analyze the simulated patient's exercises one after the other; yield each with its folder.

    Raises:
        InputError: when the folder cannot be written to.
    """
    make_folder(out)
    items = []
    for slug, scenario in DEMO.items():
        recording = TrackedRecording(simulate(scenario, _SEED).track, f"simulated {slug}")
        yield run(recording, tasks_for(slug, scenario.level), scenario.physique, out=out / slug), out / slug
        name = exercise(slug).name
        item = _ITEM.format(
            slug=slug, report=REPORT, en=escape(name.en), zh=escape(name.zh), about=escape(scenario.name)
        )
        items.append(item)
    write_whole(out / INDEX, _PAGE.format(items="\n".join(items)))
