"""Pain as a person fills it in: back and leg, and with leg pain where it is felt."""

from dataclasses import dataclass
from typing import Literal, Self

from starlette.datastructures import FormData

from openlumbar.care.body_map import Marks, marks
from openlumbar.care.pain import NO_PAIN, WORST_PAIN, Pain
from openlumbar.errors import InputError

SITES = "sites"
FIELDS: tuple[Literal["pain_back", "pain_leg"], ...] = ("pain_back", "pain_leg")


@dataclass(frozen=True)
class PainForm:
    """The fields as they were sent."""

    pain_back: str = ""
    pain_leg: str = ""
    sites: tuple[str, ...] = ()

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form."""
        back, leg = (str(form.get(name, "")).strip() for name in FIELDS)
        return cls(back, leg, tuple(str(site) for site in form.getlist(SITES)))

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the fields that tell no pain on the scale."""
        return tuple(name for name in FIELDS if _on_scale(getattr(self, name)) is None)

    @property
    def pain(self) -> Pain | None:
        """Return the pain; None when a part of it is missing."""
        back, leg = _on_scale(self.pain_back), _on_scale(self.pain_leg)
        return None if back is None or leg is None else Pain(back, leg)

    @property
    def marks(self) -> Marks | None:
        """Return where it hurts; None when nobody said, which is no matter where no leg hurts."""
        if self.pain is None or self.pain.leg == NO_PAIN or not self.sites:
            return None
        try:
            return marks(self.sites)
        except InputError:
            return None


def _on_scale(text: str) -> int | None:
    """Read a whole number of the scale."""
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        return None
    value = int(text)
    return value if NO_PAIN <= value <= WORST_PAIN else None
