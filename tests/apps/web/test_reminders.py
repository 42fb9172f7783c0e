"""The reminders page: what is open, what was chosen, the calendar's secret address, and what a notification is told."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest
from starlette.testclient import TestClient

from openlumbar.apps.web.deps import Services
from openlumbar.cards import Text
from openlumbar.care.medicines import Medicine, Schedule
from openlumbar.care.reminders import ExercisePlan
from openlumbar.pipeline.medicine_list import data_of
from openlumbar.pipeline.reminding import Choice, choice_data
from openlumbar.records.diary import Draft
from openlumbar.records.feeds import has_feed
from openlumbar.records.people import SELF

from .diary_pages import CHINESE, NOW, assert_whole, set_clock, words_of

JSON = {"accept": "application/json"}
TABLET = Medicine("m1", "布洛芬", "nsaid_oral", schedule=Schedule((time(8), time(20))))
PLANS = (ExercisePlan("bridge", Text(en="Bridge", zh="臀桥"), (time(8, 30), time(17))),)
CHOSEN = {
    "about": ["exercise", "medicine"],
    "details": "yes",
    "quiet": "yes",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
}


@pytest.fixture
def visitor(browser: TestClient, services: Services) -> TestClient:
    """Open a browser for somebody with a tablet and two sets of bridges, who has been there for a while."""
    set_clock(browser, NOW)
    known = browser.app.state.services  # type: ignore[attr-defined]
    browser.app.state.services = replace(known, plans=lambda _person, _now: PLANS)  # type: ignore[attr-defined]
    before = NOW - timedelta(days=5)
    services.diary.write(SELF, Draft("medicine", data_of(TABLET), before.date(), before))
    choose(services, Choice(True, True, False, True, None))
    return browser


def choose(services: Services, choice: Choice) -> None:
    services.diary.write(SELF, Draft("reminders", choice_data(choice), NOW.date(), NOW))


def told(visitor: TestClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = visitor.get("/reminders/open.json", headers=JSON).json()["open"]
    return found


def names(visitor: TestClient) -> list[str]:
    return [str(each["id"]) for each in told(visitor)]


def link(visitor: TestClient) -> str:
    """Make a calendar's address; return its path."""
    visitor.post("/reminders/feed")
    found = re.search(r'value="http://localhost(/reminders/feed/[^"]+)"', visitor.get("/reminders").text)
    assert found
    return found[1]


def test_a_first_visit_says_what_will_be_here(browser: TestClient) -> None:
    set_clock(browser, NOW)
    assert_whole(browser, "/reminders")
    page = words_of(browser.get("/reminders").text)
    assert "Nothing waits for you" in page
    assert "a phone cannot, unless the app is served on your network" in page


def test_what_is_open_is_listed_with_its_answers(visitor: TestClient) -> None:
    assert_whole(visitor, "/reminders")
    page = words_of(visitor.get("/reminders").text)
    now, _, coming = page.partition("Next")
    assert "布洛芬: mark it as taken or skipped" in now
    assert "Bridge, set 1 of 2" in now
    assert "Bridge, set 2 of 2" in coming


@pytest.mark.parametrize("said", ["taken", "skipped"])
def test_a_word_is_kept_as_an_intake_and_taken_back(visitor: TestClient, services: Services, said: str) -> None:
    before, name = names(visitor), "medicine/m1/20260302T080000Z"
    answer = visitor.post("/reminders/answer", data={"reminder": name, "said": said})
    assert (answer.status_code, answer.headers["location"]) == (303, "/reminders#open")
    assert name not in names(visitor)
    assert services.diary.read(SELF, ["intake"])[-1].data["state"] == said
    assert_whole(visitor, "/reminders")
    visitor.post("/reminders/undo", data={"reminder": name})
    assert names(visitor) == before


def test_a_set_s_reminder_is_answered_and_taken_back(visitor: TestClient) -> None:
    before, name = names(visitor), "exercise/bridge/20260302T083000Z"
    visitor.post("/reminders/answer", data={"reminder": name, "said": "done"})
    assert name not in names(visitor)
    assert "Answered today" in words_of(visitor.get("/reminders").text)
    visitor.post("/reminders/undo", data={"reminder": name})
    assert names(visitor) == before


def test_a_set_that_was_done_closes_it_and_leaves_no_word_to_take_back(visitor: TestClient, services: Services) -> None:
    services.diary.write(SELF, Draft("set", {"exercise": "bridge"}, NOW.date(), NOW))
    assert names(visitor) == ["medicine/m1/20260302T080000Z"]
    page = words_of(visitor.get("/reminders").text)
    assert "Undo" not in page.partition("Answered today")[2]


def test_a_notification_s_answer_gets_no_page(visitor: TestClient) -> None:
    data = {"reminder": "medicine/m1/20260302T080000Z", "said": "taken"}
    assert visitor.post("/reminders/answer", data=data, headers=JSON).status_code == 204
    assert visitor.post("/reminders/answer", data=data, headers=JSON).status_code == 204
    strange = visitor.post("/reminders/answer", data=data | {"reminder": "x"}, headers=JSON)
    assert strange.status_code == 422
    assert "not open any more" in strange.json()["detail"]


def test_a_notification_tells_names_only_by_choice(visitor: TestClient, services: Services) -> None:
    assert {each["title"] for each in told(visitor)} == {"布洛芬: mark it as taken or skipped", "Bridge, set 1 of 2"}
    choose(services, Choice(True, True, False, False, None))
    assert {each["title"] for each in told(visitor)} == {"OpenLumbar: reminder", "OpenLumbar: exercise"}
    zh = visitor.get("/reminders/open.json", headers=JSON | CHINESE).json()["open"]
    assert {label["label"] for each in zh for label in each["answers"]} == {"完成", "已用", "跳过"}


