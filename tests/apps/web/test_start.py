"""Before a set: nothing but clear answers leads to the coach, and nothing that was typed is lost."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData
from starlette.testclient import TestClient

from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.start_form import StartForm, check
from openlumbar.cards import exercise
from openlumbar.care.pain import may_start
from openlumbar.care.safety import group_a

GOOD = {
    "exercise": "bridge", "level": "L3", "sets": "2", "source": "camera", "height_cm": "174,5",
    "none_of_these": "none", "pain_back": "2", "pain_leg": "1",
}  # fmt: skip
IDS = [question.id for question in group_a().questions]
SOME = st.sampled_from(
    ["", "0", "1", "2", "yes", "no", "none", "on", "true", "L2", "L4", "NaN", "-1", "11", "五", "x" * 30]
)


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names} | others


def test_clear_answers_lead_to_the_coach_and_are_recorded(browser: TestClient, services: Services) -> None:
    answer = browser.post("/sessions", data=GOOD)
    (row,) = services.store.sessions()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/coach/{row.id}")
    assert (row.exercise, row.level, row.source, row.state, row.height_cm) == ("bridge", "L3", "camera", "open", 174.5)
    assert row.plan == {"sets": 2, "pain_before": {"back": 2, "leg": 1}}
    (gate,) = services.store.events(row.id)
    assert (gate.number, gate.kind) == (0, "gate")
    assert gate.data == {"outcome": "pass", "answers": ["none_of_these"], "pain": {"back": 2, "leg": 1}}


def test_the_coach_s_page_opens_for_it(browser: TestClient) -> None:
    assert browser.get(browser.post("/sessions", data=GOOD).headers["location"]).status_code == 200


def test_the_height_is_remembered_for_next_time(browser: TestClient) -> None:
    browser.post("/sessions", data=GOOD)
    assert 'value="174,5"' in browser.get("/start/bridge").text


@pytest.mark.parametrize("question", group_a().questions, ids=lambda question: question.id)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sign_leads_to_help_and_no_further(
    browser: TestClient, services: Services, question: Any, language: str
) -> None:
    headers = {"accept-language": language}
    answer = browser.post("/sessions", data=without("none_of_these", **{question.id: "yes"}), headers=headers)
    assert answer.status_code == 200
    assert services.store.sessions() == ()
    advice = group_a().advice(question.action)
    text = answer.text.replace("&#39;", "'")
    assert advice.title.in_language(language) in text  # type: ignore[arg-type]
    assert question.text.in_language(language) in text
    links = re.findall(r'href="([^"]+)"', re.split(r"<main", answer.text)[1].split("</main>")[0])
    is_emergency = question.action == "emergency"
    assert [link for link in links if not link.startswith("tel:")] == ["/"]
    assert ([link for link in links if link.startswith("tel:")] != []) == is_emergency
    assert "<form" not in answer.text
    assert ("<nav" in answer.text) != is_emergency


def test_an_emergency_comes_before_everything_that_is_missing(browser: TestClient) -> None:
    answer = browser.post("/sessions", data={"exercise": "bridge", "level": "L9", "a3": "yes", "a7_risk": "yes"})
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
        (without(a2="yes"), "gate"),
        (without(none_of_these="no"), "gate"),
        (without("pain_back"), "pain_back"),
        (without(pain_leg="11"), "pain_leg"),
        (without(pain_leg="1.5"), "pain_leg"),
        (without(level="L4"), "level"),
        (without(level="L0"), "level"),
        (without(level="L9"), "level"),
        (without(sets="3"), "sets"),
        (without(sets="0"), "sets"),
        (without(sets="many"), "sets"),
        (without(height_cm="17"), "height_cm"),
        (without(height_cm="tall"), "height_cm"),
        (without(height_cm="nan"), "height_cm"),
    ],
)
def test_what_is_missing_is_asked_again_and_nothing_is_lost(
    browser: TestClient, services: Services, sent: dict[str, str], field: str
) -> None:
    answer = browser.post("/sessions", data=sent)
    assert answer.status_code == 422
    assert services.store.sessions() == ()
    assert f'href="#{field}"' in answer.text
    assert len(re.findall(r'<li><a href="#', answer.text)) == 1
    assert f'id="{field}' in answer.text
    ticked = set(re.findall(r'id="([\w-]+)"[^>]* checked', answer.text))
    assert {"none_of_these", "a2"} & set(sent) - (
        {"none_of_these"} if sent.get("none_of_these") == "no" else set()
    ) <= ticked
    if sent.get("pain_back") == "2":
        assert "pain_back-2" in ticked
    if "height_cm" in sent:
        assert f'value="{sent["height_cm"]}"' in answer.text


def test_a_locked_level_says_why_and_cannot_be_chosen(browser: TestClient) -> None:
    page = browser.get("/start/bridge").text
    closed = {level.id for level in exercise("bridge").levels if level.locked or level.by_clock}
    assert set(re.findall(r'id="level-(L\d)"[^>]* disabled', page)) == closed == {"L0", "L4"}
    assert exercise("bridge").level("L4").why_locked.en in page  # type: ignore[union-attr]
    assert "Guided by the clock, not judged yet." in page
    assert set(re.findall(r'id="level-(L\d)"[^>]* checked', page)) == {"L2"}
    assert set(re.findall(r'id="level-(L\d)"[^>]* checked', browser.get("/start/bridge?level=L4").text)) == {"L2"}


def test_as_many_sets_are_offered_as_the_level_asks_for(browser: TestClient) -> None:
    assert len(re.findall(r'name="sets"', browser.get("/start/sit-up?level=L3").text)) == 3
    assert '<input type="hidden" name="sets" value="1">' in browser.get("/start/sit-up?level=l1").text


@pytest.mark.parametrize(("back", "leg"), [(6, 0), (10, 0), (0, 7), (5, 6), (0, 0)])
def test_too_much_pain_at_rest_begins_nothing(browser: TestClient, services: Services, back: int, leg: int) -> None:
    answer = browser.post("/sessions", data=without(pain_back=str(back), pain_leg=str(leg)))
    begun = len(services.store.sessions()) == 1
    assert begun == (back < 6 and leg < 7)
    assert begun or "Not today" in answer.text


def test_who_only_watches_is_asked_nothing(browser: TestClient, services: Services) -> None:
    page = browser.get("/start/bridge?source=simulated").text
    assert "none_of_these" not in page
    assert page.count("<form") == 1
    answer = browser.post("/sessions", data={"exercise": "bridge", "level": "L2", "source": "simulated"})
    (row,) = services.store.sessions()
    assert answer.headers["location"] == f"/coach/{row.id}"
    assert (row.source, row.plan) == ("simulated", {"sets": 1, "pain_before": None})
    assert services.store.events(row.id) == ()


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, *IDS, "odd"]), SOME))
def test_no_form_begins_a_set_without_every_answer(
    browser: TestClient, services: Services, sent: dict[str, str]
) -> None:
    sent = {"exercise": "bridge", **sent}
    before = len(services.store.sessions())
    answer = browser.post("/sessions", data=sent)
    assert answer.status_code in (200, 303, 404, 422)
    begun = len(services.store.sessions()) > before
    if begun and sent.get("source") != "simulated":
        form = StartForm.read(FormData(sent.items()))
        checked = check(form, exercise(sent["exercise"]))
        assert form.answers == ("none_of_these",)
        assert checked.problems == {}
        assert checked.pain is not None
        assert may_start(checked.pain)
