import re
from dataclasses import replace

import numpy as np
import pytest

from analyses import load_series, make_analysis
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.loads import Ranged, SessionLoads
from openlumbar.pipeline.loads import session_loads
from openlumbar.reports.load_section import LoadFigure, LoadSection, load_section
from openlumbar.reports.load_words import dose_text, peak_text, ranged_text
from openlumbar.reports.timeline import COMPACT, WIDE, lay_out_timeline
from openlumbar.reports.words import Words

EN = Words("en")


def section_of(analysis: Analysis) -> LoadSection:
    timelines = [lay_out_timeline(analysis, EN, canvas) for canvas in (WIDE, COMPACT)]
    section = load_section(analysis, [timeline for timeline in timelines if timeline], EN)
    assert section is not None
    return section


def loads_of(analysis: Analysis) -> SessionLoads:
    assert analysis.loads is not None
    return analysis.loads


def points(path: str) -> np.ndarray:
    return np.array([float(number) for number in re.findall(r"-?[\d.]+", path)]).reshape(-1, 2)


def inside(figure: LoadFigure, path: str) -> bool:
    x, y = points(path).T
    return bool(np.all((figure.left <= x) & (x <= figure.right) & (y <= figure.bottom) & (y >= 0)))


def test_the_curve_lies_within_its_range_and_both_within_the_figure() -> None:
    for figure in section_of(make_analysis()).figures:
        assert inside(figure, figure.curve)
        assert inside(figure, figure.range)
        curve_y, range_y = points(figure.curve)[:, 1], points(figure.range)[:, 1]
        assert range_y.min() < curve_y.min()
        assert curve_y.max() < range_y.max()
        assert curve_y.min() < figure.standing_y < figure.zero_y == figure.bottom


def test_it_shares_the_axis_of_time_with_the_timeline() -> None:
    analysis = make_analysis()
    timeline = lay_out_timeline(analysis, EN, WIDE)
    assert timeline is not None
    figure = section_of(analysis).figures[0]
    assert (figure.width, figure.x_ticks, figure.bands) == (timeline.width, timeline.x_ticks, timeline.bands)


def test_the_curve_breaks_where_nothing_was_seen() -> None:
    analysis = make_analysis()
    series = load_series(analysis.signals, "hip_rise_cm")
    series.relative[300:400] = np.nan
    broken = replace(analysis, loads=session_loads(series, analysis.repetitions))
    figure = section_of(broken).figures[0]
    assert figure.curve.count("M") == figure.range.count("M") == 2


def test_the_line_of_standing_is_seen_also_when_lying_loads_little() -> None:
    analysis = make_analysis(peaks=(1.0,))
    series = load_series(analysis.signals, "hip_rise_cm")
    series.relative[:] = 0.3
    figure = section_of(replace(analysis, loads=session_loads(series, analysis.repetitions))).figures[0]
    assert 0 < figure.standing_y < figure.bottom


def test_the_peak_is_told_by_its_repetition_or_by_its_time() -> None:
    analysis = make_analysis()
    assert "in repetition 4" in peak_text(analysis, loads_of(analysis), EN)
    alone = replace(analysis, repetitions=())
    assert re.search(r"at \d+\.\d s\.", peak_text(alone, loads_of(analysis), EN))


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ((0.5, 0.4, 0.7), "30 s of quiet standing (90%: 24 to 42)"),
        ((3.0, 2.4, 3.9), "3.0 min of quiet standing (90%: 2.4 to 3.9)"),
    ],
)
def test_a_short_dose_is_told_in_seconds(minutes: tuple[float, float, float], told: str) -> None:
    loads = loads_of(make_analysis())
    whole = replace(loads.whole, standing_minutes=Ranged(*minutes))
    assert told in dose_text(SessionLoads(whole, loads.repetitions, loads.course), EN)


def test_numbers_are_written_as_precisely_as_they_are_known() -> None:
    assert ranged_text(Ranged(1234.5, 987.6, 1600.2), "n", EN) == "1234 N (90%: 988 to 1600)"
    assert ranged_text(Ranged(0.973, 0.7, 1.3), "mpa", Words("zh")) == "0.97 兆帕（90%：0.70 至 1.30）"