def test_measures_that_ring_together_are_one_notification(visitor: TestClient, services: Services) -> None:
    choose(services, Choice(False, False, True, True, None))
    set_clock(visitor, NOW - timedelta(days=5) + timedelta(hours=9, minutes=5))
    [one] = told(visitor)
    assert (one["answers"], one["page"]) == ([], "/outcomes")
    assert str(one["title"]).count(",") >= 3


def test_it_rings_again_until_it_is_answered(visitor: TestClient) -> None:
    assert [each["rang"] for each in told(visitor)] == [7, 3]
    set_clock(visitor, NOW + timedelta(minutes=16))
    answer = visitor.get("/reminders/open.json", headers=JSON).json()
    assert [each["rang"] for each in answer["open"]] == [7, 4]
    assert answer["seconds_to_next"] == (time(17).hour - 9) * 3600 - 16 * 60


def test_nothing_rings_in_the_quiet_hours(visitor: TestClient) -> None:
    visitor.post("/reminders/settings", data=CHOSEN | {"quiet_from": "06:00", "quiet_to": "10:00"})
    assert names(visitor) == []
    set_clock(visitor, NOW + timedelta(hours=1))
    assert len(names(visitor)) == 2


def test_a_choice_is_kept_and_taken_back(visitor: TestClient, services: Services) -> None:
    saved = visitor.post("/reminders/settings", data=CHOSEN | {"about": ["medicine"]}).headers["location"]
    assert_whole(visitor, saved)
    assert names(visitor) == ["medicine/m1/20260302T080000Z"]
    number = saved.partition("=")[2]
    assert "Undo" in words_of(visitor.get(saved).text)
    visitor.post("/reminders/undo", data={"number": number})
    assert len(names(visitor)) == 2
    visitor.post("/reminders/undo", data={"number": "1"})
    assert services.diary.read(SELF, ["medicine"]), "nothing but a choice is taken back here"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quiet": ""}, "Choose quiet hours, or none."),
        ({"quiet_to": "late"}, "Give both times"),
        ({"quiet_to": "22:00"}, "which could mean never or always"),
    ],
)
def test_a_choice_that_does_not_fit_is_said_beside_it(
    visitor: TestClient, services: Services, changes: dict[str, str], words: str
) -> None:
    before = services.diary.latest(SELF)
    answer = visitor.post("/reminders/settings", data=CHOSEN | changes)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert 'id="quiet-error"' in answer.text
    assert f'value="{CHOSEN["quiet_from"]}"' in answer.text
    assert services.diary.latest(SELF) == before


def test_a_calendar_s_address_is_made_shown_once_renewed_and_closed(visitor: TestClient, services: Services) -> None:
    first = link(visitor)
    assert_whole(visitor, "/reminders")
    calendar = visitor.get(first)
    assert calendar.headers["content-type"] == "text/calendar; charset=utf-8"
    assert calendar.text.count("BEGIN:VEVENT") == 14 * 4
    assert "布洛芬" in calendar.text.replace("\r\n ", "")
    second = link(visitor)
    assert visitor.get(first).status_code == 404, "a new address replaces the old one"
    visitor.cookies.delete("calendar_link", path="/reminders")
    page = words_of(visitor.get("/reminders").text)
    assert "cannot be shown again" in page
    assert_whole(visitor, "/reminders")
    visitor.post("/reminders/feed/close")
    assert visitor.get(second).status_code == 404
    assert not has_feed(services.store, SELF)


def test_a_secret_of_somebody_else_is_not_shown(visitor: TestClient) -> None:
    visitor.cookies.set("calendar_link", "stolen", path="/reminders")
    assert "stolen" not in visitor.get("/reminders").text


def test_a_calendar_is_sent_anew_only_when_something_changed(visitor: TestClient) -> None:
    path = link(visitor)
    tag = visitor.get(path).headers["etag"]
    set_clock(visitor, NOW + timedelta(hours=3))
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        unchanged = visitor.get(path, headers={"if-none-match": known})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    visitor.post("/reminders/answer", data={"reminder": "medicine/m1/20260302T080000Z", "said": "taken"})
    assert visitor.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_calendar_tells_nothing_about_health_unless_chosen(visitor: TestClient, services: Services) -> None:
    choose(services, Choice(True, True, True, False, None))
    path = link(visitor)
    for language in ("en", "zh"):
        calendar = visitor.get(path.replace("language=en", f"language={language}")).text.replace("\r\n ", "")
        assert not re.search(r"布洛芬|bridge|臀桥|medicine/|nprs", calendar, re.IGNORECASE)
        summaries = set(re.findall(r"SUMMARY:(.*)\r", calendar))
        assert summaries == (
            {"OpenLumbar: exercise", "OpenLumbar: reminder", "OpenLumbar: a few questions"}
            if language == "en"
            else {"OpenLumbar：练习", "OpenLumbar：提醒", "OpenLumbar：几个问题"}
        )


@pytest.mark.parametrize("token", ["x", "..%2F..", "a" * 500])
def test_an_address_that_nobody_made_leads_nowhere(visitor: TestClient, token: str) -> None:
    assert visitor.get(f"/reminders/feed/{token}.ics").status_code == 404


def test_the_worker_is_a_script_of_ours(visitor: TestClient, services: Services) -> None:
    (services.bundle.folder / "built").mkdir(exist_ok=True)
    (services.bundle.folder / "built" / "worker.js").write_text("// answers")
    answer = visitor.get("/reminders/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text == "// answers"
