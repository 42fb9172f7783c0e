"""The command that tells what the lumbar discs carry in a posture."""

import json
from typing import Annotated

import typer
from rich.console import Console

from openlumbar.apps.cli import JUDGED
from openlumbar.cards import Language
from openlumbar.mechanics import POSTURES, Posture, spinal_loads
from openlumbar.physique import Physique, Sex
from openlumbar.reports.posture_loads import PostureLoads, print_posture_loads


def load(
    posture_slug: Annotated[str, typer.Option("--posture", metavar="SLUG", help=f"One of {', '.join(POSTURES)}.")],
    height_cm: Annotated[float | None, typer.Option(help="Body height.")] = None,
    weight_kg: Annotated[float | None, typer.Option(help="Body weight.")] = None,
    sex: Annotated[Sex | None, typer.Option(help="Sets the build assumed.")] = None,
    age: Annotated[float | None, typer.Option(help="Age in years.")] = None,
    trunk_deg: Annotated[
        float | None, typer.Option(help="How far the trunk leans forward; from lying: how far it is lifted.")
    ] = None,
    lumbar_flexion_deg: Annotated[float | None, typer.Option(help="How far the low back rounds; less: arched.")] = None,
    twist_deg: Annotated[float | None, typer.Option(help="Turn of the trunk; to the left positive.")] = None,
    side_bend_deg: Annotated[float | None, typer.Option(help="Bend of the trunk; to the left positive.")] = None,
    hand_load_kg: Annotated[float, typer.Option(help="Weight held in both hands.")] = 0.0,
    reach_cm: Annotated[float | None, typer.Option(help="How far the hands are ahead of the low back.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    language: Annotated[Language, typer.Option(help="Language of every message.")] = "en",
) -> int:
    """Estimate what the lumbar discs carry in a posture, with 90 % ranges.

    What is not given is taken as usual and widens the ranges.
    """
    physique = Physique(height_cm, weight_kg, sex, age)
    asked = Posture(
        posture_slug,
        trunk_deg=trunk_deg,
        lumbar_flexion_deg=lumbar_flexion_deg,
        twist_deg=twist_deg,
        side_bend_deg=side_bend_deg,
        hand_load_kg=hand_load_kg,
        reach_cm=reach_cm,
    )
    answer = PostureLoads(asked, physique, spinal_loads(asked, physique))
    if as_json:
        print(json.dumps(answer.to_json(), ensure_ascii=False, allow_nan=False))  # noqa: T201 - the answer
    else:
        print_posture_loads(answer, Console(highlight=False), language)
    return JUDGED
