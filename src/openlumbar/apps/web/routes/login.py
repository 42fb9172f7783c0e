"""Logging in: name and password, then a code and a password of one's own where they are due; and out again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.languages import is_local_path
from openlumbar.apps.web.login_cookie import forget_token, keep_token, token_of
from openlumbar.apps.web.login_steps import STEP_COOKIE, STEP_LASTS, Step
from openlumbar.apps.web.partings import part_from
from openlumbar.apps.web.rendering import render
from openlumbar.records.account_error import AccountError
from openlumbar.records.accounts import Checked
from openlumbar.records.audit import AuditEntry

router = APIRouter(include_in_schema=False)

_LOGIN, _CODE, _PASSWORD = "/login", "/login/code", "/login/password"
_LONGEST_BACK = 2000
_AT_ONCE = 50
_SETTING_A_PASSWORD = ("password_changed", "account_added")


@router.get(_LOGIN)
def login_page(
    request: Request, wired: Wired, back: Annotated[str, Query(max_length=_LONGEST_BACK)] = "/", gone: str = ""
) -> Response:
    """Ask for name and password; where one person is alone, nobody has to log in."""
    if not wired.accounts.any():
        return RedirectResponse("/", 303)
    return _login_form(request, back=back, is_gone=bool(gone))


@router.post(_LOGIN)
async def log_in(request: Request, wired: Wired) -> Response:
    """Let somebody in, or on to the next step."""
    form = await read_form(request)
    name, back = text_in(form, "name"), text_in(form, "back")
    password = str(form.get("password") or "")
    return await to_thread.run_sync(_log_in, request, wired, name, password, back)


def _log_in(request: Request, wired: Services, name: str, password: str, back: str) -> Response:
    back, now = back if is_local_path(back) else "/", wired.clock()
    if not wired.accounts.any():
        return RedirectResponse("/", 303)
    if not name or not password:
        return _login_form(request, back=back, name=name, problem="missing", status=422)
    if not wired.tries.take(request):
        wait_s = wired.tries.wait_s(request)
        return _login_form(request, back=back, name=name, problem="too_many", wait_s=wait_s, status=429)
    checked = wired.accounts.check(name, password, None, now)
    step = Step(name, password, back, now + STEP_LASTS)
    if checked.outcome == "code_needed":
        return _next_step(wired, step, _CODE)
    if checked.outcome == "ok":
        return _let_in(request, wired, step, checked)
    return _not_let_in(request, checked, now, name, back)


@router.get(_CODE)
def code_page(request: Request, wired: Wired) -> Response:
    """Ask for the code."""
    if wired.steps.find(request.cookies.get(STEP_COOKIE), wired.clock()) is None:
        return RedirectResponse(f"{_LOGIN}?gone=1", 303)
    return render(request, "login_code.html", problem=None, wait_min=None)


@router.post(_CODE)
async def take_code(request: Request, wired: Wired) -> Response:
    """Let somebody in whose code is right."""
    code = text_in(await read_form(request), "code")
    return await to_thread.run_sync(_take_code, request, wired, code)


def _take_code(request: Request, wired: Services, code: str) -> Response:
    now, secret = wired.clock(), request.cookies.get(STEP_COOKIE)
    step = wired.steps.find(secret, now)
    if step is None or step.account_id is not None:
        return RedirectResponse(f"{_LOGIN}?gone=1", 303)
    if not code:
        return render(request, "login_code.html", 422, problem="missing", wait_min=None)
    if not wired.tries.take(request):
        wait_s = wired.tries.wait_s(request)
        return _waiting(render(request, "login_code.html", 429, problem="too_many", wait_min=_minutes(wait_s)), wait_s)
    checked = wired.accounts.check(step.name, step.password, code, now)
    if checked.outcome == "code_wrong" and checked.locked_until is None:
        return render(request, "login_code.html", 422, problem="code_wrong", wait_min=None)
    wired.steps.forget(secret)
    if checked.outcome == "ok":
        return _let_in(request, wired, step, checked)
    return _not_let_in(request, checked, now, step.name, step.back)


@router.get(_PASSWORD)
def password_page(request: Request, wired: Wired) -> Response:
    """Ask for a password of one's own in place of the one that was handed over."""
    step = wired.steps.find(request.cookies.get(STEP_COOKIE), wired.clock())
    if step is None or step.account_id is None:
        return RedirectResponse(f"{_LOGIN}?gone=1", 303)
    return render(request, "login_password.html", error=None, name=step.name)


