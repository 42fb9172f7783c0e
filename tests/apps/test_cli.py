import io
import json
import os
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from analyses import make_analysis
from apps.commands import COMMAND, Run, one_line
from media import write_video
from openlumbar import __version__
from openlumbar.apps import cli, commands, progress
from openlumbar.assessment.analysis import Analysis
from openlumbar.errors import InputError
from patients import write_track


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return write_track(tmp_path)


def test_json_is_one_object_on_stdout_and_nothing_else(track: Path, tmp_path: Path) -> None:
    words = ["analyze", str(track), "--exercise", "auto", "--json", "--out", str(tmp_path / "out")]
    done = subprocess.run([*COMMAND, *words], capture_output=True, check=False)  # noqa: S603 - our own words

    assert (done.returncode, done.stderr) == (0, b"")
    result = json.loads(done.stdout)
    assert done.stdout.count(b"\n") == 1
    assert (result["exercise"], result["judged"], result["counts"]["repetitions"]) == ("bridge", True, 4)
    assert json.loads((tmp_path / "out" / "result.json").read_text("utf-8")) == result


def test_a_video_of_nobody_is_not_judged_and_says_why(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "room.mp4")
    words = ["analyze", str(clip), "--exercise", "bridge", "--model", "lite", "--json"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, check=False)  # noqa: S603 - our own words

    assert (done.returncode, done.stderr) == (3, b"")
    result = json.loads(done.stdout)
    assert (result["judged"], [reason["code"] for reason in result["reasons"]]) == (False, ["no_person"])


def test_the_table_says_what_was_counted(run: Run, track: Path) -> None:
    status, out, err = run("analyze", track, "--exercise", "bridge", "--height-cm", "168")
    assert (status, err) == (0, "")
    assert "All 4 repetitions counted" in out
    assert "Report:" not in out


def test_the_table_of_a_refusal_says_why_and_what_to_change(run: Run, tmp_path: Path) -> None:
    status, out, err = run("analyze", write_track(tmp_path, "cross-twist"), "--exercise", "bridge")
    assert (status, err) == (3, "")
    assert "could not be judged" in out
    assert "The one thing to change" in out


