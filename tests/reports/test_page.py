import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from analyses import make_analysis, make_key_frames
from openlumbar.assessment.analysis import Analysis, Source
from openlumbar.assessment.events import Verdict
from openlumbar.cards import Language
from openlumbar.kinematics.signals import Signals
from openlumbar.physique import Physique, stature_of
from openlumbar.reports.jpeg import jpeg_size_px
from openlumbar.reports.page import article_style, render_article, render_report, write_report

KEY_FRAMES = make_key_frames()


class Elements(HTMLParser):
    """Collects the elements of a page and checks that they are closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def article(page: str, language: str) -> str:
    found = re.search(rf'<article id="report-{language}".*?</article>', page, re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group())))


def refused(analysis: Analysis) -> Analysis:
    return replace(analysis, verdict=Verdict(False, ("legs_out_of_frame", "low_visibility")))


def test_the_page_is_well_formed_and_asks_nothing_of_any_network() -> None:
    page = render_report(make_analysis(faults={1: ("low_rise",)}), KEY_FRAMES)
    elements = Elements(page).found
    links = [value for _, attrs in elements for name, value in attrs.items() if name in ("src", "href", "xlink:href")]
    assert links
    assert all(value is not None and value.startswith(("data:", "#")) for value in links)
    assert "url(http" not in page
    assert "@import" not in page
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not [attrs for _, attrs in elements if "style" in attrs or any(name.startswith("on") for name in attrs)]


def test_both_languages_are_complete_and_labelled() -> None:
    page = render_report(make_analysis())
    assert '<article id="report-en" lang="en"' in page
    assert '<article id="report-zh" lang="zh-Hans"' in page
    assert "3 of 4 repetitions counted" in article(page, "en")
    assert "共4次，计入3次" in article(page, "zh")
    assert not re.search(r"[\u4e00-\u9fff]", article(page, "en"))


def test_the_sections_come_in_their_order() -> None:
    text = article(render_report(make_analysis(faults={1: ("short_hold",)}), KEY_FRAMES), "en")
    order = [
        "3 of 4 repetitions counted",
        "largest hip rise",
        "Over time",
        "Key moments",
        "Each repetition",
        "For next time",
        "What was measured",
        "not a medical device",
        "The dose of this level",
        "The recording",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("not a medical device") == 1


def test_the_most_important_fault_of_the_card_comes_first() -> None:
    analysis = make_analysis(faults={1: ("low_rise",), 2: ("over_arched",)})
    first, second = (rule for rule in analysis.card.faults if rule.code in ("over_arched", "low_rise"))
    advice = article(render_report(analysis), "en").split("For next time")[1]
    assert advice.index(first.cue.en) < advice.index("When that feels easy") < advice.index(second.cue.en)


def test_a_clean_set_is_left_alone() -> None:
    assert "Nothing to change" in article(render_report(make_analysis(peaks=(10.0, 9.0))), "en")


def test_a_refused_recording_shows_what_to_change_and_no_result() -> None:
    text = article(render_report(refused(make_analysis())), "en")
    assert "This recording could not be judged" in text
    assert "The one thing to change Move the camera" in text
    assert "largest hip rise" not in text
    assert "Repetition 1" not in text
    assert "Not judged: legs outside the picture" in text


@pytest.mark.parametrize("verdict", [Verdict(False, ("no_repetitions",)), Verdict(True)], ids=["refused", "judged"])
def test_no_repetition_is_said_with_how_to_begin(verdict: Verdict) -> None:
    text = article(render_report(replace(make_analysis(), repetitions=(), loads=None, verdict=verdict)), "en")
    assert "No repetition was seen" in text
    assert "rest" in text.split("The one thing to change")[1][:120]


def test_attempts_that_do_not_count_are_told_from_where_they_would() -> None:
    text = article(render_report(make_analysis(peaks=(3.0, 4.0))), "en")
    assert "2 attempts seen; none reached what counts yet" in text
    assert "counts from 5 cm" in text


def test_an_empty_recording_still_makes_a_page() -> None:
    nothing = replace(make_analysis(), signals=Signals(np.empty(0), {}), repetitions=(), loads=None)
    page = render_report(replace(nothing, verdict=Verdict(False, ("no_person",))))
    Elements(page)
    assert "no curve to draw" in article(page, "en")


def test_the_scale_is_told_as_it_was_found() -> None:
    analysis = make_analysis()
    given = stature_of(Physique(height_cm=174))
    assert "body height of 174 cm" in article(render_report(analysis, (), given), "en")
    assert "No body height was given" in article(render_report(analysis, (), stature_of(Physique())), "en")
    assert "height" in article(render_report(analysis), "en")
    twist = make_analysis(peaks=(20.0,), slug="cross-twist")
    assert "Angles need no scale" in article(render_report(twist, (), given), "en")


def test_names_from_outside_are_escaped() -> None:
    name = '<script>alert(1)</script>&".mp4'
    page = render_report(make_analysis(name=name, remarks=("<b>cut</b>",)))
    assert "<script>alert" not in page
    assert "<b>cut" not in page
    assert name in article(page, "en")


def test_pictures_are_kept_once_for_both_languages() -> None:
    page = render_report(make_analysis(), KEY_FRAMES)
    assert page.count("data:image/jpeg") == len(KEY_FRAMES)
    assert page.count('<use href="#picture-1"') == 2
    assert jpeg_size_px(KEY_FRAMES[0].jpeg) == (320, 180)


def test_what_is_not_a_jpeg_is_refused() -> None:
    for content in (b"", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0\x00\x04ab"):
        with pytest.raises(ValueError, match="JPEG"):
            jpeg_size_px(content)


def test_a_long_recording_stays_light() -> None:
    count = 400
    analysis = make_analysis(peaks=[10.0] * count, faults=dict.fromkeys(range(1, count, 3), ("short_hold",)))
    noise = np.random.default_rng(1).normal(0.0, 0.3, len(analysis.signals))
    analysis.signals.values["hip_rise_cm"][:] += noise
    page = render_report(analysis)
    assert analysis.source.duration_s > 3600
    assert len(page.encode()) < 450_000
    assert "300 more are listed in repetitions.csv" in article(page, "en")


def test_the_file_is_written_whole(tmp_path: Path) -> None:
    write_report(make_analysis(), KEY_FRAMES, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_page_shows_the_same_article_in_one_language(language: Language) -> None:
    analysis = make_analysis(faults={1: ("low_rise",)})
    part = render_article(analysis, language)
    assert article(part, language) == article(render_report(analysis), language)
    assert part.count("<article") == 1
    elements = Elements(part).found
    assert not [attrs for _, attrs in elements if "style" in attrs]
    used = {value.removeprefix("#") for tag, attrs in elements if tag == "use" and (value := attrs["href"])}
    assert used <= {attrs.get("id") for _, attrs in elements}


def test_what_was_watched_live_is_called_a_session_and_has_no_file() -> None:
    analysis = make_analysis()
    live = replace(analysis, source=Source("", "", 0, 0.0, analysis.source.duration_s))
    text = article(render_article(live, "en"), "en")
    assert "The session Length 38.0 s Program" in text
    assert not re.search(r"The recording|SHA-256|Frames", text)


def test_the_article_s_styles_touch_nothing_around_it() -> None:
    style = re.sub(r"/\*.*?\*/", "", article_style())
    rules = re.findall(r"([^{}]+)\{", re.sub(r"@media[^{]*", "", style))
    selectors = [selector.strip() for rule in rules for selector in rule.split(",") if selector.strip()]
    assert len(selectors) > 100
    assert [name for name in selectors if not name.startswith((".report ", "symbol "))] == []


def test_the_disc_load_is_told_relative_to_standing_and_in_newtons_on_demand() -> None:
    page = render_report(make_analysis())
    told = article(page, "en").split("Disc load", 1)[1].split("Each repetition")[0]
    assert "× standing (90%: " in told
    assert "of quiet standing (90%: " in told
    assert "not a measurement" in told
    assert "MPa" not in told.split("In newtons and megapascals")[0]
    assert "相当于安静站立" in article(page, "zh")
    assert article(page, "en").count("Peak disc load") == 4


def test_without_a_load_nothing_is_said_of_one() -> None:
    page = render_report(replace(make_analysis(), loads=None))
    assert "disc load" not in article(page, "en").lower()
    assert "椎间盘负荷" not in article(page, "zh")
    assert "Disc load" not in article(render_report(refused(make_analysis())), "en")
