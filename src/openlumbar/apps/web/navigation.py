"""The places that the top of every page leads to: those that the viewer's role has."""

from dataclasses import dataclass

from starlette.requests import Request

from openlumbar.apps.web.viewer import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page that is always one tap away; base.html has the words of `label`, a phone shows `minor` ones on /more."""

    path: str
    label: str
    sign: str
    below: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ("patient",)
    minor: bool = False

    def is_here(self, path: str) -> bool:
        """Tell whether a page belongs to this place."""
        page = path.partition("?")[0]
        return page == self.path or any(page == place or page.startswith(f"{place}/") for place in self.below)


PLACES = (
    Place("/", "today", "today", ("/start", "/gate", "/coach", "/clock", "/sets")),
    Place("/exercises", "exercises", "exercise", ("/exercises",)),
    Place("/progress", "progress", "progress"),
    Place("/medicines", "medicines", "pill", ("/medicines",)),
    Place("/outcomes", "measures", "measure", ("/outcomes",), minor=True),
    Place("/reminders", "reminders", "clock", ("/reminders",), minor=True),
    Place("/patients", "patients", "person", ("/patients",), roles=("therapist",)),
    Place("/accounts", "accounts", "shield", ("/accounts",), roles=("administrator",)),
    Place("/audit", "audit", "history", roles=("administrator",)),
    Place(
        "/more",
        "more",
        "more",
        ("/sessions", "/recordings", "/about", "/profile", "/account", "/load"),
        ("patient", "therapist", "administrator"),
    ),
)


def places_for(request: Request) -> tuple[Place, ...]:
    """Return the places of whoever asks."""
    viewer = getattr(request.state, "viewer", None)
    return () if viewer is None else tuple(place for place in PLACES if viewer.role in place.roles)
