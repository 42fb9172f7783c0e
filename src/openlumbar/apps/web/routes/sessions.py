"""Sessions: listed, shown, deleted, restored, exported."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openlumbar.apps.web.after import after_values
from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.results import entry_of, set_facts
from openlumbar.apps.web.routes.pages import words_of
from openlumbar.apps.web.routes.start import map_values
from openlumbar.apps.web.viewer import Own, Viewer, Viewing
from openlumbar.care.pain import pain_rules
from openlumbar.physique import stature_of
from openlumbar.pipeline.history import analysis_of, loads_in
from openlumbar.pipeline.today import sets_of_session
from openlumbar.records.export import export_csv, export_json
from openlumbar.records.store import SessionRow
from openlumbar.reports.page import article_style, render_article, render_report

router = APIRouter()


class CsvResponse(Response):
    """A table."""

    media_type = "text/csv"


ON_ONE_PAGE = 30
"""Sessions listed at once."""

_GONE: dict[int | str, dict[str, Any]] = {404: {"description": "there is no such session"}}


@router.get("/sessions", include_in_schema=False)
def history_page(
    request: Request,
    wired: Wired,
    own: Own,
    before: Annotated[str | None, Query(max_length=64)] = None,
    deleted: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """List the sessions, newest first."""
    if before is not None and _own_session(wired, own, before) is None:
        raise HTTPException(404)
    rows = wired.store.sessions(ON_ONE_PAGE + 1, before, person_id=own)
    shown, language = rows[:ON_ONE_PAGE], language_of(request)
    gone = _own_session(wired, own, deleted) if deleted else None
    return render(
        request,
        "sessions.html",
        entries=[entry_of(wired.store, row, language) for row in shown],
        next_before=shown[-1].id if len(rows) > ON_ONE_PAGE else None,
        deleted=gone.id if gone and gone.deleted_at else None,
    )


@router.get("/sessions/export.json")
def export_all_json(wired: Wired, own: Own) -> Response:
    """Send all of one's own sessions with everything that happened in them."""
    return _file(
        _json(export_json(wired.store, person_id=own, loads_of=loads_in(wired.store))),
        "application/json",
        "openlumbar.json",
    )


@router.get("/sessions/export.csv", response_class=CsvResponse)
def export_all_csv(wired: Wired, own: Own) -> Response:
    """Send the repetitions of all of one's own sessions as a table."""
    found = export_csv(wired.store, person_id=own, loads_of=loads_in(wired.store))
    return _file(found, "text/csv", "openlumbar.csv")


@router.get("/sessions/{session_id}", include_in_schema=False)
def result_page(request: Request, session_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Show what came of a session, of the coach or of a recording; after a set of one's own, ask how it felt."""
    row = _row_or_404(wired, session_id)
    if row.source == "upload" and row.state == "open":
        return RedirectResponse(f"/recordings/{row.id}", 303)
    language = language_of(request)
    analysis = analysis_of(wired.store, row.id)
    return render(
        request,
        "session.html",
        entry=entry_of(wired.store, row, language),
        article=render_article(analysis, language, stature_of(row.physique)) if analysis else None,
        failure=(row.outcome or {}).get("failure"),
        facts=set_facts(wired.store, row) if row.source == "camera" else None,
        **_after(wired, viewing, row),
        **map_values(),
        **words_of(request),
    )


def _after(wired: Services, viewing: Viewer, row: SessionRow) -> dict[str, Any]:
    """Return what is asked and told after a set of today; nothing of another's, or of another day."""
    nothing: dict[str, Any] = {"after_sets": (), "zone_words": pain_rules().words}
    if row.source != "camera" or row.state != "done" or viewing.person_id != row.person_id:
        return nothing
    chart = wired.desk.chart(row.person_id, alone=viewing.alone)
    sets = [entry for entry in sets_of_session(chart, row.id) if entry.day == chart.today]
    return after_values(chart, sets) if sets else nothing


@router.get("/sessions/{session_id}/export.json", responses=_GONE)
def export_one_json(session_id: str, wired: Wired) -> Response:
    """Send a session with everything that happened in it and its signals."""
    row = _row_or_404(wired, session_id)
    loads_of = loads_in(wired.store)
    found = export_json(wired.store, [row.id], with_signals=True, person_id=row.person_id, loads_of=loads_of)
    return _file(_json(found), "application/json", _name(row, "json"))


@router.get("/sessions/{session_id}/export.csv", response_class=CsvResponse, responses=_GONE)
def export_one_csv(session_id: str, wired: Wired) -> Response:
    """Send a session's repetitions as a table."""
    row = _row_or_404(wired, session_id)
    found = export_csv(wired.store, [row.id], person_id=row.person_id, loads_of=loads_in(wired.store))
    return _file(found, "text/csv", _name(row, "csv"))


@router.get("/sessions/{session_id}/report.html", response_class=HTMLResponse, responses=_GONE)
def report(session_id: str, wired: Wired) -> Response:
    """Send the report to keep: one file in both languages that needs nothing else."""
    row = _row_or_404(wired, session_id)
    analysis = analysis_of(wired.store, row.id)
    if analysis is None:
        raise HTTPException(404)
    page = render_report(analysis, (), stature_of(row.physique))
    return _file(page.encode(), "text/html", _name(row, "html"))


@router.post("/sessions/{session_id}/delete", status_code=303, responses=_GONE)
def delete(session_id: str, wired: Wired) -> Response:
    """Delete a session; it can be restored for a day."""
    row = _row_or_404(wired, session_id)
    wired.store.delete(row.id)
    return RedirectResponse(f"/sessions?deleted={row.id}", 303)


@router.post("/sessions/{session_id}/restore", status_code=303, responses=_GONE)
def restore(session_id: str, wired: Wired) -> Response:
    """Undo a deletion."""
    if not wired.store.restore(session_id):
        raise HTTPException(404)
    return RedirectResponse("/sessions", 303)


@router.get("/styles/article.css", include_in_schema=False)
def article_css() -> Response:
    """Send the styles of a result, which are those of the report."""
    return Response(article_style(), media_type="text/css", headers={"cache-control": "no-cache"})


def _own_session(wired: Services, own: str, session_id: str) -> SessionRow | None:
    """Return a session of the viewer's own; somebody else's is as if it were not there."""
    row = wired.store.session(session_id)
    return row if row is not None and row.person_id == own else None


def _row_or_404(wired: Services, session_id: str) -> SessionRow:
    row = wired.store.session(session_id)
    if row is None or row.deleted_at is not None:
        raise HTTPException(404)
    return row


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _name(row: SessionRow, ending: str) -> str:
    return f"openlumbar-{row.exercise}-{row.started_at.astimezone():%Y-%m-%d-%H%M}.{ending}"


def _file(content: bytes, media_type: str, name: str) -> Response:
    """Send something to be saved, never shown as a page of ours."""
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
