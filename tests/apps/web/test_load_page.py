"""The page on the load on the disc: whose it is, what it marks, what it says of somebody who is not known."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from diary_people import FIT
from openlumbar.apps.web.bundle import Bundle
from openlumbar.apps.web.deps import Services
from openlumbar.cards import exercise_slugs
from openlumbar.care.load_limits import load_limit
from openlumbar.physique import Physique
from openlumbar.pipeline.load_comparison import compare, load_page
from openlumbar.records.people import SELF

from .accounts import Clinic, open_clinic
from .conftest import NOON
from .test_pages import CHINESE, Page

DAYS = 20
"""Since the onset of who is shown."""


@pytest.fixture
def shown(browser: TestClient, services: Services) -> str:
    """Return the page of somebody of whom everything is known, some weeks after the onset."""
    services.desk.keep_profile(SELF, replace(FIT, onset=NOON.date() - timedelta(days=DAYS)))
    return browser.get("/load").text


def test_every_bar_has_its_row_in_words(shown: str) -> None:
    physique = Physique(FIT.height_cm, FIT.weight_kg, FIT.sex, FIT.age_on(NOON.date()))
    page = Page(shown)

    rows = [row for group in compare(physique, "en") for row in group.rows]
    assert shown.count('class="load-bar"') == len(rows)
    assert re.findall(r'class="told">([^<]+)<', shown) == [row.told for row in rows]
    assert all(svg["aria-hidden"] == "true" for svg in page.all("svg") if svg.get("class") == "load-bar")


def test_todays_levels_and_the_limit_of_the_stage_are_marked(shown: str, services: Services) -> None:
    chart = services.desk.chart(SELF, alone=True)
    prescribed = sum(each.gate.passed and each.dose.level is not None for each in chart.exercises)

    assert prescribed > 0
    assert shown.count("your level today") == prescribed
    assert f"the limit of your present stage: {load_limit(DAYS):.1f} times standing" in shown
    assert "average adult" not in shown


def test_who_is_not_known_reads_so_and_is_led_to_the_profile(browser: TestClient) -> None:
    english, chinese = browser.get("/load").text, browser.get("/load", headers=CHINESE).text

    assert "Not known of you: height; weight; sex; age." in english
    assert "还不知道您的：身高；体重；性别；年龄。" in chinese
    assert 'href="/profile"' in english
    assert "limit of your present stage" not in english


@pytest.mark.parametrize("headers", [{}, CHINESE], ids=["en", "zh"])
def test_every_statement_stands_there_with_what_it_rests_on(browser: TestClient, headers: dict[str, str]) -> None:
    text = browser.get("/load", headers=headers).text.replace("&amp;", "&").replace("&#39;", "'")

    for statement in load_page().statements:
        assert statement.text.in_language("zh" if headers else "en") in text
        assert statement.source in text


def test_exercises_and_the_coach_lead_there(known: TestClient, services: Services) -> None:
    row = services.store.create(exercise="bridge", level="L2", source="simulated", language="en")

    assert 'href="/load"' in known.get(f"/coach/{row.id}").text
    assert all('href="/load"' in known.get(f"/exercises/{slug}").text for slug in exercise_slugs())
    assert 'href="/load"' in known.get("/more").text


@pytest.fixture
def clinic(tmp_path: Path, bundle: Bundle) -> Iterator[Clinic]:
    with open_clinic(tmp_path, bundle) as clinic:
        yield clinic


def test_a_therapist_is_led_to_no_page_that_is_closed_to_them(clinic: Clinic) -> None:
    browser = clinic.browser(clinic.add("Thea", "therapist"))

    assert browser.get("/load").status_code in (403, 404)
    assert all('href="/load"' not in browser.get(f"/exercises/{slug}").text for slug in exercise_slugs())
