"""What is known of a person that the gate and the programme need; what was not answered is None, never a no."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, get_args

from openlumbar.errors import InputError
from openlumbar.physique import Physique, Sex

Activity = Literal["inactive", "active"]
Side = Literal["left", "right", "both", "none"]
"""The leg that the pain goes into; "none": it stays in the back."""

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person's answers; None was not answered.

    `age_years` is for who does not give the day of birth: the age when it was said. `onset` is the day on which this
    episode began. `conditions` are ids of content/safety/conditions.toml, empty for "none of these". `curl_up_max`
    is the largest number of slow, pain-free curl-ups, tested on `curl_up_on`. `wakes_at` is the usual hour of waking.

    Raises:
        InputError: when a value cannot be a person's.
    """

    born: date | None = None
    age_years: float | None = None
    sex: Sex | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    activity: Activity | None = None
    onset: date | None = None
    side: Side | None = None
    diagnosed: bool | None = None
    conditions: frozenset[str] | None = None
    cancer_signs: bool | None = None
    stable_weakness: bool | None = None
    curl_up_max: int | None = None
    curl_up_on: date | None = None
    wakes_at: time | None = None

    def __post_init__(self) -> None:
        """Refuse values that no person has, and a word where yes, no or nothing is meant."""
        Physique(self.height_cm, self.weight_kg, self.sex, self.age_years)
        if self.activity not in (None, "inactive", "active"):
            raise InputError("activity", f"{self.activity!r} is not known", "say inactive or active, or leave it out")
        if self.side not in (None, *get_args(Side)):
            raise InputError("side", f"{self.side!r} is not known", "say left, right, both or none, or leave it out")
        for field in ("diagnosed", "cancer_signs", "stable_weakness"):
            if (value := getattr(self, field)) not in (None, True, False):
                raise InputError(field, f"{value!r} is neither yes nor no", "answer yes or no, or leave it out")
        if self.curl_up_max is not None and self.curl_up_max < 0:
            raise InputError("curl_up_max", f"{self.curl_up_max} is below 0", "give how many were done, 0 or more")

    def age_on(self, day: date) -> float | None:
        """Return the age on a day in years; completed ones where the day of birth is known, else as it was said."""
        if self.born is None:
            return self.age_years
        if self.born > day:
            return None
        before_birthday = (day.month, day.day) < (self.born.month, self.born.day)
        return float(day.year - self.born.year - before_birthday)

    def age_at_onset(self, today: date) -> float | None:
        """Return the age at which this episode began in years, the highest that it can have been.

        An age that was said without a birthday may be almost a year more than its number.
        """
        if self.onset is None:
            return None
        if self.born is not None:
            return self.age_on(self.onset)
        if self.age_years is None:
            return None
        return max(0.0, self.age_years + 1 - (today - self.onset).days / DAYS_A_YEAR)

    def physique_on(self, day: date) -> Physique:
        """Return the physique as of a day."""
        return Physique(self.height_cm, self.weight_kg, self.sex, self.age_on(day))
