"""The pages of the measures: their forms from the files, refusals, what came of an answer, and a new file's page."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import openlumbar.content
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.outcome_form import asks_day
from openlumbar.care import measure_cards
from openlumbar.care.measure_cards import Measure, measure, measures
from openlumbar.pipeline.outcome_history import course
from openlumbar.records.diary import Draft
from openlumbar.records.people import SELF

from .diary_pages import NOW, assert_whole, set_clock, words_of
from .test_pages import Page

CARDS = measures()
ACTIVITIES = {f"words-activity_{number}": f"活动 {number}" for number in (1, 2, 3)}
RATED = {f"answer-activity_{number}": "2" for number in (1, 2, 3)}


@pytest.fixture
def visitor(browser: TestClient, services: Services) -> TestClient:
    set_clock(browser, NOW)
    services.diary.write(SELF, Draft("profile", {"onset": "2025-11-01", "conditions": None}, NOW.date(), NOW))
    return browser


def lowest(card: Measure) -> dict[str, str]:
    """Answer every item with the lowest value."""
    named = {f"words-{item.id}": f"活动 {number}" for number, item in enumerate(card.items) if item.own_words}
    return {f"answer-{item.id}": f"{item.lowest:g}" for item in card.items} | named


def times(services: Services, name: str) -> list[float]:
    entries = services.diary.read(SELF, ["outcome"])
    return [each.score.value for each in course(measure(name), entries).times]


def test_the_list_shows_every_measure_what_is_due_and_who_measures(visitor: TestClient) -> None:
    assert_whole(visitor, "/outcomes")
    page = words_of(visitor.get("/outcomes").text)
    assert all(card.title.en in page for card in CARDS)
    assert page.index("Back pain") < page.index("All the others") < page.index("Straight leg raise, left")
    assert page.count("measured by a therapist") == 3
    visitor.post("/outcomes/nprs-back", data={"answer-pain": "4"})
    page = words_of(visitor.get("/outcomes").text)
    assert page.index("All the others") < page.index("Back pain")
    assert "4 points · first time Counts as better at 2 points. Counts as worse at 6 points." in page


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_form_follows_from_its_file(visitor: TestClient, services: Services, card: Measure) -> None:
    path = f"/outcomes/{card.id}"
    assert_whole(visitor, path)
    page = Page(visitor.get(path).text)
    fields = page.all("input")
    for item in card.items:
        own = [field for field in fields if field.get("name") == f"answer-{item.id}"]
        steps = round((item.highest - item.lowest) / item.step) + 1
        assert len(own) == (1 if item.form == "number" else steps)
        assert {field.get("type") for field in own} == ({"text"} if item.form == "number" else {"radio"})
        assert any(field.get("name") == f"words-{item.id}" for field in fields) == item.own_words
    assert any(field.get("name") == "day" for field in fields) == asks_day(card)
    answer = visitor.post(path, data=lowest(card))
    assert answer.status_code == 303
    assert times(services, card.id) == [card.items[0].lowest]
    assert_whole(visitor, answer.headers["location"])
    assert "Saved: " in words_of(visitor.get(answer.headers["location"]).text)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_an_empty_form_is_never_nought(visitor: TestClient, services: Services, card: Measure) -> None:
    answer = visitor.post(f"/outcomes/{card.id}", data={"answer-nothing": "1"})
    assert answer.status_code == 422
    assert "is not answered yet" in words_of(answer.text)
    assert times(services, card.id) == []


@pytest.mark.parametrize(
    ("name", "sent", "words"),
    [
        ("nprs-back", {"answer-pain": "11"}, "too low or too high"),
        ("nprs-back", {"answer-pain": "3.5"}, "moves in steps of 1"),
        ("nprs-back", {"answer-pain": "much"}, "is not a number"),
        ("nprs-back", {"answer-pain": "nan"}, "is not a number"),
        ("finger-floor", {"answer-distance": "1e9"}, "is not a number"),
        ("rmdq", {"answer-total": "25"}, "from 0 to 24"),
        ("rmdq", {"answer-total": "5", "day": "2026-03-03"}, "today at the latest"),
        ("rmdq", {"answer-total": "5", "day": "tomorrow"}, "today at the latest"),
        ("slr-left", {"answer-angle": "50", "answer-below_knee": "2"}, "too low or too high"),
        ("patient-specific", RATED, "Write down which activity you mean."),
        ("patient-specific", ACTIVITIES | RATED | {"words-activity_4": "x"}, "Tap a number for this activity"),
        ("patient-specific", ACTIVITIES | RATED | {"words-activity_1": "x" * 201}, "Shorten it to 200 letters"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(
    visitor: TestClient, services: Services, name: str, sent: dict[str, str], words: str
) -> None:
    answer = visitor.post(f"/outcomes/{name}", data=sent)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    page = Page(answer.text)
    assert [attrs for _, attrs in page.found if attrs.get("aria-invalid") == "true"]
    assert [attrs for attrs in page.all("div") if "autofocus" in attrs]
    for field in page.all("input"):
        if field.get("type") == "text" and (typed := sent.get(field.get("name") or "")):
            assert field["value"] == typed
    for attrs in page.all("input"):
        if attrs.get("type") == "radio" and sent.get(attrs.get("name") or "") == attrs.get("value"):
            assert "checked" in attrs
    assert times(services, name) == []


def test_a_comma_is_a_point(visitor: TestClient, services: Services) -> None:
    visitor.post("/outcomes/finger-floor", data={"answer-distance": "24,5"})
    assert times(services, "finger-floor") == [24.5]


def test_a_change_that_matters_is_said_in_words_and_drawn(visitor: TestClient, services: Services) -> None:
    visitor.post("/outcomes/rmdq", data={"answer-total": "14", "day": "2026-02-02"})
    saved = visitor.post("/outcomes/rmdq", data={"answer-total": "8"}).headers["location"]
    assert_whole(visitor, saved)
    page = visitor.get(saved).text
    assert "A change for the better that matters" in words_of(page)
    assert page.count('class="outcome-chart"') == 2
    table = words_of(page).partition("All values, newest first")[2]
    assert table.index("8 ticks") < table.index("14 ticks")
    assert "rmdq.org" in words_of(page)
    assert times(services, "rmdq") == [14, 8]


def test_an_answer_is_taken_back_and_brought_back(visitor: TestClient, services: Services) -> None:
    visitor.post("/outcomes/rmdq", data={"answer-total": "14", "day": "2026-02-02"})
    number = services.diary.read(SELF, ["outcome"])[-1].number
    before = visitor.get("/outcomes/rmdq").text
    gone = visitor.post("/outcomes/rmdq/undo", data={"number": str(number)})
    assert times(services, "rmdq") == []
    assert "Taken back: 14 ticks of Feb 2, 2026" in words_of(gone.text)
    form = gone.text.partition("</form>")[0].rpartition("<form")[2]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert hidden == {"answer-total": "14", "day": "2026-02-02"}
    assert visitor.post("/outcomes/rmdq", data=hidden).status_code == 303
    assert re.sub(r'value="\d+"', "", visitor.get("/outcomes/rmdq").text) == re.sub(r'value="\d+"', "", before)
    again = visitor.post("/outcomes/rmdq/undo", data={"number": str(number)})
    assert again.status_code == 303, "what is gone cannot go again"


def test_undo_reaches_no_other_measure_s_answer(visitor: TestClient, services: Services) -> None:
    visitor.post("/outcomes/nprs-back", data={"answer-pain": "3"})
    number = services.diary.read(SELF, ["outcome"])[-1].number
    for sent in ({"number": str(number)}, {"number": "1"}, {"number": "x"}, {}):
        assert visitor.post("/outcomes/rmdq/undo", data=sent).status_code == 303
    assert times(services, "nprs-back") == [3]


def test_activities_stay_the_same_until_others_are_named(visitor: TestClient, services: Services) -> None:
    path = "/outcomes/patient-specific"
    visitor.post(path, data=ACTIVITIES | RATED)
    set_clock(visitor, NOW + timedelta(days=14))
    page = visitor.get(path).text
    assert 'name="words-activity_1"' not in page
    assert 'name="answer-activity_4-0"' not in page
    assert page.count("<legend>活动 ") == 3
    assert_whole(visitor, path)
    visitor.post(path, data={"words-activity_1": "something else"} | dict.fromkeys(RATED, "8"))
    entries = services.diary.read(SELF, ["outcome"])
    assert entries[-1].data["own_words"] == entries[0].data["own_words"]
    refused = visitor.post(path, data=dict(list(RATED.items())[:2]))
    assert refused.status_code == 422
    assert "活动 3: Tap a number for this activity" in words_of(refused.text)
    assert 'name="words-activity_5"' in visitor.get(f"{path}?renew=yes").text
    changed = ACTIVITIES | RATED | {"renew": "yes", "words-activity_2": "other"}
    saved = visitor.post(path, data=changed).headers["location"]
    assert "cannot be compared" in words_of(visitor.get(saved).text)


def test_bending_forward_waits_while_it_is_new_or_nobody_knows(browser: TestClient, services: Services) -> None:
    set_clock(browser, NOW)
    path = "/outcomes/finger-floor"
    assert "Your profile asks for it." in words_of(browser.get(path).text)
    assert browser.post(path, data={"answer-distance": "10"}).status_code == 422
    services.diary.write(SELF, Draft("profile", {"onset": "2026-03-01"}, NOW.date(), NOW))
    page = words_of(browser.get(path).text)
    assert "Not now" in page
    assert "Your profile asks for it." not in page
    assert_whole(browser, path)
    assert browser.post(path, data={"answer-distance": "10"}).status_code == 422
    assert times(services, "finger-floor") == []


def test_a_measure_that_is_not_there(visitor: TestClient) -> None:
    for answer in (visitor.get("/outcomes/slr"), visitor.post("/outcomes/x"), visitor.post("/outcomes/x/undo")):
        assert answer.status_code == 404


@pytest.fixture
def new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put one more file beside those that ship."""
    shipped = Path(openlumbar.content.__file__).parent / "outcomes"
    shutil.copytree(shipped, tmp_path / "content" / "outcomes")
    text = (shipped / "nprs-back.toml").read_text(encoding="utf-8").replace('"nprs-back"', '"sleep"')
    text = text.replace('title.en = "Back pain"', 'title.en = "Bad sleep"').replace("腰痛", "睡眠")
    (tmp_path / "content" / "outcomes" / "sleep.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(measure_cards, "files", lambda _: tmp_path / "content")
    measures.cache_clear()
    yield "sleep"
    measures.cache_clear()


def test_a_new_file_is_a_new_page_with_nothing_else_touched(
    visitor: TestClient, services: Services, new_file: str
) -> None:
    assert "Bad sleep" in words_of(visitor.get("/outcomes").text)
    path = f"/outcomes/{new_file}"
    assert_whole(visitor, path)
    visitor.post(path, data={"answer-pain": "6"})
    saved = visitor.post(path, data={"answer-pain": "3"}).headers["location"]
    assert_whole(visitor, saved)
    assert "A change for the better that matters" in words_of(visitor.get(saved).text)
    assert times(services, new_file) == [6, 3]
