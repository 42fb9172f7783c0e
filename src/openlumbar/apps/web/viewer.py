"""Who looks: the one person who uses the program alone."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, HTTPException

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


async def viewer() -> Viewer:
    """Name who asks."""
    return Viewer("patient", SELF, alone=True)


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
