"""Today in each of its states, and everything that is answered on it and around it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from diary_people import BACK, CALM, FIT, Told, Watch, live
from openlumbar.apps.web.deps import Services
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import Pain
from openlumbar.care.safety import NONE, group_a
from openlumbar.pipeline.care import BeforeSet, SetDone
from openlumbar.pipeline.care_entries import SetLoad
from openlumbar.records.people import SELF

CLEAR = {"none_of_these": "none", "pain_back": "1", "pain_leg": "0", "painkiller": "no"}
SAID = BeforeSet(group_a=frozenset({NONE}), pain=CALM, sites=BACK)
PROFILE = {
    "born": "1985-06-01", "sex": "male", "height_cm": "175", "weight_kg": "70,5", "activity": "active",
    "onset": "2025-09-01", "side": "left", "diagnosed": "yes", "conditions": "none", "cancer_signs": "no",
    "stable_weakness": "no", "curl_up_max": "15", "wakes_at": "07:00",
}  # fmt: skip


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1].replace("&#39;", "'")


def main(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def test_who_is_not_known_is_led_to_the_questions(browser: TestClient) -> None:
    page = main(browser.get("/").text)
    assert heading(page) == "First, what is safe for you?"
    assert re.findall(r'href="([^"]+)"', page)[0] == "/profile"


def test_the_next_set_is_named_with_its_reason(known: TestClient, services: Services) -> None:
    page = main(known.get("/").text)
    assert heading(page) == "Bridge"
    assert "Small bridge · 5 repetitions, each held for 3 s" in page
    assert 'href="/start/bridge"' in page
    assert services.desk.chart(SELF, alone=True).exercise("bridge").dose.why.en in page
    assert page.count("1 set left") == 3


@pytest.mark.parametrize(
    ("changes", "title", "link"),
    [
        ({"diagnosed": None}, gate_words().outcome["incomplete"].title, "/profile#diagnosed"),
        ({"diagnosed": False}, gate_words().outcome["clinician"].title, "/gate/clearance/bridge"),
        ({"onset": date(2026, 3, 19)}, gate_words().outcome["blocked"].title, "/profile"),
    ],
)
def test_who_may_do_nothing_reads_why_and_what_lifts_it(
    known: TestClient, services: Services, changes: dict[str, Any], title: Any, link: str
) -> None:
    services.desk.keep_profile(SELF, replace(FIT, **changes))
    for language in ("en", "zh"):
        page = main(known.get("/", headers={"accept-language": language}).text)
        assert heading(page) == title.in_language(language)
        assert f'href="{link}"' in page
        assert "/start/" not in page


def test_rest_between_sets_is_told_and_what_is_done_and_left(
    known: TestClient, services: Services, watch: Watch
) -> None:
    services.desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "coach", 1.0), alone=True)
    page = main(known.get("/").text)
    assert "Rest until" in page
    assert "1 set done" in page
    watch.forward(minutes=2)
    assert "Rest until" not in main(known.get("/").text)


def test_everything_done_says_so_and_offers_no_set(known: TestClient, services: Services) -> None:
    for slug in ("bridge", "cross-twist", "sit-up"):
        services.desk.note_set(SELF, SetDone(slug, "L1", 5, 5, "coach", 1.0), alone=True)
    page = main(known.get("/").text)
    assert heading(page) == "Done for today"
    assert "/start/" not in page


def test_a_red_day_rests_and_says_until_when(known: TestClient, services: Services, watch: Watch) -> None:
    services.desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "coach", 1.0), alone=True)
    known.post("/pain", data={"when": "now", "pain_back": "7", "pain_leg": "0"})
    watch.forward(days=1)
    page = main(known.get("/").text)
    assert heading(page) == "A day off"
    assert 'class="zone red"' in page
    assert "You go on from Mon, Mar 23" in page


def test_the_morning_hour_is_waited_for(known: TestClient, watch: Watch, services: Services) -> None:
    watch.now = watch.now.replace(hour=7, minute=20)
    for slug in ("bridge", "cross-twist"):
        services.desk.note_set(SELF, SetDone(slug, "L1", 5, 5, "coach", 1.0), alone=True)
    assert "Not before" in main(known.get("/").text)


def test_the_week_says_in_words_how_it_went(known: TestClient, services: Services, watch: Watch) -> None:
    live(services.desk, watch, 4, lambda number: Told(sets=[3, 1, 0, 3][number]))
    page = main(known.get("/").text)
    week = page.split('<ol class="week">')[1].split("</ol>")[0]
    words = re.findall(r'<span class="word">(.*?)</span>', week)
    assert words == ["–", "–", "–", "done", "1 of 3", "no set", "done"]
    assert "sets in 7 days" in page


def test_pain_now_is_saved_shown_and_taken_back(known: TestClient, services: Services) -> None:
    answer = known.post("/pain", data={"when": "now", "pain_back": "4", "pain_leg": "2", "sites": "calf_left"})
    number = int(answer.headers["location"].removeprefix("/?saved="))
    assert "Saved at" in known.get(answer.headers["location"]).text
    (told,) = [entry for entry in services.diary.read(SELF) if entry.kind == "pain"]
    assert told.data == {"when": "now", "back": 4, "leg": 2, "sites": ["calf_left"], "session": None}
    assert known.post(f"/entries/{number}/undo").headers["location"] == "/"
    assert [entry for entry in services.diary.read(SELF) if entry.kind == "pain"] == []
    assert known.post(f"/entries/{number}/undo").status_code == 404


def test_pain_that_is_half_told_is_asked_again(known: TestClient, services: Services) -> None:
    answer = known.post("/pain", data={"when": "now", "pain_back": "4"})
    assert answer.status_code == 422
    assert re.search(r'id="now-pain_back-4"[^>]* checked', answer.text)
    assert 'id="now-pain_leg-error"' in answer.text
    assert known.post("/pain", data={"when": "yesterday"}).status_code == 422
    assert [entry for entry in services.diary.read(SELF) if entry.kind == "pain"] == []


def test_the_day_after_is_asked_and_counts_for_its_own_day(known: TestClient, services: Services, watch: Watch) -> None:
    live(services.desk, watch, 2, lambda _: Told(next_day=None))
    watch.forward(days=1)
    page = known.get("/").text
    days = re.findall(r'name="about" value="([^"]+)"', page)
    assert days == ["2026-03-21", "2026-03-20"]
    known.post("/pain", data={"when": "next_day", "about": days[1], "pain_back": "1", "pain_leg": "0"})
    assert re.findall(r'name="about" value="([^"]+)"', known.get("/").text) == days[:1]
    (told,) = [entry for entry in services.diary.read(SELF) if entry.data.get("when") == "next_day"]
    assert told.day.isoformat() == days[1]
    for about in (days[1], "2020-01-01", "nonsense", ""):
        answer = known.post("/pain", data={"when": "next_day", "about": about, "pain_back": "1", "pain_leg": "0"})
        assert answer.headers["location"] == "/"


def test_the_painkiller_question_is_asked_once_a_day(known: TestClient, watch: Watch) -> None:
    assert 'action="/painkiller"' in known.get("/").text
    known.post("/painkiller", data={})
    assert 'action="/painkiller"' in known.get("/").text
    known.post("/painkiller", data={"painkiller": "yes"})
    assert 'action="/painkiller"' not in known.get("/").text
    assert 'name="painkiller"' not in known.get("/start/bridge").text
    watch.forward(days=1)
    assert 'name="painkiller"' in known.get("/start/bridge").text


def test_the_answers_about_a_person_are_kept_and_shown_again(browser: TestClient, services: Services) -> None:
    assert browser.post("/profile", data=PROFILE).headers["location"] == "/"
    profile = services.desk.chart(SELF, alone=True).profile
    assert profile.weight_kg == 70.5
    assert profile.conditions == frozenset()
    assert profile.curl_up_on is not None
    page = browser.get("/profile").text
    checked = set(re.findall(r'id="([\w-]+)"[^>]* checked', page))
    assert {"side-left", "sex-male", "diagnosed-yes", "cancer_signs-no", "conditions-none"} <= checked
    number = services.diary.latest(SELF)
    browser.post("/profile", data=PROFILE)
    assert services.diary.latest(SELF) == number


def test_whatever_is_left_empty_is_not_known(browser: TestClient, services: Services) -> None:
    browser.post("/profile", data={"onset": "2025-09-01", "diagnosed": ""})
    profile = services.desk.chart(SELF, alone=True).profile
    assert profile.diagnosed is None
    assert profile.conditions is None
    page = main(browser.get("/").text)
    assert heading(page) == gate_words().outcome["incomplete"].title.en
    assert {"/profile#born", "/profile#diagnosed", "/profile#conditions"} <= set(re.findall(r'href="([^"]+)"', page))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("born", "2030-01-01"), ("born", "soon"), ("onset", "2030-01-01"), ("height_cm", "17"), ("weight_kg", "many"),
        ("age_years", "-3"), ("sex", "x"), ("wakes_at", "25:00"), ("diagnosed", "perhaps"),
        ("conditions", "gout"), ("height_cm", "inf"), ("height_cm", "nan"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_lost(
    browser: TestClient, services: Services, name: str, typed: str
) -> None:
    answer = browser.post("/profile", data=PROFILE | {name: typed})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert services.diary.latest(SELF) == 0
    assert 'value="2025-09-01"' in answer.text or name == "onset"


def test_the_curl_ups_are_tested_only_where_they_are_open(known: TestClient, services: Services) -> None:
    assert "Slow curl-ups without pain" in known.get("/profile").text
    assert 'id="curl_up_max-error"' in known.post("/profile", data=PROFILE | {"curl_up_max": "1.5"}).text
    services.desk.keep_profile(SELF, replace(FIT, onset=date(2026, 3, 19)))
    page = known.get("/profile").text
    assert "Slow curl-ups without pain" not in page
    assert '<input type="hidden" name="curl_up_max" value="15">' in page


def test_none_beside_a_condition_is_asked_again(browser: TestClient) -> None:
    answer = browser.post("/profile", data=PROFILE | {"conditions": ["none", "stenosis"]})
    assert answer.status_code == 422
    assert 'id="conditions-error"' in answer.text


def test_a_set_by_the_clock_needs_the_gate_is_noted_and_undone(known: TestClient, services: Services) -> None:
    assert known.get("/clock/bridge").headers["location"] == "/start/bridge?source=clock"
    answer = known.post("/sessions", data={"exercise": "bridge", "source": "clock", **CLEAR})
    assert answer.headers["location"] == "/clock/bridge"
    assert 'data-count="5"' in known.get("/clock/bridge").text
    done = known.post("/clock/bridge", data={"repetitions": "4", "by": "clock"}).headers["location"]
    page = known.get(done).text
    assert "4 of 5 repetitions." in page
    (noted,) = [entry.data for entry in services.diary.read(SELF) if entry.kind == "set"]
    assert (noted["by"], noted["finished"], noted["form_score"]) == ("clock", False, None)
    assert services.store.sessions() == ()
    number = done.removeprefix("/sets/")
    told = known.post("/pain", data={"when": "after", "set": number, "pain_back": "1", "pain_leg": "0"})
    assert told.headers["location"] == done
    after = known.get(done).text
    assert "Tomorrow, if the pain stays as it was" in after
    assert "Back to today" in after
    known.post(f"/entries/{number}/undo")
    assert known.get(done).status_code == 404
    assert "1 set done" not in known.get("/").text


def test_a_set_is_not_noted_where_none_is_open(known: TestClient, services: Services) -> None:
    services.desk.keep_profile(SELF, replace(FIT, diagnosed=False))
    assert known.post("/clock/bridge", data={"by": "hand"}).headers["location"] == "/"
    assert [entry for entry in services.diary.read(SELF) if entry.kind == "set"] == []


def test_a_lock_is_lifted_only_with_a_doctor_a_day_and_a_word(
    known: TestClient, services: Services, watch: Watch
) -> None:
    known.post("/sessions", data={"exercise": "bridge", "a3": "yes"})
    assert heading(known.get("/").text) == gate_words().lock.title.en
    page = known.get("/gate/locks", headers={"accept-language": "zh"}).text
    assert gate_words().lock.confirm.zh in page
    (number,) = re.findall(r'action="/gate/locks/(\d+)"', page)
    today = watch.now.date()
    good = {"doctor": "Dr Wang", "examined_on": today.isoformat(), "confirm": "yes"}
    for name, wrong in (
        ("doctor", " "), ("examined_on", ""), ("examined_on", (today - timedelta(days=1)).isoformat()), ("confirm", "")
    ):  # fmt: skip
        answer = known.post(f"/gate/locks/{number}", data=good | {name: wrong})
        assert answer.status_code == 422
        assert known.post("/sessions", data={"exercise": "bridge", "source": "camera", **CLEAR}).status_code == 200
    assert known.post("/gate/locks/999", data=good | {"doctor": ""}).status_code == 404
    assert known.post(f"/gate/locks/{number}", data=good).headers["location"] == "/"
    assert known.post("/sessions", data={"exercise": "bridge", "source": "camera", **CLEAR}).status_code == 303
    (lifted,) = [entry.data for entry in services.diary.read(SELF) if entry.kind == "lock_lifted"]
    assert (lifted["doctor"], lifted["lifted_role"]) == ("Dr Wang", "person")


def test_a_clearance_is_written_down_for_its_exercise(known: TestClient, services: Services, watch: Watch) -> None:
    services.desk.keep_profile(SELF, replace(FIT, stable_weakness=True))
    today = watch.now.date()
    good = {
        "doctor": "Dr Wang", "examined_on": today.isoformat(), "confirm": "yes",
        "expires_on": (today + timedelta(days=20)).isoformat(),
    }  # fmt: skip
    for name in good:
        assert known.post("/gate/clearance/bridge", data=good | {name: ""}).status_code == 422
    assert known.post("/gate/clearance/bridge", data=good).headers["location"] == "/"
    page = main(known.get("/").text)
    assert heading(page) == "Bridge"
    assert "/start/sit-up" not in page
    assert "Nothing to allow" in known.get("/gate/clearance/bridge").text


def test_progress_shows_every_picture_with_its_words_and_numbers(
    known: TestClient, services: Services, watch: Watch
) -> None:
    assert "Nothing to show yet" in known.get("/progress").text
    live(services.desk, watch, 5, lambda number: Told(form=0.9 if number else None))
    for language in ("en", "zh"):
        for span in ("4w", "12w", "all", "odd"):
            page = known.get(f"/progress?span={span}", headers={"accept-language": language}).text
            assert page.count('<svg class="chart"') == 6
            assert len(re.findall(r"<tr><th scope=\"row\"", page)) == 5
    english = known.get("/progress").text
    assert "a level up" in english
    assert "3 calm days in a row" in english


def test_progress_shows_the_load_of_the_disc_with_its_interval(
    known: TestClient, services: Services, watch: Watch
) -> None:
    live(services.desk, watch, 3, lambda _: Told())
    assert "tells what your disc carried" in known.get("/progress").text
    load = SetLoad(2.1, 1.7, 2.6, standing_minutes=3.5)
    services.desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "coach", load=load), alone=True)
    english, chinese = (known.get("/progress", headers={"accept-language": language}).text for language in ("en", "zh"))
    assert english.count('<svg class="chart"') == chinese.count('<svg class="chart"') == 8
    assert "your disc carried 2.1 × standing at most (likely 1.7 to 2.6)" in english
    assert "as much as 3.5 minutes of quiet standing" in english
    assert "<td>2.1 × (1.7 to 2.6)</td><td>3.5</td>" in english
    assert "椎间盘负荷最高约为站立时的 2.1 倍（大致 1.7～2.6 倍）" in chinese
    assert "<td>2.1 倍（1.7～2.6）</td><td>3.5</td>" in chinese


def test_the_way_to_a_set_is_short(known: TestClient) -> None:
    """Taps from today to the coach and back: start, none of these, two of pain, start; then two of pain and save."""
    known.post("/painkiller", data={"painkiller": "no"})
    page = main(known.get("/start/bridge").text)
    asked = set(re.findall(r'<fieldset class="question[^"]*" id="([\w-]+)"', page))
    assert asked == {"gate", "pain_back", "pain_leg"}


answers = st.dictionaries(
    st.sampled_from(["none_of_these", *(question.id for question in group_a().questions)]),
    st.sampled_from(["yes", "none", ""]),
    max_size=2,
)
pains = st.sampled_from(["", "0", "2", "5", "6", "10"])
posts = st.one_of(
    st.tuples(
        st.just("/sessions"),
        st.builds(
            lambda told, back, leg, source, slug: {
                "exercise": slug, "source": source, "pain_back": back, "pain_leg": leg, **told
            },
            answers, pains, pains, st.sampled_from(["camera", "clock"]), st.sampled_from(["bridge", "cross-twist"]),
        ),
    ),
    st.tuples(st.just("/painkiller"), st.fixed_dictionaries({"painkiller": st.sampled_from(["yes", "no"])})),
    st.tuples(
        st.just("/pain"),
        st.fixed_dictionaries({"when": st.sampled_from(["now", "after"]), "pain_back": pains, "pain_leg": pains}),
    ),
    st.tuples(st.just("/clock/bridge"), st.just({"by": "clock"})),
    st.tuples(
        st.just("/profile"),
        st.builds(
            lambda name, value: PROFILE | {name: value},
            st.sampled_from(["diagnosed", "stable_weakness", "conditions", "cancer_signs"]),
            st.sampled_from(["", "yes", "no", "none", "stenosis", "pregnancy"]),
        ),
    ),
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(posts, min_size=1, max_size=6))
def test_no_sequence_of_answers_leads_to_a_set_that_is_not_open(
    known: TestClient, services: Services, sequence: list[tuple[str, dict[str, str]]]
) -> None:
    for path, data in sequence:
        begun = len(services.store.sessions())
        answer = known.post(path, data=data)
        assert answer.status_code in (200, 303, 422)
        led_to = answer.headers.get("location", "")
        if len(services.store.sessions()) > begun or led_to.startswith(("/coach", "/clock")):
            chart = services.desk.chart(SELF, alone=True)
            plan = chart.exercise(data["exercise"])
            assert chart.gate(data["exercise"], plan.dose.level).passed
            assert data.get("none_of_these") in ("yes", "none")
            assert plan.left > 0
            row = next(iter(services.store.sessions(1)), None)
            assert led_to.startswith("/clock") or (row is not None and row.level == plan.dose.level)
    locks = [entry for entry in services.diary.read(SELF) if entry.kind == "lock"]
    assert not locks or all(not plan.gate.passed for plan in services.desk.chart(SELF, alone=True).exercises)


def test_no_pain_is_worse_than_what_may_start(known: TestClient, services: Services) -> None:
    services.desk.admit(SELF, "bridge", replace(SAID, pain=Pain(6, 0)), alone=True)
    assert known.get("/clock/bridge").status_code == 303
