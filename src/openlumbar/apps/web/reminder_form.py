"""What a person chooses to be reminded of: kept as typed, so that nothing is lost when something does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from starlette.datastructures import FormData

from openlumbar.apps.web.forms import clock_in, text_in, texts_in
from openlumbar.care.reminders import QuietHours
from openlumbar.pipeline.reminding import Choice

KINDS = ("exercise", "medicine", "outcome")

Problem = Literal["quiet", "quiet_times", "quiet_same"]

_USUAL_QUIET = ("22:00", "07:00")
"""What stands in the fields of who has no quiet hours and may want some."""


@dataclass(frozen=True)
class ReminderForm:
    """The fields as they were sent; `quiet` is "yes" or "no"."""

    about: tuple[str, ...]
    details: bool
    quiet: str
    quiet_from: str
    quiet_to: str

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form."""
        return cls(
            about=texts_in(form, "about"),
            details=text_in(form, "details") == "yes",
            quiet=text_in(form, "quiet"),
            quiet_from=text_in(form, "quiet_from"),
            quiet_to=text_in(form, "quiet_to"),
        )

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """Fill the fields in with what holds."""
        quiet = choice.quiet
        begins, ends = (f"{quiet.begins:%H:%M}", f"{quiet.ends:%H:%M}") if quiet else _USUAL_QUIET
        about = tuple(kind for kind in KINDS if getattr(choice, kind))
        return cls(about, choice.details, "yes" if quiet else "no", begins, ends)

    def check(self) -> Mapping[str, Problem]:
        """Say what is the matter, by field."""
        if self.quiet not in ("yes", "no"):
            return {"quiet": "quiet"}
        if self.quiet == "yes":
            begins, ends = clock_in(self.quiet_from), clock_in(self.quiet_to)
            if begins is None or ends is None:
                return {"quiet": "quiet_times"}
            if begins == ends:
                return {"quiet": "quiet_same"}
        return {}

    def choice(self) -> Choice:
        """Return what the fields choose, once there is no problem with them."""
        begins, ends = clock_in(self.quiet_from), clock_in(self.quiet_to)
        quiet = QuietHours(begins, ends) if self.quiet == "yes" and begins and ends else None
        exercise, medicine, outcome = (kind in self.about for kind in KINDS)
        return Choice(exercise, medicine, outcome, self.details, quiet)
