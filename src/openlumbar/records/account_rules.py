"""The rules of accounts, from content/accounts: passwords, waiting after wrong tries, how long a login lasts."""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from openlumbar.cards import Quantity


def _value_of(quantity: object) -> float:
    return Quantity.model_validate(quantity).value


_Number = Annotated[float, BeforeValidator(_value_of)]
_Whole = Annotated[int, BeforeValidator(_value_of)]


class AccountRules(BaseModel):
    """Every number of `content/accounts/rules.toml` by its name, in the unit stated there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    password_shortest: _Whole
    password_longest: _Whole
    password_own_characters: _Whole
    tries_before_wait: _Whole
    first_wait_s: _Number
    longest_wait_s: _Number
    code_steps: _Whole
    patient_idle_h: _Number
    patient_longest_h: _Number
    staff_idle_h: _Number
    staff_longest_h: _Number
    seen_every_s: _Number

    def wait_after(self, wrong_in_a_row: int) -> timedelta | None:
        """Return how long to wait after so many wrong tries in a row, None when not at all.

        It doubles with every further try up to the longest, so that no stranger can lock anybody out for good.
        """
        beyond = wrong_in_a_row - self.tries_before_wait
        if beyond < 0:
            return None
        doublings = min(beyond, 32)  # far beyond the longest: no need to count on
        return timedelta(seconds=min(self.longest_wait_s, self.first_wait_s * 2**doublings))

    def idle(self, role: str) -> timedelta:
        """Return how long a login of that role lasts without use."""
        return timedelta(hours=self.patient_idle_h if role == "patient" else self.staff_idle_h)

    def longest(self, role: str) -> timedelta:
        """Return how long a login of that role lasts at most."""
        return timedelta(hours=self.patient_longest_h if role == "patient" else self.staff_longest_h)


@cache
def account_rules() -> AccountRules:
    """Read and validate the rules."""
    return AccountRules.model_validate(tomllib.loads(_read("rules.toml")))


@cache
def common_words() -> frozenset[str]:
    """Read the words that count for nothing in a password."""
    lines = (line.strip() for line in _read("common_passwords.txt").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _read(name: str) -> str:
    return files("openlumbar.content").joinpath("accounts", name).read_text(encoding="utf-8")
