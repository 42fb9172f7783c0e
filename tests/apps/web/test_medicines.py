"""The medicines pages: the list, today's words, what to ask about, and that no amount is ever suggested."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from openlumbar.apps.web.deps import Services
from openlumbar.care.medicines import flag_rules, medicine_kinds
from openlumbar.pipeline.medicine_list import KINDS, listed
from openlumbar.records.diary import Draft
from openlumbar.records.people import SELF

from .diary_pages import CHINESE, NOW, assert_whole, set_clock, words_of

FORM = {"name": "布洛芬", "kind": "nsaid_oral", "taken_as": "饭后", "when": "times", "time": ["08:00", "20:00", ""],
        "since": "long"}  # fmt: skip
AMOUNTS = re.compile(
    r"\d+\s*(mg|g|ml|µg|mcg|drops?|tablets?|pills?|capsules?)\b|\b(once|twice|thrice|\w+ times) (a|per) day"
    r"|\btake (one|two|half|more|less|another)\b|\b(increase|double|halve|dose|dosage)\b|\breduce your\b"
    r"|毫克|毫升|剂量|每[日天][一二三四两\d]|加倍|减半|\d+\s*[片粒丸]|应服|建议服",
    re.IGNORECASE,
)


@pytest.fixture
def visitor(browser: TestClient) -> TestClient:
    set_clock(browser, NOW)
    return browser


def add(visitor: TestClient, **changes: object) -> str:
    """Add a medicine; return the page that says so."""
    answer = visitor.post("/medicines", data=FORM | changes)
    assert answer.status_code == 303, words_of(answer.text)
    return answer.headers["location"]


def ids(services: Services) -> list[str]:
    return [medicine.id for medicine in listed(services.diary.read(SELF, KINDS))]


def test_a_first_visit_says_what_will_be_here(visitor: TestClient) -> None:
    assert_whole(visitor, "/medicines")
    assert_whole(visitor, "/medicines/new")
    assert "No medicine on your list" in visitor.get("/medicines").text


def test_a_medicine_is_added_as_it_was_typed_and_taken_off_again(visitor: TestClient, services: Services) -> None:
    saved = add(visitor, name='Gel <b>& "more"')
    page = visitor.get(saved).text
    assert "Gel &lt;b&gt;&amp; &#34;more&#34;" in page
    number = saved.partition("=")[2]
    assert visitor.post("/medicines/undo", data={"number": number}).headers["location"] == "/medicines"
    assert ids(services) == []
    assert "No medicine on your list" in visitor.get("/medicines").text


def test_every_state_of_the_list_is_whole(visitor: TestClient, services: Services) -> None:
    saved = add(visitor, since="day", since_day="2026-01-05", weekday=["0", "2"])
    add(visitor, name="药膏", kind="nsaid_topical", when="needed", time=[])
    for path in (saved, "/medicines", *(f"/medicines/{name}" for name in ids(services))):
        assert_whole(visitor, path)
    set_clock(visitor, NOW + timedelta(days=2))
    assert_whole(visitor, "/medicines")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Write its name as on the packet."),
        ({"name": "x" * 201}, "Shorten it to 200 letters"),
        ({"taken_as": "x" * 201}, "Shorten it to 200 letters"),
        ({"name": "a\x00b"}, "cannot be written down"),
        ({"kind": "sweets"}, "Choose a kind"),
        ({"when": ""}, "Choose at fixed times, or when needed."),
        ({"time": [""]}, "Give at least one time of day."),
        ({"time": ["25:00"]}, "Give each time as hours and minutes"),
        ({"time": [f"0{n}:00" for n in range(9)]}, "no more than eight"),
        ({"weekday": ["7"]}, "Choose days of the week"),
        ({"since": ""}, "Choose since when you take it."),
        ({"since": "day", "since_day": "2026-02-30"}, "Give a day of the calendar."),
    ],
)
def test_what_does_not_fit_is_said_beside_it_and_nothing_is_lost(
    visitor: TestClient, services: Services, changes: dict[str, object], words: str
) -> None:
    sent = FORM | {"name": "kept name", "taken_as": "kept words"} | changes
    answer = visitor.post("/medicines", data=sent)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert "kept words" in answer.text or "taken_as" in changes
    assert "kept name" in answer.text or "name" in changes
    assert ids(services) == []


def test_one_tap_marks_what_is_due_and_one_takes_it_back(visitor: TestClient, services: Services) -> None:
    add(visitor)
    [name] = ids(services)
    due_at = NOW.replace(hour=8).isoformat()
    word = {"medicine": name, "due_at": due_at, "back": "/medicines#due"}
    before = words_of(visitor.get("/medicines").text)
    assert visitor.post("/medicines/intake", data=word | {"state": "taken"}).headers["location"] == "/medicines#due"
    assert ", said at" in words_of(visitor.get("/medicines").text)
    visitor.post("/medicines/intake", data=word | {"state": "open"})
    assert words_of(visitor.get("/medicines").text) == before
    visitor.post("/medicines/intake", data=word | {"state": "skipped"})
    set_clock(visitor, NOW + timedelta(days=1))
    table = words_of(visitor.get("/medicines").text).partition("The last four weeks")[2]
    assert "布洛芬" in table
    assert "Mar 2 布洛芬" in table


def test_what_is_taken_when_needed_is_marked_at_that_moment(visitor: TestClient, services: Services) -> None:
    add(visitor, when="needed", time=[])
    [name] = ids(services)
    visitor.post("/medicines/intake", data={"medicine": name, "due_at": "now", "state": "taken"})
    assert "taken today" in words_of(visitor.get("/medicines").text)
    undo = {"medicine": name, "due_at": NOW.isoformat(), "state": "open"}
    visitor.post("/medicines/intake", data=undo)
    assert "not taken today" in words_of(visitor.get("/medicines").text)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "eaten"}, {"due_at": "soon"}, {"due_at": "2026-03-02T08:00:00"}, {"medicine": "other"},
     {"due_at": "2026-03-02T08:30:00+00:00"}],
)  # fmt: skip
def test_what_is_not_due_cannot_be_marked(visitor: TestClient, services: Services, wrong: dict[str, str]) -> None:
    add(visitor)
    [name] = ids(services)
    word = {"medicine": name, "due_at": NOW.replace(hour=8).isoformat(), "state": "taken"}
    answer = visitor.post("/medicines/intake", data=word | wrong)
    assert answer.status_code == 422
    assert services.diary.read(SELF, ["intake"]) == ()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", ""])
def test_a_tap_never_leads_to_another_site(visitor: TestClient, services: Services, back: str) -> None:
    add(visitor)
    word = {"medicine": ids(services)[0], "due_at": NOW.replace(hour=8).isoformat(), "state": "taken", "back": back}
    assert visitor.post("/medicines/intake", data=word).headers["location"] == "/medicines#due"


def test_a_change_keeps_what_happened_and_can_be_taken_back(visitor: TestClient, services: Services) -> None:
    add(visitor)
    [name] = ids(services)
    visitor.post(f"/medicines/{name}/altered", data={"change": "raised", "day": "2026-03-01"})
    answer = visitor.post(f"/medicines/{name}", data=FORM | {"name": "New name"})
    [medicine] = listed(services.diary.read(SELF, KINDS))
    assert (medicine.name, [change for _, change in medicine.changed]) == ("New name", ["raised"])
    visitor.post("/medicines/undo", data={"number": answer.headers["location"].partition("=")[2]})
    assert listed(services.diary.read(SELF, KINDS))[0].name == "布洛芬"


def test_only_the_last_change_of_a_medicine_is_taken_back(visitor: TestClient, services: Services) -> None:
    first = add(visitor).partition("=")[2]
    [name] = ids(services)
    visitor.post(f"/medicines/{name}/altered", data={"change": "stopped", "day": "2026-03-02"})
    assert "Undo" not in words_of(visitor.get(f"/medicines?saved={first}").text)
    before = services.diary.read(SELF, ["medicine"])
    for number in (first, "99", "x", "-1"):
        visitor.post("/medicines/undo", data={"number": number})
    assert services.diary.read(SELF, ["medicine"]) == before


def test_undo_takes_back_nothing_of_another_kind(visitor: TestClient, services: Services) -> None:
    [entry] = services.diary.write(SELF, Draft("profile", {"conditions": None}, NOW.date(), NOW))
    visitor.post("/medicines/undo", data={"number": str(entry.number)})
    assert services.diary.read(SELF, ["profile"]) == (entry,)


@pytest.mark.parametrize("wrong", [{"change": "eaten"}, {"day": "2026-03-03"}, {"day": ""}])
def test_a_change_is_of_a_day_that_has_been(visitor: TestClient, services: Services, wrong: dict[str, str]) -> None:
    add(visitor)
    path = f"/medicines/{ids(services)[0]}/altered"
    assert visitor.post(path, data={"change": "raised", "day": "2026-03-02"} | wrong).status_code == 422
    assert listed(services.diary.read(SELF, KINDS))[0].changed == ()


def test_taken_off_the_list_and_back(visitor: TestClient, services: Services) -> None:
    add(visitor)
    [name] = ids(services)
    off = visitor.post(f"/medicines/{name}/remove").headers["location"]
    assert "布洛芬 is off the list." in words_of(visitor.get(off).text)
    assert visitor.get(f"/medicines/{name}").status_code == 404
    visitor.post("/medicines/undo", data={"number": off.partition("=")[2]})
    assert ids(services) == [name]


def test_flags_are_shown_with_somebody_to_ask(visitor: TestClient, services: Services) -> None:
    add(visitor)
    add(visitor, name="药膏", kind="nsaid_topical")
    flags = {flag.id: flag for flag in flag_rules().flags}
    page = words_of(visitor.get("/medicines").text)
    assert flags["nsaid_twice"].text.en in page
    assert flags["nsaid_not_asked"].text.en in page
    assert flags["skin_before_massage"].text.en in page
    services.diary.write(SELF, Draft("profile", {"conditions": ["pregnancy"]}, NOW.date(), NOW))
    assert flags["topical_nsaid_late_pregnancy"].text.en in words_of(visitor.get("/medicines").text)


def test_the_weeks_of_a_pregnancy_are_asked_only_when_it_applies(visitor: TestClient, services: Services) -> None:
    add(visitor)
    assert "How many weeks pregnant" not in visitor.get("/medicines").text
    services.diary.write(SELF, Draft("profile", {"conditions": ["pregnancy"]}, NOW.date(), NOW))
    assert "How many weeks pregnant" in visitor.get("/medicines").text
    answer = visitor.post("/medicines/questions", data={"applies": "none_of_these", "weeks": "12"})
    assert 'value="12"' in visitor.get(answer.headers["location"]).text
    assert_whole(visitor, answer.headers["location"])


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "or “None of these”."),
        ({"applies": ["ulcer", "none_of_these"]}, "Leave only what is true."),
        ({"applies": "ulcer", "weeks": "46"}, "whole weeks from 0 to 45"),
        ({"applies": "pregnancy", "weeks": "３"}, "whole weeks from 0 to 45"),
    ],
)
def test_an_unclear_answer_is_asked_for_again(
    visitor: TestClient, services: Services, sent: dict[str, object], words: str
) -> None:
    add(visitor)
    services.diary.write(SELF, Draft("profile", {"conditions": ["pregnancy"]}, NOW.date(), NOW))
    answer = visitor.post("/medicines/questions", data=sent)
    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert services.diary.read(SELF, ["medicine_questions"]) == ()


def test_no_page_ever_suggests_an_amount(visitor: TestClient, services: Services) -> None:
    for kind in medicine_kinds():
        add(visitor, kind=kind.id, name="X", taken_as="")
        add(visitor, kind=kind.id, name="Y", taken_as="", when="needed", time=[])
    everything = [condition.id for condition in flag_rules().conditions]
    visitor.post("/medicines/questions", data={"applies": everything, "weeks": "31"})
    for path in ("/medicines", "/medicines/new", *(f"/medicines/{name}" for name in ids(services)[:2])):
        for headers in ({}, CHINESE):
            shown = words_of(visitor.get(path, headers=headers).text)
            assert len(shown) > 300
            assert not (found := AMOUNTS.search(shown)), (path, found)


@pytest.mark.parametrize("path", ["/medicines/nothing", "/medicines/nothing/altered", "/medicines/nothing/remove"])
def test_what_is_not_on_the_list_is_not_there(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path) if path.count("/") == 2 else visitor.post(path)
    assert answer.status_code == 404
