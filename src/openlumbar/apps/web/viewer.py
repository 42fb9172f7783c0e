"""Who looks: found once for each request by `openlumbar.apps.web.admission`, asked for by routes."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal, cast

from fastapi import Depends, HTTPException
from starlette.requests import HTTPConnection

from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.login_cookie import token_of
from openlumbar.records.accounts import Account
from openlumbar.records.people import SELF

Role = Literal["patient", "therapist", "administrator"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for a page; `person_id` is whose own diary this is, None for staff, who have none.

    `alone`: one person uses the program for themselves, without accounts.
    """

    role: Role
    person_id: str | None
    account_id: str | None = None
    alone: bool = False


ALONE = Viewer("patient", SELF, alone=True)


def who(connection: HTTPConnection, services: Services) -> tuple[Viewer | None, Account | None]:
    """Find out who asks and by which account, None for nobody that is known here.

    Without any account the program is one person's, who sits at this very machine: whoever comes from elsewhere, if
    only through a proxy, is nobody.
    """
    if not services.accounts.any():
        is_here = services.settings.is_loopback and _is_at_this_machine(connection)
        return (ALONE if is_here else None), None
    token = token_of(connection)
    account = services.accounts.account_of(token, services.clock()) if token else None
    if account is None:
        return None, None
    return Viewer(account.role, account.person_id, account.id), account


def _is_at_this_machine(connection: HTTPConnection) -> bool:
    """Tell whether a request was made here; what has no address in numbers came over no network."""
    try:
        return connection.client is None or ip_address(connection.client.host).is_loopback
    except ValueError:
        return True


async def viewer(connection: HTTPConnection) -> Viewer:
    """Name who asks.

    Raises:
        HTTPException: 404 where nobody in particular does.
    """
    found = cast(Viewer | None, getattr(connection.state, "viewer", None))
    if found is None:
        raise HTTPException(404)
    return found


Viewing = Annotated[Viewer, Depends(viewer)]
"""How a route asks who looks."""


async def own_person(viewing: Viewing) -> str:
    """Name the person whose diary the viewer keeps.

    Raises:
        HTTPException: 404 for who keeps none.
    """
    if viewing.person_id is None:
        raise HTTPException(404)
    return viewing.person_id


Own = Annotated[str, Depends(own_person)]
"""How a route asks for the viewer's own person."""