def test_words_come_in_the_language_asked_for(run: Run, track: Path, tmp_path: Path) -> None:
    out = run("analyze", track, "--exercise", "bridge", "--language", "zh", "--out", tmp_path / "out")[1]
    assert "4次全部计入" in out
    assert f"报告：{tmp_path / 'out' / 'report.html'}" in out
    result = json.loads(run("analyze", track, "--exercise", "bridge", "--language", "zh", "--json")[1])
    assert not result["faults"][0]["message"].isascii()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--exercise", "jumping"], "exercise jumping: is not known; choose one of bridge, cross-twist, sit-up, auto"),
        (["--exercise", "bridge", "--level", "L9"], "level L9: bridge has no such level; choose one of L0, L1"),
        (["--exercise", "bridge", "--level", "L0"], "guided by the clock; choose one of L1, L2, L3, L4"),
        (["--exercise", "bridge", "--sex", "other"], "Invalid value for '--sex': 'other' is not one of"),
        (["--exercise", "bridge", "--model", "best"], "Invalid value for '--model': 'best' is not one of 'full'"),
        (["--exercise", "bridge", "--language", "fr"], "Invalid value for '--language'"),
        (["--exercise", "bridge", "--height-cm", "1.74"], "height-cm: 1.74 is outside 100 to 230 cm; give it in cm"),
        (["--exercise", "bridge", "--height-cm", "tall"], "Invalid value for '--height-cm'"),
        (["--exercise", "bridge", "--height-cm", "nan"], "height-cm: nan is outside"),
        (["--exercise", "bridge", "--age", "-3"], "age: -3 is outside 1 to 120 years"),
        (["--exercise", "bridge", "--seconds", "0"], "Invalid value for '--seconds'"),
        (["--exercise", "bridge", "--fast"], "No such option: --fast; see openlumbar analyze --help"),
        (["--exercise", "bridge", "two"], "see openlumbar analyze --help"),
        ([], "Missing option '--exercise'; see openlumbar analyze --help"),
        (["--exercise"], "Option '--exercise' requires an argument; see openlumbar --help"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_a_bad_option_is_told_in_one_line(words: list[str], told: str, run: Run, track: Path) -> None:
    status, out, err = run("analyze", track, *words)
    assert (status, out) == (2, "")
    assert told in one_line(err)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.mp4", None, "missing.mp4: there is no such file; check the path"),
        ("missing.pose.npz", None, "missing.pose.npz: there is no such file; check the path"),
        ("empty.mp4", b"", "empty.mp4: "),
        ("notes.txt", b"Ten bridges, twice a day.\n" * 9, "notes.txt: "),
        ("noise.mp4", bytes(range(256)) * 40, "noise.mp4: "),
        ("noise.pose.npz", bytes(range(256)) * 40, "noise.pose.npz: is not a readable pose track"),
        ("two\nlines.mp4", None, "two lines.mp4: there is no such file; check the path"),
        ("camera:99x", None, "camera:99x: is not a camera's name; write camera:0 for the first camera"),
    ],
)
def test_a_bad_source_is_told_in_one_line(
    name: str, content: bytes | None, told: str, run: Run, tmp_path: Path
) -> None:
    source = name if name.startswith("camera:") else tmp_path / name
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status, out, err = run("analyze", source, "--exercise", "bridge", "--json", "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert told in one_line(err)
    assert not (tmp_path / "out").exists()


def test_a_folder_is_no_source_and_a_file_no_folder(run: Run, track: Path) -> None:
    status, out, err = run("analyze", track.parent, "--exercise", "bridge")
    assert (status, out) == (2, "")
    assert one_line(err).startswith(f"{track.parent.name}: ")
    status, out, err = run("analyze", track, "--exercise", "bridge", "--out", track)
    assert (status, out) == (2, "")
    assert "is a file, a folder is needed; choose another name for --out" in one_line(err)


def test_a_missing_model_is_told_in_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> bytes:
        raise InputError(f"pose model {name!r}", "is missing", "fetch it with `make run`")

    monkeypatch.setattr("openlumbar.assets.read_model", nothing)
    status, out, err = run("analyze", write_video(tmp_path / "clip.mp4"), "--exercise", "bridge")
    assert (status, out) == (2, "")
    assert "is missing; fetch it with `make run`" in one_line(err)


@pytest.mark.parametrize("words", [["dance"], ["--fast"], ["treat"], ["rhythm"]])
def test_there_are_no_other_commands(words: list[str], run: Run) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert "see openlumbar --help" in one_line(err)


def failing(error: BaseException) -> Callable[..., Analysis]:
    def fail(*_: object, **__: object) -> Analysis:
        raise error

    return fail


def test_our_own_mistake_is_owned_up_to(run: Run, track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENLUMBAR_DEBUG", raising=False)
    monkeypatch.setattr(commands, "analyze_recording", failing(ZeroDivisionError("division\nby zero")))
    status, out, err = run("analyze", track, "--exercise", "bridge")
    assert (status, out) == (1, "")
    assert one_line(err).startswith("a mistake of ours (ZeroDivisionError: division by zero); please report it")


def test_a_full_disk_is_no_mistake_of_ours(run: Run, track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "analyze_recording", failing(OSError(28, "No space left on device", "tmp.bin")))
    status, out, err = run("analyze", track, "--exercise", "bridge")
    assert (status, out) == (2, "")
    assert one_line(err).startswith("tmp.bin: No space left on device; check")


def test_who_asks_for_it_sees_the_trace(track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLUMBAR_DEBUG", "1")
    monkeypatch.setattr(commands, "analyze_recording", failing(ZeroDivisionError()))
    monkeypatch.setattr(sys, "argv", ["openlumbar", "analyze", str(track), "--exercise", "bridge"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_ctrl_c_ends_with_one_line(run: Run, track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "analyze_recording", failing(KeyboardInterrupt()))
    status, out, err = run("analyze", track, "--exercise", "bridge")
    assert (status, out) == (130, "")
    assert one_line(err) == "stopped, nothing was judged"


def test_ctrl_c_in_the_middle_of_work_ends_with_one_line(tmp_path: Path) -> None:
    words = ["demo", "--out", str(tmp_path / "demo")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([*COMMAND, *words], env=environment, **pipes) as child:  # type: ignore[call-overload]  # noqa: S603
        assert child.stdout.readline()  # the first table: the second exercise is at work
        child.send_signal(signal.SIGINT)
        _, err = child.communicate()
    assert child.returncode == 130
    assert one_line(err) == "stopped, nothing was judged"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("form", [["--json"], []])
def test_a_reader_that_has_enough_is_no_mistake(form: list[str], unbuffered: str, track: Path) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    read, write = os.pipe()
    os.close(read)
    words = [*COMMAND, "analyze", str(track), "--exercise", "bridge", *form]
    with os.fdopen(write, "wb") as broken:
        done = subprocess.run(words, stdout=broken, stderr=subprocess.PIPE, env=environment, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (cli.BROKEN_PIPE, b"")


def test_nothing_heavy_is_loaded_before_ctrl_c_is_looked_after() -> None:
    script = "import sys, openlumbar.apps.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert {"typer", "rich", "numpy", "av", "pydantic"}.isdisjoint(done.stdout.split())


def test_the_version_is_told(run: Run) -> None:
    assert run("--version") == (0, f"openlumbar {__version__}\n", "")


@pytest.mark.parametrize("words", [[], ["--help"], ["analyze", "--help"], ["demo", "--help"], ["exercises", "--help"]])
def test_help_is_on_stdout(words: list[str], run: Run) -> None:
    status, out, err = run(*words)
    assert (status, err) == (0, "")
    assert out.startswith("Usage: openlumbar")


@pytest.mark.parametrize(("language", "name"), [("en", "Bridge"), ("zh", "桥")])
def test_the_exercises_are_listed(language: str, name: str, run: Run) -> None:
    status, out, err = run("exercises", "--language", language)
    assert (status, err) == (0, "")
    assert name in out
    for slug in ("bridge", "sit-up", "cross-twist"):
        assert slug in out


@pytest.fixture
def short_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = make_analysis()
    monkeypatch.setattr("openlumbar.pipeline.demo.run_demo", lambda out: iter([(analysis, out / "bridge")]))


@pytest.mark.usefixtures("short_demo")
def test_the_demo_opens_its_page_when_asked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda page: bool(opened.append(page)) or True)
    status, out, err = run("demo", "--out", tmp_path)
    assert (status, err, opened) == (0, "", [])
    assert f"All reports: {tmp_path / 'index.html'}" in out
    run("demo", "--out", tmp_path, "--open")
    assert opened == [(tmp_path / "index.html").as_uri()]


@pytest.mark.usefixtures("short_demo")
def test_a_machine_without_a_browser_is_no_failure(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", failing(webbrowser.Error()))
    status, _, err = run("demo", "--out", tmp_path, "--open")
    assert (status, err) == (0, "No browser was found here; open that page in one.\n")


@pytest.mark.parametrize(
    ("done", "expected", "shown"),
    [(10, 100, "10/100"), (120, 100, "120/120"), (30, None, "30/?")],  # a file may hold more frames than it says
)
def test_the_bar_shows_how_far_it_is_and_goes_away(
    done: int, expected: int | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(progress, "Console", lambda **_: console)
    with progress.ProgressBar() as bar:
        bar(done, expected)
    assert shown in screen.getvalue()
    assert "left" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")


def test_a_first_ctrl_c_stops_a_camera_and_a_second_breaks_off() -> None:
    before = signal.getsignal(signal.SIGINT)
    with progress.StopOnInterrupt(wanted=True) as stop:
        assert not stop.is_asked()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    with progress.StopOnInterrupt(wanted=False):
        assert signal.getsignal(signal.SIGINT) is before
