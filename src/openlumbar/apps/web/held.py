"""The pages of who may not begin: what to do now, every reason, and what lifts it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from openlumbar.apps.web.languages import region_of
from openlumbar.apps.web.rendering import render
from openlumbar.cards import Card, Text
from openlumbar.care.gate import GateDecision, Reason
from openlumbar.care.gate_words import OUTCOMES, Missing, Outcome, gate_words
from openlumbar.care.safety import group_a
from openlumbar.pipeline.care import Admission
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.today import Today

FIELDS: dict[Missing, str] = {
    "group_a": "/start/{slug}#gate",
    "group_a_old": "/start/{slug}#gate",
    "group_a_unclear": "/start/{slug}#gate",
    "pain_rest": "/start/{slug}#pain_back",
    "woke_at": "/profile#wakes_at",
    "age": "/profile#born",
    "onset": "/profile#onset",
    "diagnosed": "/profile#diagnosed",
    "cancer_signs": "/profile#cancer_signs",
    "stable_weakness": "/profile#stable_weakness",
    "conditions": "/profile#conditions",
}
"""Where each missing answer is given."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Reasons of one kind, and who can change it."""

    outcome: Outcome
    lift: Text
    reasons: tuple[Reason, ...]


def held_page(request: Request, card: Card, admission: Admission, chart: PatientChart) -> Response:
    """Say why no set begins: a danger sign takes the whole screen."""
    gate = admission.gate
    signs = [reason for reason in gate.reasons if reason.outcome == "emergency" and reason.lock is None]
    values: dict[str, Any] = {
        "card": card,
        "gate": gate,
        "alone": chart.alone,
        "group_a": group_a(),
        "numbers": group_a().numbers_for(region_of(request)),
        "path": f"/start/{card.slug}",
    }
    if signs:
        return render(request, "emergency.html", signs=signs, **values)
    today = Today(chart)
    nothing = admission.plan if gate.passed else None
    return render(
        request,
        "held.html",
        held_by=held_by(gate, alone=chart.alone),
        locks=chart.holding_locks,
        nothing=nothing,
        rest_until=admission.plan.state.rest_until,
        today=today,
        place_of=place_of,
        **values,
    )


def held_by(gate: GateDecision, *, alone: bool) -> tuple[HeldBy, ...]:
    """Group what holds a person back by who can change it, the strictest first."""
    kinds: list[Outcome] = [kind for kind in reversed(OUTCOMES) if kind not in ("go", "adapt")]
    grouped = ((kind, tuple(reason for reason in gate.reasons if reason.outcome == kind)) for kind in kinds)
    return tuple(HeldBy(kind, _lift(kind, alone=alone), reasons) for kind, reasons in grouped if reasons)


def place_of(reason: Reason, slug: str) -> str | None:
    """Return where a missing answer is given; None for another reason."""
    place = FIELDS.get(reason.id)  # type: ignore[call-overload]  # another reason has no place
    return None if place is None else place.format(slug=slug)


def _lift(kind: Outcome, *, alone: bool) -> Text:
    words = gate_words()
    if kind == "emergency":
        return words.lock.lift_alone if alone else words.lock.lift
    if kind == "clinician" and alone:
        return words.clearance.alone
    return words.outcome[kind].lift
