"""Sessions that are in the record: their result, the history, deleting, restoring, exporting."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from analyses import make_analysis
from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.routes.sessions import ON_ONE_PAGE
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Verdict
from openlumbar.care.pain import pain_rules
from openlumbar.physique import Physique
from openlumbar.pipeline.history import analysis_of, events_of, outcome_of, thinned
from openlumbar.records.store import EventRow, Store
from openlumbar.reports.load_words import ranged_text
from openlumbar.reports.words import Words

JSON = {"accept": "application/json"}
FAULTY = {2: ("short_hold",), 4: ("low_rise",)}


def keep_live(store: Store, analysis: Analysis, *, outcome: bool = True, **plan: object) -> str:
    """Keep a session that the coach led."""
    row = store.create(
        exercise=analysis.card.slug,
        level=analysis.level.id,
        source="camera",
        language="en",
        plan=plan,
        physique=Physique(height_cm=174.0),
    )
    store.append(row.id, events_of(analysis), [thinned(analysis.signals)])
    if outcome:
        told = {"judged": True, "reasons": [], "set": 2, "stops": 1, "pain": {"back": 4, "leg": 1, "zone": "amber"}}
        store.finish(row.id, told)
    return row.id


def keep_recording(store: Store, analysis: Analysis) -> str:
    """Keep a recording that was analyzed."""
    row = store.create(exercise="auto", level="", source="upload", language="en", name=analysis.source.name)
    store.append(row.id, events_of(analysis), [thinned(analysis.signals)])
    store.finish(row.id, outcome_of(analysis), recognised=(analysis.card.slug, analysis.level.id))
    return row.id


def main_of(page: str) -> str:
    """Return what the page's main part says, without its elements."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_live_session_and_a_recording_have_the_same_result(
    browser: TestClient, services: Services, language: str
) -> None:
    analysis = make_analysis(faults=FAULTY)
    pages = [
        browser.get(f"/sessions/{id_}", headers={"accept-language": language}).text
        for id_ in (keep_live(services.store, analysis), keep_recording(services.store, analysis))
    ]
    for page in pages:
        assert {"en": "3 of 4 repetitions counted", "zh": "共4次，计入3次"}[language] in page
        assert {"en": "Hold a little longer", "zh": "再保持一会儿"}[language] in page
        assert page.count('<svg class="timeline"') == 4  # over time and the disc load, each in two sizes
        assert page.count('class="head"') == 4
        assert '<link rel="stylesheet" href="/styles/article.css">' in page
        assert len(re.findall("<h1", page)) == 1


def test_how_it_felt_is_told_of_a_live_session(browser: TestClient, services: Services) -> None:
    id_ = keep_live(services.store, make_analysis(), sets=2, pain_before={"back": 2, "leg": 1})
    text = main_of(browser.get(f"/sessions/{id_}").text)
    assert "Pain before 2 1 Pain last told 4 1" in text
    assert pain_rules().words["amber"].advice.en in text
    assert "Set 2 of 2 · stopped once" in text
    assert "body height of 174 cm" in text


def test_a_session_that_broke_off_is_shown_as_far_as_it_got(browser: TestClient, services: Services) -> None:
    id_ = keep_live(services.store, make_analysis(), outcome=False, sets=3)
    score = {"set": 2, "stops": 0, "back": 7, "leg": 0, "zone": "red"}
    services.store.append(id_, [EventRow(900, 40.0, "memory", {"score": score})])
    page = browser.get(f"/sessions/{id_}").text
    text = main_of(page)
    assert "3 of 4 repetitions counted" in text
    assert f'href="/coach/{id_}"' in page
    assert "Pain last told 7 0" in text
    assert "Set 2 of 3" in text
    assert 'href="/start/' not in page


def test_a_session_in_which_nothing_happened_says_so(browser: TestClient, services: Services) -> None:
    row = services.store.create(exercise="bridge", level="L2", source="camera", language="en")
    services.store.finish(row.id, {"judged": False, "reasons": ["no_repetitions"]})
    text = main_of(browser.get(f"/sessions/{row.id}").text)
    assert "No repetition was seen" in text
    assert "not told" in text


def test_a_refused_recording_says_what_to_change(browser: TestClient, services: Services) -> None:
    refused = make_analysis(peaks=(), verdict=Verdict(False, ("legs_out_of_frame",)))
    text = main_of(browser.get(f"/sessions/{keep_recording(services.store, refused)}").text)
    assert "This recording could not be judged" in text
    assert "The one thing to change" in text


def test_a_failed_recording_says_why(browser: TestClient, services: Services) -> None:
    row = services.store.create(exercise="auto", level="", source="upload", language="en", name="<b>.mp4")
    told = {"code": "refused", "thing": "<b>.mp4", "problem": "is empty (0 bytes)", "remedy": "copy it again"}
    services.store.finish(row.id, {"failure": told}, state="failed")
    page = browser.get(f"/sessions/{row.id}").text
    assert "&lt;b&gt;.mp4: is empty (0 bytes); copy it again." in page
    assert browser.get(f"/sessions/{row.id}/report.html").status_code == 404


def test_a_session_of_an_exercise_that_is_gone_can_still_be_deleted(browser: TestClient, services: Services) -> None:
    row = services.store.create(exercise="juggling", level="L1", source="camera", language="en")
    services.store.finish(row.id, {})
    page = browser.get(f"/sessions/{row.id}").text
    assert "no longer part of OpenLumbar" in page
    assert f'action="/sessions/{row.id}/delete"' in page
    assert browser.get("/sessions").status_code == 200


def test_a_recording_under_way_leads_to_its_progress(browser: TestClient, services: Services) -> None:
    row = services.store.create(exercise="bridge", level="L2", source="upload", language="en", name="clip.mp4")
    assert browser.get(f"/sessions/{row.id}").headers["location"] == f"/recordings/{row.id}"


