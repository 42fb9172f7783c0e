"""Before a set: nothing but clear answers leads to the coach, and nothing that was typed is lost."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData
from starlette.testclient import TestClient

from diary_people import FIT
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.start_form import StartForm
from openlumbar.cards import exercise_slugs
from openlumbar.care.gate_words import gate_words
from openlumbar.care.load_limits import load_limit
from openlumbar.care.pain import Pain, may_start
from openlumbar.care.safety import group_a
from openlumbar.pipeline.care import SetDone
from openlumbar.records.people import SELF

GOOD = {
    "exercise": "bridge", "sets": "1", "source": "camera", "none_of_these": "none", "pain_back": "2", "pain_leg": "1",
    "sites": "buttock_left", "painkiller": "no",
}  # fmt: skip
IDS = [question.id for question in group_a().questions]
SOME = st.sampled_from(
    ["", "0", "1", "2", "yes", "no", "none", "on", "true", "L2", "L4", "NaN", "-1", "11", "五", "x" * 30]
)


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names} | others


def diary(services: Services, kind: str) -> list[Mapping[str, Any]]:
    return [entry.data for entry in services.diary.read(SELF) if entry.kind == kind]


def test_clear_answers_lead_to_the_coach_and_are_recorded(known: TestClient, services: Services) -> None:
    answer = known.post("/sessions", data=GOOD)
    (row,) = services.store.sessions()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/coach/{row.id}")
    assert (row.exercise, row.level, row.source, row.state, row.height_cm) == ("bridge", "L1", "camera", "open", 175)
    pain, limit = {"back": 2, "leg": 1}, load_limit(400)
    assert row.plan == {
        "sets": 1, "repetitions": 5, "hold_s": 3, "pain_before": pain, "alone": True, "load_limit": limit,
    }  # fmt: skip
    (gate,) = services.store.events(row.id)
    assert (gate.number, gate.kind) == (0, "gate")
    assert gate.data == {"outcome": "go", "answers": ["none_of_these"], "pain": pain}
    assert diary(services, "answers") == [{"group_a": ["none_of_these"], "woke_at": None}]
    assert diary(services, "pain") == [{"when": "before", **pain, "sites": ["buttock_left"], "session": None}]
    assert diary(services, "painkiller") == [{"started_or_raised": False}]
    assert {data["exercise"] for data in diary(services, "programme")} == set(exercise_slugs())


def test_a_page_that_is_looked_at_writes_nothing(known: TestClient, services: Services) -> None:
    before = services.diary.latest(SELF)
    for path in ("/", "/start/bridge", "/profile", "/progress", "/gate/locks", "/clock/bridge"):
        known.get(path)
    assert services.diary.latest(SELF) == before


def test_the_coach_s_page_shows_the_prescribed_goal(known: TestClient, services: Services) -> None:
    services.desk.keep_profile(SELF, replace(FIT, activity="inactive"))
    page = known.get(known.post("/sessions", data=GOOD).headers["location"])
    assert page.status_code == 200
    assert re.search(r'"goal": ?3\b', page.text)


@pytest.mark.parametrize("question", group_a().questions, ids=lambda question: question.id)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sign_leads_to_help_and_no_further(
    known: TestClient, services: Services, question: Any, language: str
) -> None:
    headers = {"accept-language": language}
    answer = known.post("/sessions", data=without("none_of_these", **{question.id: "yes"}), headers=headers)
    assert answer.status_code == 200
    assert services.store.sessions() == ()
    text = answer.text.replace("&#39;", "'")
    is_emergency = question.action == "emergency"
    title = group_a().emergency.title if is_emergency else gate_words().outcome["clinician"].title
    assert title.in_language(language) in text  # type: ignore[arg-type]
    assert question.text.in_language(language) in text
    links = re.findall(r'href="([^"]+)"', re.split(r"<main", answer.text)[1].split("</main>")[0])
    assert ([link for link in links if link.startswith("tel:")] != []) == is_emergency
    assert "<form" not in answer.text
    assert ("<nav" in answer.text) != is_emergency
    assert [data["reason"] for data in diary(services, "lock")] == ([question.id] if is_emergency else [])
    if is_emergency:
        assert [link for link in links if not link.startswith("tel:")] == ["/"]
        again = known.post("/sessions", data=GOOD, headers=headers)
        assert gate_words().lock.title.in_language(language) in again.text  # type: ignore[arg-type]
        assert services.store.sessions() == ()
        assert len(diary(services, "lock")) == 1


def test_an_emergency_comes_before_everything_that_is_missing(browser: TestClient, services: Services) -> None:
    answer = browser.post("/sessions", data={"exercise": "bridge", "sets": "9", "a3": "yes", "a7_risk": "yes"})
    assert [data["reason"] for data in diary(services, "lock")] == ["a3"]
    assert group_a().emergency.title.en in answer.text


@pytest.mark.parametrize(("language", "first"), [("zh-CN", "120"), ("en-US", "911"), ("en-GB", "999"), ("en", "112")])
def test_the_number_of_the_region_comes_first(browser: TestClient, language: str, first: str) -> None:
    answer = browser.post("/sessions", data=without("none_of_these", a1="yes"), headers={"accept-language": language})
    assert re.findall(r"tel:(\d+)", answer.text)[0] == first
    assert set(re.findall(r"tel:(\d+)", answer.text)) == {"112", "999", "911", "120"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (without("none_of_these"), "gate"),
        (without(none_of_these="no"), "gate"),
        (without("pain_back"), "pain_back"),
        (without(pain_leg="11"), "pain_leg"),
        (without(pain_leg="1.5"), "pain_leg"),
        (without(sets="3"), "sets"),
        (without(sets="0"), "sets"),
        (without(sets="many"), "sets"),
    ],
)
def test_what_is_missing_is_asked_again_and_nothing_is_lost(
    known: TestClient, services: Services, sent: dict[str, str], field: str
) -> None:
    before = services.diary.latest(SELF)
    answer = known.post("/sessions", data=sent)
    assert answer.status_code == 422
    assert services.store.sessions() == ()
    assert services.diary.latest(SELF) == before
    assert f'href="#{field}"' in answer.text
    assert len(re.findall(r'<li><a href="#', answer.text)) == 1
    ticked = set(re.findall(r'id="([\w-]+)"[^>]* checked', answer.text))
    assert ("none_of_these" in ticked) == (sent.get("none_of_these") == "none")
    assert ("pain_back-2" in ticked) == ("pain_back" in sent)
    assert {"painkiller-no", "site-buttock_left"} <= ticked


def test_none_and_a_sign_together_are_asked_again(known: TestClient, services: Services) -> None:
    answer = known.post("/sessions", data=without(a2="yes"))
    assert answer.status_code == 422
    assert services.store.sessions() == ()


@pytest.mark.parametrize(("back", "leg"), [(6, 0), (10, 0), (0, 7), (5, 6), (0, 0)])
def test_too_much_pain_at_rest_begins_nothing(known: TestClient, services: Services, back: int, leg: int) -> None:
    answer = known.post("/sessions", data=without(pain_back=str(back), pain_leg=str(leg)))
    begun = len(services.store.sessions()) == 1
    assert begun == (back < 6 and leg < 7)
    assert begun or gate_words().outcome["blocked"].title.en in answer.text


def test_a_day_off_and_a_day_that_is_done_begin_nothing(known: TestClient, services: Services) -> None:
    done = SetDone("bridge", "L1", 5, 5, "hand")
    services.desk.note_set(SELF, done, alone=True)
    assert "Done for today" in known.post("/sessions", data=GOOD).text
    services.desk.tell_pain(SELF, "after", Pain(7, 0), alone=True)
    assert "A day off" in known.post("/sessions", data=without(exercise="cross-twist")).text
    assert services.store.sessions() == ()


def test_when_somebody_woke_is_asked_where_it_decides(known: TestClient, services: Services) -> None:
    assert 'name="woke_at"' not in known.get("/start/sit-up").text
    services.desk.keep_profile(SELF, replace(FIT, wakes_at=None))
    assert 'name="woke_at"' not in known.get("/start/bridge").text
    assert 'name="woke_at"' in known.get("/start/sit-up").text
    sent = without(exercise="sit-up")
    assert 'href="#woke_at"' in known.post("/sessions", data=sent).text
    assert "11:30" in known.post("/sessions", data=sent | {"woke_at": "11:30"}).text or services.store.sessions() == ()
    assert known.post("/sessions", data=sent | {"woke_at": "07:00"}).status_code == 303


def test_the_list_is_read_in_under_twenty_seconds() -> None:
    """238 English words a minute and about 390 Chinese characters (Brysbaert 2019, reading in silence)."""
    texts = [group_a().ask.title, group_a().ask.none, *(question.text for question in group_a().questions)]
    assert sum(len(text.en.split()) for text in texts) / 238 * 60 < 20
    assert sum(len(re.findall(r"[\u4e00-\u9fff]", text.zh)) for text in texts) / 390 * 60 <= 20


def test_who_only_watches_is_asked_nothing(browser: TestClient, services: Services) -> None:
    page = browser.get("/start/bridge?source=simulated").text
    assert "none_of_these" not in page
    assert page.count("<form") == 1
    answer = browser.post("/sessions", data={"exercise": "bridge", "source": "simulated"})
    (row,) = services.store.sessions()
    assert answer.headers["location"] == f"/coach/{row.id}"
    assert (row.source, row.plan) == ("simulated", {"sets": 1, "pain_before": None, "load_limit": load_limit(100)})
    assert services.store.events(row.id) == ()
    assert services.diary.latest(SELF) == 0


@pytest.mark.parametrize(
    ("sent", "status"), [({"exercise": "juggling"}, 404), ({}, 404), (without(source="film"), 422)]
)
def test_what_is_not_known_is_said_plainly(browser: TestClient, sent: dict[str, str], status: int) -> None:
    assert browser.post("/sessions", data=sent).status_code == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"a" * 5000 + b"=1", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(200)), "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"exercise=%ff%fe", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_what_is_no_form_is_refused(browser: TestClient, body: bytes, kind: str) -> None:
    answer = browser.post("/sessions", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 404)


@given(st.dictionaries(st.sampled_from(["none_of_these", *IDS]), st.lists(SOME, min_size=1, max_size=3)))
def test_only_none_of_these_alone_is_a_pass(answers: dict[str, list[str]]) -> None:
    form = StartForm.read(FormData([(name, value) for name, values in answers.items() for value in values]))
    alone = set(answers) == {"none_of_these"}
    clear = set(answers.get("none_of_these", ())) <= {"yes", "none", "on", "true", "1"}
    assert form.decision.passed == (alone and clear)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, *IDS, "odd"]), SOME))
def test_no_form_begins_a_set_without_every_answer(known: TestClient, services: Services, sent: dict[str, str]) -> None:
    sent = {"exercise": "bridge", **sent}
    before = len(services.store.sessions())
    answer = known.post("/sessions", data=sent)
    assert answer.status_code in (200, 303, 404, 422)
    begun = len(services.store.sessions()) > before
    if begun and sent.get("source") != "simulated":
        form = StartForm.read(FormData(sent.items()))
        assert form.answers == ("none_of_these",)
        assert form.pain.pain is not None
        assert may_start(form.pain.pain)
