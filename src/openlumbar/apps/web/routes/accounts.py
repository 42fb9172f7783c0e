"""The administrator's pages: accounts, who treats whom, and the audit. Nothing here tells of anybody's health."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.partings import part_from
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Viewer, Viewing
from openlumbar.records.account_error import AccountError
from openlumbar.records.accounts import Account, AccountRole
from openlumbar.records.passwords import check_password

router = APIRouter(include_in_schema=False)

_ON_ONE_PAGE = 50
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for each other when they are read aloud or from paper."""
_GROUPS, _GROUP_LETTERS = 5, 4


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit with names in place of ids."""

    number: int
    at: Any
    actor: str | None
    action: str
    subject: str | None
    details: str


@router.get("/accounts")
def accounts_page(request: Request, wired: Wired) -> Response:
    """List all accounts, and ask for a new one."""
    return _list(request, wired)


@router.post("/accounts")
async def add(request: Request, wired: Wired, viewing: Viewing) -> Response:
    """Add an account, and show the password to hand over, this once."""
    form = await read_form(request)
    name, role = text_in(form, "name"), text_in(form, "role")
    return await to_thread.run_sync(_add, request, wired, viewing, name, role)


def _add(request: Request, wired: Services, viewing: Viewer, name: str, role: str) -> Response:
    if role not in get_args(AccountRole):
        return _list(request, wired, status=422, problem="role", name=name, role=role)
    password = handed_over()
    try:
        added = wired.accounts.add(name, password, cast(AccountRole, role), by=viewing.account_id, at=wired.clock())
    except AccountError as error:
        return _list(request, wired, status=422, error=error, name=name, role=role)
    return render(request, "account_handed.html", account=added, password=password, path="/accounts")


@router.get("/accounts/{account_id}")
def account_page(request: Request, account_id: str, wired: Wired) -> Response:
    """Show one account, and what can be done about it."""
    return _one(request, wired, _account_or_404(wired, account_id))


@router.post("/accounts/{account_id}/disable")
def disable(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Close an account; it can be opened again."""
    answer = _changed(request, wired, viewing, account_id, wired.accounts.disable)
    if answer.status_code == 303:
        part_from(wired, lambda other, _: other == account_id)
    return answer


@router.post("/accounts/{account_id}/enable")
def enable(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Open an account that was closed, or that waits after too many tries."""
    return _changed(request, wired, viewing, account_id, wired.accounts.enable)


@router.post("/accounts/{account_id}/password")
def reset_password(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Give an account a new password, and show it, this once."""
    account, password = _account_or_404(wired, account_id), handed_over()
    wired.accounts.set_password(account_id, password, by=viewing.account_id, at=wired.clock())
    part_from(wired, lambda other, _: other == account_id)
    return render(request, "account_handed.html", account=account, password=password, path="/accounts")


@router.post("/accounts/{account_id}/codes")
def remove_codes(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Ask an account for no codes any more, whose owner lost the phone."""
    return _changed(request, wired, viewing, account_id, wired.accounts.remove_totp)


@router.post("/accounts/{account_id}/link")
async def link(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Let a therapist treat a person."""
    person_id = text_in(await read_form(request), "person")
    return await to_thread.run_sync(_changed, request, wired, viewing, account_id, wired.accounts.link, person_id)


@router.post("/accounts/{account_id}/unlink")
async def unlink(request: Request, account_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Let a therapist treat a person no more."""
    person_id = text_in(await read_form(request), "person")
    return await to_thread.run_sync(_changed, request, wired, viewing, account_id, wired.accounts.unlink, person_id)


@router.get("/audit")
def audit_page(
    request: Request, wired: Wired, before: Annotated[int | None, Query(ge=1)] = None, check: bool = False
) -> Response:
    """Show who did what, the newest first; on demand, whether anything in it was changed."""
    entries = wired.audit.entries(before=before, limit=_ON_ONE_PAGE + 1)
    names = _names(wired)
    lines = [
        AuditLine(
            number=entry.number,
            at=entry.at,
            actor=names.get(entry.actor, entry.actor) if entry.actor else None,
            action=entry.action,
            subject=names.get(entry.subject, entry.subject) if entry.subject else None,
            details=", ".join(names.get(str(value), str(value)) for value in entry.details.values()),
        )
        for entry in entries[:_ON_ONE_PAGE]
    ]
    return render(
        request,
        "audit.html",
        lines=lines,
        next_before=lines[-1].number if len(entries) > _ON_ONE_PAGE else None,
        is_checked=check,
        broken=wired.audit.verify() if check else None,
    )


def handed_over() -> str:
    """Make a password that can be read aloud, to be replaced at the first login."""
    while True:
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
        password = "-".join(groups)
        try:
            check_password(password)
        except AccountError:  # it happened to hold a word
            continue
        return password


def _list(
    request: Request,
    wired: Services,
    *,
    status: int = 200,
    name: str = "",
    role: str = "",
    problem: str | None = None,
    error: AccountError | None = None,
) -> Response:
    values = {"accounts": wired.accounts.all(), "name": name, "role": role, "problem": problem, "error": error}
    return render(request, "accounts.html", status, path="/accounts", **values)


def _one(request: Request, wired: Services, account: Account, error: AccountError | None = None) -> Response:
    values: dict[str, Any] = {"linked": (), "others": (), "therapists": ()}
    if account.role == "therapist":
        linked = wired.accounts.patients_of(account.id)
        people = sorted(wired.people.all(), key=lambda person: person.name.casefold())
        values["linked"] = [person for person in people if person.id in linked]
        values["others"] = [person for person in people if person.id not in linked and person.name]
    elif account.person_id is not None:
        found = (wired.accounts.get(id_) for id_ in wired.accounts.therapists_of(account.person_id))
        values["therapists"] = [therapist for therapist in found if therapist is not None]
    path = f"/accounts/{account.id}"
    return render(request, "account_one.html", 422 if error else 200, account=account, error=error, path=path, **values)


def _changed(
    request: Request, wired: Services, viewing: Viewer, account_id: str, change: Callable[..., object], *about: str
) -> Response:
    """Change an account, or say on its page why that cannot be."""
    account = _account_or_404(wired, account_id)
    try:
        change(account_id, *about, by=viewing.account_id, at=wired.clock())
    except AccountError as error:
        return _one(request, wired, account, error)
    return RedirectResponse(f"/accounts/{account_id}", 303)


def _account_or_404(wired: Services, account_id: str) -> Account:
    account = wired.accounts.get(account_id)
    if account is None:
        raise HTTPException(404)
    return account


def _names(wired: Services) -> dict[str, str]:
    """Return the names of people and accounts by their ids."""
    people = {person.id: person.name for person in wired.people.all() if person.name}
    return people | {account.id: account.name for account in wired.accounts.all()}
