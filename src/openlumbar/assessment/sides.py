"""What two-sided exercises need besides: sides by name, the order of sides, wind-ups told from swings."""

import math
from collections.abc import Sequence
from statistics import multimode

from openlumbar.assessment.events import RaisedHand, Side
from openlumbar.assessment.excursion import LEAVE_SHARE, Excursion
from openlumbar.kinematics.signals import Sample

WIND_UP_WITHIN_S = 1.1
"""A wind-up is followed by the peak of the swing it prepares within this time (counter-movements take 0.3 to
1 s in throws and chops; a prescribed swing takes 3 s a side)."""

WIND_UP_SHARE, DUE_SHARE = 1.1, 0.55
"""A wind-up is not larger than the swing it prepares (give or take the tracker's 10 %). People alternate: a swing
to the side that is due may only be taken for a wind-up when it is about half or less."""

RESTED_S, DUE_RESTED_S = 0.2, 0.5
"""A wind-up starts from rest; a swing to the side that is due must have rested longer to be taken for one."""

_HANDS: dict[float, RaisedHand] = {1.0: "left", -1.0: "right", 2.0: "both", 0.0: "none"}


def side_of(sign: int) -> Side:
    """Name the side of a swing: positive is the person's left."""
    return "left" if sign > 0 else "right"


def raised_hand_of(samples: Sequence[Sample]) -> RaisedHand | None:
    """Return the hand that was up most of the time; None when the hands were not seen."""
    seen = [value for s in samples if (value := s.values["raised_hand"]) == value]
    return _HANDS[multimode(seen)[0]] if seen else None


class SwingOrder:
    """Check the order of sides: with one hand up, the first swing goes to the other side.

    A bout lasts as long as the same hand stays up.
    """

    def __init__(self) -> None:
        """Start before the first bout."""
        self._hand: RaisedHand = "none"

    def wrong_side(self, side: Side, hand: RaisedHand) -> float:
        """Return 1 when this swing opens a bout towards the raised hand, else 0."""
        opens = hand != self._hand
        self._hand = hand
        return float(opens and side == hand)


class WindUpFilter:
    """Hold back a swing that may be the wind-up of the next one, until the next one tells.

    A wind-up starts from rest and runs over into a swing to the other side that is only just after it and
    larger. One-sided exercises have none: there every excursion passes at once.
    """

    def __init__(self, *, two_sided: bool) -> None:
        """Start with nothing held back."""
        self._two_sided = two_sided
        self._held: Excursion | None = None
        self._last: Excursion | None = None
        self._is_due = True

    @property
    def waiting(self) -> bool:
        """Tell whether a swing is held back."""
        return self._held is not None

    def offer(self, time_s: float, done: Excursion | None, going_to: int) -> list[Excursion]:
        """Take in what ended at this moment; return the swings that are settled by it.

        Args:
            time_s: now, seconds.
            done: the swing that ended now, if any.
            going_to: the side of the swing under way, +1 or -1; 0 at rest.
        """
        held = self._held
        if done is None:
            if held is None or time_s - held.peak_s <= WIND_UP_WITHIN_S or going_to == -held.side:
                return []
            self._held = None
            return [held]
        settled = [held] if held is not None and not self._is_wind_up(held, done) else []
        self._held = done if self._two_sided and self._starts_from_rest(done) else None
        return settled if self._held is not None else [*settled, done]

    def _starts_from_rest(self, swing: Excursion) -> bool:
        """Tell whether no swing worth the name came just before this one, and remember what came before."""
        last = self._last
        if last is None or swing.height >= LEAVE_SHARE * last.height:
            self._last = swing
        self._is_due = last is None or swing.side == -last.side
        rested_s = math.inf if last is None else swing.left_s - last.ended_s
        return rested_s >= (DUE_RESTED_S if self._is_due else RESTED_S)

    def _is_wind_up(self, held: Excursion, swing: Excursion) -> bool:
        share = DUE_SHARE if self._is_due else WIND_UP_SHARE
        return (
            swing.side == -held.side
            and swing.peak_s - held.peak_s <= WIND_UP_WITHIN_S
            and held.height < share * swing.height
        )

    def flush(self, done: Excursion | None) -> list[Excursion]:
        """Settle everything at the end of the recording."""
        settled = [] if done is None else self.offer(math.inf, done, 0)
        return [*settled, *self.offer(math.inf, None, 0)]
