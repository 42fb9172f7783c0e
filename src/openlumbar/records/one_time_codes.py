"""The second factor: codes of six digits from an app on a phone (TOTP, RFC 6238), each good for one login."""

from dataclasses import dataclass
from datetime import datetime

import pyotp

from openlumbar.records.account_rules import account_rules

_ISSUER = "OpenLumbar"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class TotpSecret:
    """A new secret, to be typed into an app or scanned from the picture of its address."""

    secret: str
    uri: str


def new_secret(name: str) -> TotpSecret:
    """Make a secret of 160 bits for the account of that name."""
    secret = pyotp.random_base32()
    return TotpSecret(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER))


def step_of(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """Return the time step that a code belongs to; None when it is wrong, or not newer than the last one used."""
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    totp, around = pyotp.TOTP(secret), account_rules().code_steps
    present = totp.timecode(now)
    # every step is looked at, so that how long it takes tells nothing
    found = [step for step in range(present - around, present + around + 1) if _is_code(totp, step, digits)]
    return next((step for step in found if last_step is None or step > last_step), None)


def _is_code(totp: pyotp.TOTP, step: int, digits: str) -> bool:
    return step >= 0 and pyotp.utils.strings_equal(digits, totp.generate_otp(step))
