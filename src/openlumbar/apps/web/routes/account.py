"""One's own account: password, codes, where one is logged in; and what of oneself is kept here."""

from datetime import date

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.agents import agent_in_words
from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.login_cookie import token_of
from openlumbar.apps.web.partings import part_from
from openlumbar.apps.web.patient_timeline import permits_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.routes.mine import knows_password
from openlumbar.apps.web.viewer import Viewer, Viewing
from openlumbar.care.consent import consent_card
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.records.account_error import AccountError
from openlumbar.records.accounts import Account
from openlumbar.records.diary import DiaryEntry
from openlumbar.records.logins import login_id

router = APIRouter(include_in_schema=False)


@router.get("/account")
def account_page(request: Request, wired: Wired, viewing: Viewing, done: str = "") -> Response:
    """Show one's own account; alone, what there is instead."""
    return _page(request, wired, viewing, done=done)


@router.post("/account/password")
async def change_password(request: Request, wired: Wired, viewing: Viewing) -> Response:
    """Change one's own password, and log all other browsers out."""
    form = await read_form(request)
    current, new = str(form.get("current") or ""), str(form.get("password") or "")
    return await to_thread.run_sync(_change_password, request, wired, viewing, current, new)


def _change_password(request: Request, wired: Services, viewing: Viewer, current: str, new: str) -> Response:
    account = _own_or_404(wired, viewing)
    if not knows_password(wired, account, current):
        return _page(request, wired, viewing, problem="current", status=422)
    try:
        wired.accounts.set_password(account.id, new, by=account.id, keep=token_of(request), at=wired.clock())
    except AccountError as error:
        return _page(request, wired, viewing, error=error, status=422)
    part_from(wired, lambda other, token: other == account.id and token != token_of(request))
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/codes")
def begin_codes(request: Request, wired: Wired, viewing: Viewing) -> Response:
    """Make a secret for an app that shows codes; it is shown this once, and counts when its first code is told."""
    import segno  # only here

    account = _own_or_404(wired, viewing)
    secret = wired.accounts.begin_totp(account.id)
    picture = segno.make(secret.uri, error="m").svg_data_uri(scale=6, border=4, dark="#000", light="#fff")
    spaced = " ".join(secret.secret[place : place + 4] for place in range(0, len(secret.secret), 4))
    return render(request, "account_codes.html", picture=picture, secret=spaced, is_wrong=False, path="/account")


@router.post("/account/codes/confirm")
async def confirm_codes(request: Request, wired: Wired, viewing: Viewing) -> Response:
    """Ask for codes from now on, if the first one is right."""
    code = text_in(await read_form(request), "code")
    return await to_thread.run_sync(_confirm_codes, request, wired, viewing, code)


def _confirm_codes(request: Request, wired: Services, viewing: Viewer, code: str) -> Response:
    account = _own_or_404(wired, viewing)
    try:
        is_right = wired.accounts.confirm_totp(account.id, code, wired.clock())
    except AccountError:
        return RedirectResponse("/account", 303)
    if not is_right:
        values = {"picture": None, "secret": None, "is_wrong": True, "path": "/account"}
        return render(request, "account_codes.html", 422, **values)
    return RedirectResponse("/account?done=codes_on", 303)


@router.post("/account/codes/remove")
async def remove_codes(request: Request, wired: Wired, viewing: Viewing) -> Response:
    """Ask for no codes any more; who left the browser open does not lose them to whoever finds it."""
    password = str((await read_form(request)).get("current") or "")
    return await to_thread.run_sync(_remove_codes, request, wired, viewing, password)


def _remove_codes(request: Request, wired: Services, viewing: Viewer, password: str) -> Response:
    account = _own_or_404(wired, viewing)
    if not knows_password(wired, account, password):
        return _page(request, wired, viewing, problem="current_codes", status=422)
    wired.accounts.remove_totp(account.id, by=account.id, at=wired.clock())
    return RedirectResponse("/account?done=codes_off", 303)


@router.post("/account/logins/{login}/close")
def close_login(login: str, wired: Wired, viewing: Viewing) -> Response:
    """Log another browser of one's own out."""
    account = _own_or_404(wired, viewing)
    if not wired.accounts.close_login_by_id(account.id, login, wired.clock()):
        raise HTTPException(404)
    part_from(wired, lambda _, token: token is not None and login_id(token) == login)
    return RedirectResponse("/account?done=closed", 303)


def _own_or_404(wired: Services, viewing: Viewer) -> Account:
    account = wired.accounts.get(viewing.account_id) if viewing.account_id else None
    if account is None:
        raise HTTPException(404)
    return account


def _page(
    request: Request,
    wired: Services,
    viewing: Viewer,
    *,
    done: str = "",
    problem: str | None = None,
    error: AccountError | None = None,
    status: int = 200,
) -> Response:
    token = token_of(request)
    logins = [
        (found, agent_in_words(found.agent), token is not None and found.id == login_id(token))
        for found in (wired.accounts.logins(viewing.account_id) if viewing.account_id else ())
    ]
    person_id = viewing.person_id
    chart = None if person_id is None else wired.therapists.chart(person_id)
    names = {each.id: each.name for each in wired.accounts.all()} if chart else {}
    values = {
        "permits": () if chart is None or viewing.alone else permits_of(chart, names),
        "consent_card": consent_card(),
        "consent": _consent(chart) if chart else None,
        "readers": [names[id_] for id_ in wired.accounts.therapists_of(person_id)] if person_id else [],
        "day_of": date.fromisoformat,
        "data_dir": wired.settings.data_dir,
        "account": wired.accounts.get(viewing.account_id) if viewing.account_id else None,
        "logins": logins,
        "done": done,
        "problem": problem,
        "error": error,
        "path": "/account",
    }
    return render(request, "account.html", status, **values)


def _consent(chart: PatientChart) -> DiaryEntry | None:
    """Return where the person agreed to what is stored, None where that does not hold."""
    said = [entry for entry in chart.entries if entry.kind == "consent"]
    return said[-1] if consent_card().state(entry.data for entry in said) == "given" else None