def test_the_history_is_empty_at_first_and_says_how_to_begin(browser: TestClient) -> None:
    page = browser.get("/sessions").text
    assert "Nothing here yet" in page
    assert "export" not in page


def test_the_history_lists_what_was_done(browser: TestClient, services: Services) -> None:
    keep_live(services.store, make_analysis())
    keep_recording(services.store, make_analysis(peaks=(25.0, -28.0), slug="cross-twist"))
    services.store.create(exercise="sit-up", level="L1", source="simulated", language="en")
    text = main_of(browser.get("/sessions").text)
    assert "Bridge L2 · 3 repetitions counted · camera" in text
    assert "Cross-twist (standing turn) L2 · 2 repetitions counted · recording" in text
    assert "Sit-up (as a curl-up) L1 · not finished · simulated patient" in text


def test_a_long_history_has_pages(browser: TestClient, services: Services) -> None:
    for days in range(ON_ONE_PAGE + 2):
        begun = datetime.now(UTC) - timedelta(days=days)
        services.store.create(exercise="bridge", level="L2", source="camera", language="en", started_at=begun)
    first = browser.get("/sessions").text
    older = re.search(r'href="(/sessions\?before=[^"]+)"', first)
    assert older
    second = browser.get(older[1]).text
    ids = [set(re.findall(r'action="/sessions/([^/]+)/delete"', page)) for page in (first, second)]
    assert [len(found) for found in ids] == [ON_ONE_PAGE, 2]
    assert ids[0] & ids[1] == set()
    assert "?before=" not in second
    assert browser.get("/sessions?before=nobody").status_code == 404


def test_what_is_deleted_is_gone_and_can_be_brought_back(browser: TestClient, services: Services) -> None:
    id_ = keep_live(services.store, make_analysis())
    answer = browser.post(f"/sessions/{id_}/delete")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "Nothing here yet" in page
    assert f'action="/sessions/{id_}/restore"' in page
    for path in ("", "/export.json", "/export.csv", "/report.html"):
        assert browser.get(f"/sessions/{id_}{path}").status_code == 404
    assert browser.post(f"/sessions/{id_}/delete").status_code == 404
    assert browser.get("/sessions/export.json", headers=JSON).json()["sessions"] == []
    assert browser.post(f"/sessions/{id_}/restore").status_code == 303
    assert browser.get(f"/sessions/{id_}").status_code == 200


@pytest.mark.parametrize("path", ["", "/export.json", "/export.csv", "/report.html"])
def test_a_session_that_nobody_has_is_not_there(browser: TestClient, path: str) -> None:
    assert browser.get(f"/sessions/{'A' * 22}{path}").status_code == 404
    assert browser.post(f"/sessions/{'A' * 22}/delete").status_code == 404
    assert browser.post(f"/sessions/{'A' * 22}/restore").status_code == 404


def test_an_offer_to_undo_is_made_only_of_what_is_deleted(browser: TestClient, services: Services) -> None:
    id_ = keep_live(services.store, make_analysis())
    for named in (id_, "nobody", '"><script>'):
        page = browser.get("/sessions", params={"deleted": named}).text
        assert "/restore" not in page
        assert "<script>" not in page


def test_exports_hold_the_session_or_all(browser: TestClient, services: Services) -> None:
    ids = [keep_live(services.store, make_analysis()), keep_recording(services.store, make_analysis())]
    one = browser.get(f"/sessions/{ids[0]}/export.json")
    assert [session["id"] for session in one.json()["sessions"]] == [ids[0]]
    assert "hip_rise_cm" in one.json()["sessions"][0]["signals"]
    assert {session["id"] for session in browser.get("/sessions/export.json").json()["sessions"]} == set(ids)
    for path, count in ((f"/sessions/{ids[1]}/export.csv", 4), ("/sessions/export.csv", 8)):
        answer = browser.get(path)
        assert len(list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))) == count
        assert re.fullmatch(r'attachment; filename="openlumbar[\w.-]*\.csv"', answer.headers["content-disposition"])


def test_the_result_and_the_exports_tell_the_disc_load(browser: TestClient, services: Services) -> None:
    id_ = keep_live(services.store, make_analysis())
    analysis = analysis_of(services.store, id_)
    assert analysis is not None
    assert analysis.loads is not None
    page = browser.get(f"/sessions/{id_}").text
    assert ranged_text(analysis.loads.whole.relative_to_standing, "standing", Words("en")) in page
    assert page.count("Peak disc load") == 4
    assert "椎间盘负荷峰值" in browser.get(f"/sessions/{id_}", headers={"accept-language": "zh"}).text
    (told,) = browser.get(f"/sessions/{id_}/export.json").json()["sessions"]
    assert told["loads"] == analysis.loads.to_json()
    assert len(told["loads"]["repetitions"]) == 4
    table = browser.get(f"/sessions/{id_}/export.csv").content.decode("utf-8-sig")
    for row, loads in zip(csv.DictReader(io.StringIO(table)), analysis.repetition_loads, strict=True):
        assert loads is not None
        assert float(row["standing_minutes"]) == pytest.approx(loads.standing_minutes.value, rel=1e-5)


def test_the_report_to_keep_is_whole_in_both_languages(browser: TestClient, services: Services) -> None:
    answer = browser.get(f"/sessions/{keep_live(services.store, make_analysis())}/report.html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "3 of 4 repetitions counted" in answer.text
    assert "共4次，计入3次" in answer.text
    assert 'src="' not in answer.text


def test_the_styles_of_a_result_are_those_of_the_report(browser: TestClient) -> None:
    answer = browser.get("/styles/article.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert ".report .timeline" in answer.text
