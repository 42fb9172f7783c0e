"""The commands: what a person or a script types."""

import json
import os
import sys
import tempfile
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from openlumbar import __version__
from openlumbar.apps import account_commands, load_command, records_commands
from openlumbar.apps.cli import JUDGED, NOT_JUDGED
from openlumbar.apps.progress import ProgressBar, StopOnInterrupt
from openlumbar.apps.records_place import with_place
from openlumbar.assessment.analysis import Analysis
from openlumbar.cards import Language, exercise, exercise_slugs
from openlumbar.physique import Physique, Sex
from openlumbar.pipeline.analyze import analyze_recording
from openlumbar.pipeline.folder import REPORT
from openlumbar.reports.terminal import print_table

if TYPE_CHECKING:  # the web takes a second to load
    from openlumbar.apps.web.settings import Settings

_REPORT: dict[Language, str] = {"en": "Report: ", "zh": "报告："}
_ALL_REPORTS: dict[Language, str] = {"en": "All reports: ", "zh": "全部报告："}

app = typer.Typer(
    name="openlumbar",
    help="Counted repetitions, timed holds and form faults for lumbar disc exercises, from an ordinary camera.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(account_commands.app)
app.add_typer(records_commands.app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openlumbar {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Counted repetitions, timed holds and form faults for lumbar disc exercises, from an ordinary camera."""
    del version  # its callback does the work
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def analyze(
    source: Annotated[str, typer.Argument(help="A video file, camera:0, or a *.pose.npz track.")],
    exercise: Annotated[
        str, typer.Option(help="The exercise done: see `openlumbar exercises`; auto recognises it.", metavar="SLUG")
    ],
    level: Annotated[str | None, typer.Option(help="The level prescribed, such as L2.", metavar="LEVEL")] = None,
    height_cm: Annotated[float | None, typer.Option(help="Body height; makes centimetres exact.")] = None,
    weight_kg: Annotated[float | None, typer.Option(help="Body weight.")] = None,
    sex: Annotated[Sex | None, typer.Option(help="Sets the height assumed when none is given.")] = None,
    age: Annotated[float | None, typer.Option(help="Age in years.")] = None,
    model: Annotated[
        Literal["full", "heavy", "lite"], typer.Option(help="Pose model: heavy is surer and slower, lite quicker.")
    ] = "full",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report, the annotated video, tables and the track.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after this much of the recording; a camera runs until Ctrl-C.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    language: Annotated[Language, typer.Option(help="Language of every message.")] = "en",
) -> int:
    """Count, time and check the exercise in a recording.

    Exit status: 0 judged, 3 the recording cannot be judged (the answer says why), 2 bad input.
    """
    physique = Physique(height_cm, weight_kg, sex, age)
    with StopOnInterrupt(wanted=source.startswith("camera:")) as stop, ProgressBar() as progress:
        analysis = analyze_recording(
            source,
            exercise,
            level,
            physique,
            model,
            out=out,
            on_progress=progress,
            seconds=seconds,
            is_over=stop.is_asked,
        )
    if as_json:
        print(json.dumps(analysis.to_json(language), ensure_ascii=False, allow_nan=False))  # noqa: T201 - the answer
    else:
        _print(analysis, language, out)
    return JUDGED if analysis.judged else NOT_JUDGED


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the three reports.")] = Path("demo"),
    open_it: Annotated[bool, typer.Option("--open", help="Show the reports in the browser, if there is one.")] = False,
    language: Annotated[Language, typer.Option(help="Language of every message.")] = "en",
    serve_it: Annotated[
        bool, typer.Option("--serve", help="Show the simulated patient in the live coach instead; writes no report.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of --serve; 0 takes a free one.")] = 8000,
) -> int:
    """Watch a simulated patient through the whole path: no camera, no file."""
    if serve_it:
        return _serve_demo(port, open_it=open_it)
    from openlumbar.pipeline.demo import INDEX, run_demo  # the simulation needs SciPy, which takes seconds to load

    judged = True
    for analysis, folder in run_demo(out):
        _print(analysis, language, folder)
        print()  # noqa: T201 - between two tables
        judged &= analysis.judged
    index = (out / INDEX).resolve()
    print(f"{_ALL_REPORTS[language]}{index}")  # noqa: T201 - the answer
    if open_it:
        _open_in_browser(index)
    return JUDGED if judged else NOT_JUDGED


@app.command()
@with_place
def serve(
    settings: "Settings",
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    name: Annotated[
        str | None,
        typer.Option(help="Name that the app also answers to: that of a proxy with HTTPS before it."),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show the app in the browser, if there is one.")] = False,
) -> int:
    """Start the app: the live coach, recordings and their results, in the browser."""
    from openlumbar.apps.serve import serve as serve_app  # the web takes a second to load

    development = bool(os.environ.get("OPENLUMBAR_DEVELOPMENT"))
    settings = replace(settings, host=host, port=port, name=name, development=development)
    serve_app(settings, open_path="/" if open_it else None)
    return JUDGED


@app.command()
def exercises(language: Annotated[Language, typer.Option(help="Language of the names.")] = "en") -> None:
    """List the exercises that can be judged, with their levels and where the camera belongs."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("exercise", "name", "camera", "levels"):
        table.add_column(heading)
    for slug in exercise_slugs():
        card = exercise(slug)
        levels = (level.id for level in card.levels if not level.by_clock)
        table.add_row(slug, card.name.in_language(language), card.view, " ".join(levels))
    Console().print(table)


app.command()(load_command.load)


def _print(analysis: Analysis, language: Language, folder: Path | None) -> None:
    console = Console(highlight=False)
    print_table(analysis, console, language)
    if folder is not None:
        console.print(f"{_REPORT[language]}{folder / REPORT}", soft_wrap=True, markup=False)


def _open_in_browser(page: Path) -> None:
    """Show a page; a machine without a browser is no failure."""
    try:
        shown = webbrowser.open(page.as_uri())
    except (webbrowser.Error, OSError):
        shown = False
    if not shown:
        print("No browser was found here; open that page in one.", file=sys.stderr)  # noqa: T201 - a hint


def _serve_demo(port: int, *, open_it: bool) -> int:
    """Serve the app with records that last as long as it runs."""
    from openlumbar.apps.serve import serve as serve_app
    from openlumbar.apps.web.settings import Settings

    with tempfile.TemporaryDirectory(prefix="openlumbar-demo-", ignore_cleanup_errors=True) as folder:
        serve_app(Settings(Path(folder), port=port), open_path="/start/bridge?source=simulated" if open_it else None)
    return JUDGED