@router.post(_PASSWORD)
async def take_password(request: Request, wired: Wired) -> Response:
    """Take a password of one's own, and let its owner in."""
    password = str((await read_form(request)).get("password") or "")
    return await to_thread.run_sync(_take_password, request, wired, password)


def _take_password(request: Request, wired: Services, password: str) -> Response:
    now, secret = wired.clock(), request.cookies.get(STEP_COOKIE)
    step = wired.steps.find(secret, now)
    if step is None or step.account_id is None:
        return RedirectResponse(f"{_LOGIN}?gone=1", 303)
    try:
        if password == step.password:
            raise AccountError("password", "password_common")
        wired.accounts.set_password(step.account_id, password, by=step.account_id, at=now)
    except AccountError as error:
        return render(request, "login_password.html", 422, error=error, name=step.name)
    wired.steps.forget(secret)
    return _opened(request, wired, step.account_id, step.back)


@router.post("/logout")
def log_out(request: Request, wired: Wired) -> Response:
    """End the login of this browser, and what it has open."""
    token = token_of(request)
    if token is not None:
        wired.accounts.close_login(token, wired.clock())
        part_from(wired, lambda _, other: other == token)
    answer = RedirectResponse(_LOGIN, 303, {"clear-site-data": '"cache", "storage"'})
    forget_token(request, answer)
    return answer


def _let_in(request: Request, wired: Services, step: Step, checked: Checked) -> Response:
    """Open a login, unless somebody else knows the password."""
    account = checked.account
    assert account is not None  # it was checked  # noqa: S101
    if wired.accounts.any() and _was_handed_over(wired, account.id):
        return _next_step(wired, Step(step.name, step.password, step.back, step.expires_at, account.id), _PASSWORD)
    return _opened(request, wired, account.id, step.back)


def _was_handed_over(wired: Services, account_id: str) -> bool:
    """Tell whether another account set the password last, which then knows it."""
    set_by = (entry.actor for entry in _entries(wired, account_id) if entry.action in _SETTING_A_PASSWORD)
    return next(set_by, None) not in (None, account_id)


def _entries(wired: Services, account_id: str) -> Iterator[AuditEntry]:
    """Yield what the audit says of an account, the newest first."""
    found = wired.audit.entries(subject=account_id, limit=_AT_ONCE)
    while found:
        yield from found
        found = wired.audit.entries(subject=account_id, before=found[-1].number, limit=_AT_ONCE)


def _opened(request: Request, wired: Services, account_id: str, back: str) -> Response:
    """Log a browser in, under a token that it did not have before."""
    if (before := token_of(request)) is not None:
        wired.accounts.close_login(before, wired.clock())
    token = wired.accounts.open_login(account_id, wired.clock(), request.headers.get("user-agent", ""))
    answer = RedirectResponse(back, 303)
    keep_token(request, answer, token)
    answer.delete_cookie(STEP_COOKIE, path=_LOGIN)
    return answer


def _next_step(wired: Services, step: Step, path: str) -> Response:
    answer = RedirectResponse(path, 303)
    lasts_s = int(STEP_LASTS.total_seconds())
    answer.set_cookie(STEP_COOKIE, wired.steps.keep(step), lasts_s, httponly=True, samesite="strict", path=_LOGIN)
    return answer


def _not_let_in(request: Request, checked: Checked, now: datetime, name: str, back: str) -> Response:
    if checked.locked_until is not None:
        wait_s = (checked.locked_until - now).total_seconds()
        return _login_form(request, back=back, name=name, problem="locked", wait_s=wait_s, status=429)
    problem = "disabled" if checked.outcome == "disabled" else "wrong"
    return _login_form(request, back=back, name=name, problem=problem, status=422)


def _login_form(
    request: Request,
    *,
    back: str,
    name: str = "",
    problem: str | None = None,
    wait_s: float | None = None,
    is_gone: bool = False,
    status: int = 200,
) -> Response:
    values = {
        "back": back if is_local_path(back) else "/",
        "name": name,
        "problem": problem,
        "wait_min": _minutes(wait_s),
        "is_gone": is_gone,
        "path": _LOGIN,
    }
    return _waiting(render(request, "login.html", status, **values), wait_s)


def _waiting(answer: Response, wait_s: float | None) -> Response:
    """Tell programs, too, how long to wait."""
    if wait_s is not None:
        answer.headers["retry-after"] = str(int(wait_s) + 1)
    return answer


def _minutes(wait_s: float | None) -> int | None:
    return None if wait_s is None else int(wait_s // 60) + 1
