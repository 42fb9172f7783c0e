"""How much load on the disc the set that begins now may ask for."""

from openlumbar.cards import exercise
from openlumbar.care.load_limits import load_limit
from openlumbar.coaching.rules import load_rules
from openlumbar.mechanics import has_loads, predicted_relative
from openlumbar.pipeline.patient_chart import PatientChart


def limit_of_set(chart: PatientChart, slug: str, level: str) -> float:
    """Return the most load that a set may ask for, as a multiple of quiet standing: that of the person's stage.

    A level that a therapist unlocked, and one below it, may load what is predicted of it, with some room.
    """
    facts = chart.dose_facts
    limit = load_limit(facts.days_since_onset)
    if not (has_loads(slug) and _is_vouched_for(chart, slug, level)):
        return limit
    return max(limit, load_rules().load_room * predicted_relative(slug, level, facts.physique))


def _is_vouched_for(chart: PatientChart, slug: str, level: str) -> bool:
    card = exercise(slug)
    opened = (card.level(unlock.level) for unlock in chart.unlocks if unlock.opens(slug, chart.today))
    return any(card.levels.index(each) >= card.levels.index(card.level(level)) for each in opened)
