"""When the sets of today are to be done, for reminders."""

from openlumbar.cards import exercise
from openlumbar.care.reminders import ExercisePlan
from openlumbar.pipeline.patient_chart import PatientChart


def exercise_plans(chart: PatientChart) -> tuple[ExercisePlan, ...]:
    """Return the times of today's sets, of each exercise that may be done and has any."""
    return tuple(
        ExercisePlan(day.slug, exercise(day.slug).name, day.dose.times_of_day)
        for day in chart.exercises
        if day.gate.passed and day.dose.times_of_day
    )
