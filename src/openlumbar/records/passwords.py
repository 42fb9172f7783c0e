"""Passwords: what is taken for one, and how it is hashed.

Taken as NIST SP 800-63B-4 (3.1.1.2) says: long, no rule about kinds of characters, Unicode in its form NFKC, checked
against what people would guess. Hashed with argon2id as RFC 9106 (section 4) recommends where memory is limited.
"""

import base64
import secrets
import unicodedata
from collections.abc import Iterable
from threading import BoundedSemaphore

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from openlumbar.records.account_error import AccountError
from openlumbar.records.account_rules import account_rules, common_words

_AT_ONCE = 4
"""Hashes computed at the same time: each takes 64 MiB."""

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_SHORTEST_ROW = 4
_REPLACED = str.maketrans("@4310$57", "aaeiosst")
"""Signs that stand in for letters."""


class Hasher:
    """Hashes passwords and checks them, a few at a time so that many tries at once do not use up the memory."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        """Take argon2's parameters."""
        self._argon2 = PasswordHasher.from_parameters(parameters)
        self._nobody = _made_up(parameters)
        self._places = BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """Hash a password under a salt of its own."""
        with self._places:
            return self._argon2.hash(_normal(password))

    def fits(self, hashed: str | None, password: str) -> bool:
        """Tell whether it is the password; None, when there is no such account, takes as long and is never right."""
        try:
            with self._places:
                return self._argon2.verify(hashed or self._nobody, _normal(password)) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other parameters than these."""
        return self._argon2.check_needs_rehash(hashed)


def check_password(password: str, own_names: Iterable[str] = (), what: str = "password") -> None:
    """Refuse what is no good password; `own_names` are what anybody would guess of this person, `what` to call it.

    Raises:
        AccountError: when it is too short, too long, or made of what people would guess.
    """
    rules, normal = account_rules(), _normal(password)
    if len(normal) < rules.password_shortest:
        raise AccountError(what, "password_short", shortest=rules.password_shortest)
    if len(normal) > rules.password_longest:
        raise AccountError(what, "password_long", longest=rules.password_longest)
    plain = [_letters(form) for form in (normal, normal.casefold().translate(_REPLACED))]
    words = sorted({_letters(name) for name in own_names} | common_words(), key=len, reverse=True)
    if min(_own_characters(form, words) for form in plain) < rules.password_own_characters:
        raise AccountError(what, "password_common")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def _letters(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _own_characters(text: str, words: Iterable[str]) -> int:
    """Count the characters left when known words, rows of keys and whatever repeats itself are taken out."""
    for word in words:
        if len(word) > 1:
            text = text.replace(word, "\n")
    kept, rest = [], text
    while rest:
        skipped = _row_length(rest)
        kept += [] if skipped else [rest[0]]
        rest = rest[skipped or 1 :]
    pieces = "".join(kept).replace("\n", "")
    return len(_without_repetition(pieces))


def _row_length(text: str) -> int:
    """Return how many characters at the beginning are a row of keys or of the alphabet, either way round."""
    rows = (row[::step] for row in _ROWS for step in (1, -1))
    longest = max(next((n for n in range(len(row), 0, -1) if text[:n] in row and len(text) >= n), 0) for row in rows)
    return longest if longest >= _SHORTEST_ROW else 0


def _without_repetition(text: str) -> str:
    """Cut a text that repeats one piece down to that piece, and a character that repeats itself to one."""
    text = "".join(
        sign for index, sign in enumerate(text) if index < 2 or not sign == text[index - 1] == text[index - 2]
    )
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1))[: len(text)] == text:
            return text[:length]
    return text


def _made_up(parameters: Parameters) -> str:
    """Write the hash of no password at all, so that a name nobody has takes as long to refuse as any."""
    salt, hashed = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (parameters.salt_len, parameters.hash_len)
    )
    kind = f"argon2{parameters.type.name.lower()}$v={parameters.version}"
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"${kind}${costs}${salt}${hashed}"
