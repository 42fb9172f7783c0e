"""What of oneself is kept: saved as a file, erased for good, and what one has agreed to."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from anyio import from_thread, to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.languages import is_local_path
from openlumbar.apps.web.login_cookie import forget_token
from openlumbar.apps.web.partings import part_from
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own, Viewer, Viewing
from openlumbar.care.consent import consent_card
from openlumbar.pipeline.history import loads_in
from openlumbar.records.accounts import Account
from openlumbar.records.diary import Draft
from openlumbar.records.erasure import erase
from openlumbar.records.person_export import export_person

router = APIRouter(include_in_schema=False)

_PIECE_BYTES = 256 * 1024


@router.get("/account/export.zip")
def save(wired: Wired, own: Own, viewing: Viewing) -> Response:
    """Send everything of oneself as one file."""
    wired.settings.data_dir.mkdir(parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=wired.settings.data_dir)  # noqa: SIM115 - closed when it was sent
    try:
        kept = wired.uploads.kept_folder
        loads_of = loads_in(wired.store)
        export_person(wired.store, own, file, kept_dir=kept, by=viewing.account_id, at=wired.clock(), loads_of=loads_of)
    except BaseException:
        file.close()
        raise
    named = f"openlumbar-{wired.clock():%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{named}"', "content-length": str(file.tell())}
    return StreamingResponse(_pieces(file), media_type="application/zip", headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece


@router.get("/account/erase")
def erase_page(request: Request, own: Own) -> Response:
    """Say what would be lost, and ask once."""
    del own  # who keeps no diary has nothing to erase
    return render(request, "erase.html", problem=None, path="/account")


@router.post("/account/erase")
async def erase_me(request: Request, wired: Wired, own: Own, viewing: Viewing) -> Response:
    """Erase everything of oneself, the account with it."""
    form = await read_form(request)
    password = str(form.get("current") or "")
    return await to_thread.run_sync(
        _erase_me, request, wired, own, viewing, password, text_in(form, "confirm") == "yes"
    )


def _erase_me(
    request: Request, wired: Services, own: str, viewing: Viewer, password: str, is_confirmed: bool
) -> Response:
    problem = None if is_confirmed else "confirm"
    account = None if viewing.alone else wired.accounts.get(str(viewing.account_id))
    if not viewing.alone and not (account and knows_password(wired, account, password)):
        problem = "current"
    if problem:
        return render(request, "erase.html", 422, problem=problem, path="/account")
    part_from(wired, lambda account_id, _: account_id == viewing.account_id)
    from_thread.run(wired.rooms.drop, own)
    kept = wired.uploads.kept_folder
    done = erase(wired.store, own, kept_dir=kept, by=viewing.account_id, at=wired.clock())
    if not viewing.alone:
        request.state.viewer = None
    answer = render(request, "erased.html", alone=viewing.alone, done=done, path="/account")
    forget_token(request, answer)
    return answer


def knows_password(wired: Services, account: Account, password: str) -> bool:
    """Check an account's password again, as at the login, where wrong tries make it wait."""
    return wired.accounts.check(account.name, password, None, wired.clock()).outcome in ("ok", "code_needed")


@router.get("/consent")
def consent_page(
    request: Request, wired: Wired, own: Own, back: Annotated[str, Query(max_length=2000)] = "/"
) -> Response:
    """Say what is stored, where and who sees it, and ask a patient of a clinic to agree."""
    state = consent_card().state(entry.data for entry in wired.diary.read(own, ["consent"]))
    return render(request, "consent.html", card=consent_card(), state=state, back=back, path="/account")


@router.post("/consent")
async def agree(request: Request, wired: Wired, own: Own) -> Response:
    """Write down that one agrees, and lead back."""
    back = text_in(await read_form(request), "back")
    await to_thread.run_sync(_say, wired, own, True)
    return RedirectResponse(back if is_local_path(back) else "/", 303)


@router.post("/account/consent")
def withdraw_consent(wired: Wired, own: Own) -> Response:
    """Withdraw what one agreed to."""
    if consent_card().state(entry.data for entry in wired.diary.read(own, ["consent"])) != "given":
        raise HTTPException(404)
    _say(wired, own, False)
    return RedirectResponse("/account?done=consent", 303)


def _say(wired: Services, own: str, given: bool) -> None:
    now = wired.clock()
    wired.diary.write(own, Draft("consent", consent_card().answer(given), now.date(), now))
