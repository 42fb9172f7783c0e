"""Ids of sessions."""

import secrets

_BYTES = 16  # 22 characters that nobody guesses


def new_session_id() -> str:
    """Make an id that begins with no sign: a spreadsheet takes that for a formula, a command for an option."""
    while not (found := secrets.token_urlsafe(_BYTES))[0].isalnum():
        pass
    return found
