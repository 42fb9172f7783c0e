"""What stands in the way of changing an account: a code for pages, and one line for people."""

from collections.abc import Mapping
from typing import Literal

from openlumbar.errors import InputError

AccountCode = Literal[
    "name_taken",
    "name_unusable",
    "password_short",
    "password_long",
    "password_common",
    "unknown_account",
    "unknown_person",
    "person_taken",
    "staff_has_no_person",
    "not_a_therapist",
    "last_administrator",
    "no_totp",
]

_ENGLISH: Mapping[AccountCode, tuple[str, str]] = {
    "name_taken": ("is the name of another account", "choose another name"),
    "name_unusable": (
        "is no name to log in with",
        "use 1 to 100 letters, digits and signs, without spaces at its ends",
    ),
    "password_short": ("is too short", "use at least {shortest} characters, such as four or five words"),
    "password_long": ("is too long", "use at most {longest} characters"),
    "password_common": ("is made of known words, names or rows of keys", "use words that nobody would guess of you"),
    "unknown_account": ("there is no such account", "see `openlumbar account list`"),
    "unknown_person": ("there is no such person", "choose one of those who have a record here"),
    "person_taken": ("has an account already", "choose another person, or none to begin a new record"),
    "staff_has_no_person": ("is for patients alone, who have a record of their own", "leave the person out"),
    "not_a_therapist": ("is not a therapist's account", "choose a therapist's"),
    "last_administrator": ("is the last administrator who can log in", "add another administrator first"),
    "no_totp": ("has no code from an app that waits to be confirmed", "begin with a new one"),
}


class AccountError(InputError):
    """An account cannot be made or changed like that; `code` says why."""

    def __init__(self, thing: str, code: AccountCode, **numbers: int) -> None:
        """Compose the line from what is wrong, why, and the numbers in the remedy."""
        problem, remedy = _ENGLISH[code]
        super().__init__(thing, problem, remedy.format(**numbers))
        self.code: AccountCode = code
