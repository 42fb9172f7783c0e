"""The report in a real browser: both languages, any width, light and dark, by keyboard, without the network."""

from dataclasses import replace

import pytest
from axe import violations
from playwright.sync_api import Browser, BrowserContext

from analyses import make_analysis, make_key_frames
from openlumbar.assessment.events import Verdict
from openlumbar.reports.page import write_report

pytestmark = pytest.mark.browser

KINDS = ("judged", "two-sided", "refused", "zero")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write one report of each kind; kind → address."""
    empty = replace(make_analysis(), repetitions=(), loads=None)
    analyses = {
        "judged": make_analysis(faults={2: ("short_hold",), 4: ("low_rise", "short_hold")}),
        "two-sided": make_analysis(peaks=(25.0, -28.0, 50.0), slug="cross-twist", faults={3: ("over_rotation",)}),
        "refused": replace(empty, verdict=Verdict(False, ("legs_out_of_frame", "low_visibility"))),
        "zero": replace(empty, verdict=Verdict(False, ("no_repetitions",))),
    }
    folder = tmp_path_factory.mktemp("reports")
    for kind, analysis in analyses.items():
        write_report(analysis, make_key_frames() if kind == "judged" else (), folder / f"{kind}.html")
    return {kind: (folder / f"{kind}.html").as_uri() for kind in analyses}


def reader(browser: Browser, language: str = "en-GB", width: int = 1280, **options: object) -> BrowserContext:
    return browser.new_context(locale=language, viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "language"), [(360, "en-GB"), (360, "zh-CN"), (768, "zh-CN"), (1280, "en-GB")])
def test_nothing_asks_the_network_or_runs_off_the_side(
    browser: Browser, reports: dict[str, str], kind: str, width: int, language: str
) -> None:
    with reader(browser, language, width) as context:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(reports[kind])
        assert [url for url in asked if not url.startswith("data:")] == [reports[kind]]
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = page.locator("article:visible")
        assert shown.count() == 1
        assert shown.get_attribute("lang") == ("en" if language == "en-GB" else "zh-Hans")
        assert page.locator("html").get_attribute("lang") == shown.get_attribute("lang")
        assert page.title() == shown.get_attribute("data-title")


def test_the_language_is_changed_by_keyboard(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser) as context:
        page = context.new_page()
        page.goto(reports["judged"])
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "language-en"
        page.keyboard.press("ArrowRight")
        assert page.locator("article:visible h1").inner_text() == "共4次，计入3次"
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        page.keyboard.press("ArrowLeft")
        assert page.locator("article:visible h1").inner_text() == "3 of 4 repetitions counted"


def test_it_is_readable_and_switches_without_script(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser, "zh-CN", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(reports["judged"])
        assert page.locator("#report-en").is_visible()
        assert not page.locator("#report-zh").is_visible()
        page.get_by_text("中文", exact=True).click()
        assert page.locator("#report-zh").is_visible()
        assert not page.locator("#report-en").is_visible()


def test_the_timeline_can_be_read_as_a_table(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser) as context:
        page = context.new_page()
        page.goto(reports["judged"])
        page.get_by_text("The same as a table").first.click()
        rows = page.locator("article:visible table tbody tr")
        assert rows.count() == 4
        assert "not counted" in rows.nth(2).inner_text()
        figure = page.locator("article:visible .wide svg.timeline").first
        assert figure.get_attribute("aria-labelledby") == "timeline-en-wide-title timeline-en-wide-desc"
        assert "counted: 3" in (page.locator("#timeline-en-wide-desc").text_content() or "")


def test_the_curve_is_a_line_and_a_stretch_is_hatched(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser) as context:
        page = context.new_page()
        page.goto(reports["refused"])
        figure = page.locator("article:visible .wide svg.timeline")
        assert figure.locator(".curve").evaluate("line => getComputedStyle(line).fill") == "none"
        hatched = figure.locator(".unjudged .mark").evaluate("mark => getComputedStyle(mark).fill")
        assert hatched == 'url("#timeline-en-wide-hatch")'


def test_the_disc_load_is_drawn_with_its_range(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser) as context:
        page = context.new_page()
        page.goto(reports["judged"])
        figure = page.locator("article:visible .wide svg.timeline").nth(1)
        assert figure.get_attribute("aria-labelledby") == "load-en-wide-title load-en-wide-desc"
        assert "× standing (90%:" in (page.locator("#load-en-wide-desc").text_content() or "")
        area, curve = (figure.locator(name).bounding_box() for name in (".range", ".curve"))
        assert area is not None
        assert curve is not None
        assert area["y"] < curve["y"] < curve["y"] + curve["height"] < area["y"] + area["height"]
        assert figure.locator(".number").count() == 4
        page.goto(reports["refused"])
        assert page.locator("article:visible .range").count() == 0


def test_pictures_are_drawn(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser) as context:
        page = context.new_page()
        page.goto(reports["judged"])
        frame = page.locator("article:visible figure svg").first
        picture = frame.screenshot()
        frame.evaluate("element => element.replaceChildren()")
        assert picture != frame.screenshot()


def test_print_shows_one_language_and_no_buttons(browser: Browser, reports: dict[str, str]) -> None:
    with reader(browser, "zh-CN") as context:
        page = context.new_page()
        page.goto(reports["judged"])
        page.emulate_media(media="print")
        assert page.locator("article:visible").count() == 1
        assert not page.locator(".languages").is_visible()
        assert page.locator("article:visible .wide").first.is_visible()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(360, "zh-CN"), (1280, "en-GB")])
def test_axe_finds_nothing(
    browser: Browser, reports: dict[str, str], kind: str, scheme: str, width: int, language: str
) -> None:
    with reader(browser, language, width, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(reports[kind])
        for details in page.locator("details:visible").all():
            details.evaluate("element => { element.open = true }")
        assert violations(page) == []
