"""What a person tells about themselves: at the first visit, and whenever something changes."""

from datetime import date
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form
from openlumbar.apps.web.profile_form import ProfileForm
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.cards import exercise
from openlumbar.care.profile import Profile
from openlumbar.care.programme import physique_rule
from openlumbar.care.safety_rules import group_b, matrix, stages
from openlumbar.pipeline.patient_chart import PatientChart

router = APIRouter(include_in_schema=False)

TESTED = "sit-up"
"""The exercise whose dose follows the largest number of slow curl-ups."""


@router.get("/profile")
def profile_page(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Show what is known, to be completed or changed."""
    chart = wired.desk.chart(person, alone=viewing.alone)
    return _page(request, chart, ProfileForm.of(chart.profile))


@router.post("/profile")
async def keep(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Write down what was told."""
    form = ProfileForm.read(await read_form(request))
    return await to_thread.run_sync(lambda: _keep(request, wired, person, form, alone=viewing.alone))


def _keep(request: Request, wired: Services, person: str, form: ProfileForm, *, alone: bool) -> Response:
    chart = wired.desk.chart(person, alone=alone)
    profile, problems = form.checked(chart.today, chart.profile)
    if problems:
        return _page(request, chart, form, problems, 422)
    wired.desk.keep_profile(person, profile)
    return RedirectResponse("/", 303)


def _page(
    request: Request,
    chart: PatientChart,
    form: ProfileForm,
    problems: dict[str, str] | None = None,
    status_code: int = 200,
) -> Response:
    values: dict[str, Any] = {
        "form": form,
        "problems": problems or {},
        "is_first": chart.profile == Profile(),
        "group_b": group_b(),
        "conditions": [condition for condition in matrix().conditions if condition.question],
        "rule": physique_rule(exercise(TESTED)),
        "may_test": _may_test(chart),
        "stage_text": stages().stages[0].text,
        "today": chart.today,
        "path": "/profile",
    }
    return render(request, "profile.html", status_code, **values)


def _may_test(chart: PatientChart) -> bool:
    """Tell whether the test of the curl-ups is safe: where a curl-up of the tested kind is."""
    return chart.standing_gate(TESTED).passed and _is_past_acute(chart.profile, chart.today)


def _is_past_acute(profile: Profile, today: date) -> bool:
    return profile.onset is not None and stages().on(today, profile.onset) is not stages().stages[0]
