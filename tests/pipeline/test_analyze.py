import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import openlumbar
from media import write_video
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES
from openlumbar.pipeline import folder as folders
from openlumbar.pipeline import recording as recordings
from openlumbar.pipeline.analyze import analyze_recording, run
from openlumbar.pipeline.recording import rate_hz, sha256_of_track, source_of
from openlumbar.pipeline.session import tasks_for
from openlumbar.pose.backends import Remark
from openlumbar.pose.simulation import DEMO
from openlumbar.pose.track import PoseTrack
from openlumbar.reports.video import AnnotatedVideo
from patients import ReplayingTracker, noiseless_track_of, track_of, write_clip, write_track

FILES = {"report.html", "annotated.mp4", "signals.csv", "repetitions.csv", "track.pose.npz", "result.json"}


def watch(monkeypatch: pytest.MonkeyPatch, tracker: ReplayingTracker) -> None:
    """Let a tracker that needs no pixels stand in for the model."""
    monkeypatch.setattr(recordings, "load", lambda *_, **__: tracker)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_video(path: Path) -> tuple[int, tuple[int, int]]:
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
        return len(pictures), (pictures[0].width, pictures[0].height)


@pytest.mark.parametrize("slug", DEMO)
def test_a_track_becomes_a_folder_of_results(slug: str, tmp_path: Path) -> None:
    scenario, track = DEMO[slug], track_of(slug)
    out = tmp_path / "new" / "folder"
    analysis = analyze_recording(
        write_track(tmp_path, slug), slug, scenario.level, scenario.physique, out=out, seconds=12.0
    )

    assert {file.name for file in out.iterdir()} == FILES
    assert json.loads((out / "result.json").read_text("utf-8")) == analysis.to_json()
    kept = PoseTrack.load(out / "track.pose.npz")
    np.testing.assert_array_equal(kept.image, track.image[track.time_s < 12])
    assert len(rows(out / "signals.csv")) == len(kept) == len(analysis.signals) == analysis.source.frames
    assert {"time_s", *SIGNAL_NAMES, "relative_to_standing"} <= set(rows(out / "signals.csv")[0])
    assert len(rows(out / "repetitions.csv")) == len(analysis.repetitions) > 0
    assert read_video(out / "annotated.mp4") == (len(kept), tuple(side // 2 for side in track.frame_size.tolist()))
    report = (out / "report.html").read_text("utf-8")
    assert report.count("data:image/jpeg") == len(analysis.repetitions)


def test_the_result_has_every_field_of_the_contract(tmp_path: Path) -> None:
    result = openlumbar.analyze(write_track(tmp_path), "bridge").to_json()
    json.dumps(result, allow_nan=False)

    def kinds(value: dict[str, Any]) -> dict[str, type]:
        return {name: type(found) for name, found in value.items()}

    top = {"openlumbar": str, "exercise": str, "level": str, "source": dict, "judged": bool, "reasons": list}
    assert (top | {"counts": dict, "repetitions": list, "faults": list}).items() <= kinds(result).items()
    source = {"name": str, "sha256": str, "frames": int, "fps": float, "duration_s": float}
    assert kinds(result["source"]) == source
    assert kinds(result["counts"]) == {"repetitions": int, "left": type(None), "right": type(None)}
    times = {"start_s": float, "peak_s": float, "end_s": float, "hold_s": float, "hip_rise_cm": float}
    nothing = dict.fromkeys(("side", "trunk_angle_deg", "trunk_yaw_deg"), type(None))
    for repetition in result["repetitions"]:
        assert (times | nothing | {"counted": bool, "faults": list}).items() <= kinds(repetition).items()
    for fault in result["faults"]:
        assert kinds(fault) == {"code": str, "count": int, "first_s": float, "message": str}


def test_the_patients_demo_is_counted_and_its_faults_are_found() -> None:
    counts = {"bridge": 4, "sit-up": 6, "cross-twist": 8}
    faults = {
        "bridge": {"short_hold", "over_arched", "fast_lowering"},
        "sit-up": {"too_fast", "too_high", "incomplete"},
        "cross-twist": {"over_rotation", "leaning", "arm_down"},
    }
    for slug, scenario in DEMO.items():
        recording = recordings.TrackedRecording(track_of(slug), slug)
        analysis = run(recording, tasks_for(slug, scenario.level), scenario.physique)
        assert analysis.counts["repetitions"] == counts[slug]
        assert {fault.code for fault in analysis.faults} == faults[slug]


def test_a_video_and_its_track_are_judged_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    track = noiseless_track_of("bridge")[:600]
    watch(monkeypatch, ReplayingTracker(track))
    clip = write_clip(tmp_path / "clip.mp4", track)
    filmed = analyze_recording(clip, "bridge", physique=DEMO["bridge"].physique, out=tmp_path / "out")
    tracked = openlumbar.analyze(tmp_path / "out" / "track.pose.npz", "bridge", physique=DEMO["bridge"].physique)

    assert filmed.judged
    assert filmed.counts["repetitions"] == 2
    assert filmed.source.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert (filmed.source.name, filmed.source.frames) == ("clip.mp4", 600)
    assert filmed.source.fps == pytest.approx(30.0, abs=0.01)
    assert filmed.to_json()["repetitions"] == tracked.to_json()["repetitions"]
    assert read_video(tmp_path / "out" / "annotated.mp4")[0] == pytest.approx(600, abs=3)


def test_a_refused_recording_gets_its_folder_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    analysis = analyze_recording(write_video(tmp_path / "empty room.mp4"), "auto", model="lite", out=out)

    assert (analysis.judged, analysis.verdict.reasons) == (False, ("no_person",))
    assert {file.name for file in out.iterdir()} == FILES
    assert json.loads((out / "result.json").read_text("utf-8"))["reasons"][0]["code"] == "no_person"


def test_a_truncated_file_is_analyzed_as_far_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    track = noiseless_track_of("bridge")[:600]
    watch(monkeypatch, ReplayingTracker(track))
    clip = write_clip(tmp_path / "cut.mkv", track)
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.7)])
    analysis = openlumbar.analyze(clip, "bridge")

    assert analysis.judged
    assert 300 < analysis.source.frames < 500
    assert analysis.to_json()["remarks"] == [
        f"cut.mkv: the file breaks off, read as far as it goes: {analysis.signals.time_s[-1]:.1f} s of 20.0 s"
    ]


def test_what_the_tracker_noticed_reaches_the_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    track = noiseless_track_of("bridge")[:300]
    watch(monkeypatch, ReplayingTracker(track, (Remark("several_people", 3, 0.0, 6.7),)))
    analysis = openlumbar.analyze(write_clip(tmp_path / "two.mp4", track), "bridge")

    assert (analysis.judged, analysis.verdict.reasons[0]) == (False, "several_people")


def test_progress_is_told_against_what_is_expected(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    analyze_recording(write_track(tmp_path), "bridge", on_progress=lambda *at: told.append(at))
    count = len(track_of("bridge"))
    assert told[-1] == (count, count)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_recording_can_be_left_early(tmp_path: Path) -> None:
    path, asked = write_track(tmp_path), []

    def is_over() -> bool:
        asked.append(True)
        return len(asked) > 100

    assert analyze_recording(path, "bridge", is_over=is_over).source.frames == 100
    assert analyze_recording(path, "bridge", seconds=2.0).source.duration_s == pytest.approx(2.0, abs=0.05)


def test_a_recording_left_before_its_first_frame_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sent no picture"):
        analyze_recording(write_track(tmp_path), "bridge", is_over=lambda: True)


def test_a_failure_on_the_way_leaves_no_half_files(tmp_path: Path) -> None:
    def fail(done: int, expected: int | None) -> None:
        raise RuntimeError(f"at {done} of {expected}")

    with pytest.raises(RuntimeError):
        analyze_recording(write_track(tmp_path), "bridge", out=tmp_path / "out", on_progress=fail)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_told_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_up(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "write_report", fill_up)
    with pytest.raises(InputError, match=r"out: cannot be written to \(no space left on device\); choose another"):
        analyze_recording(write_track(tmp_path), "bridge", out=tmp_path / "out", seconds=3.0)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = write_track(tmp_path)
    with pytest.raises(InputError, match="is a file, a folder is needed"):
        analyze_recording(path, "bridge", out=path)
    with pytest.raises(InputError, match="cannot be written to"):
        analyze_recording(path, "bridge", out=path / "below")


def test_pictures_wait_for_their_judgement_in_bounded_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[int] = []
    add = folders.ResultFolder.add

    def counted(folder: folders.ResultFolder, *arguments: Any) -> None:
        add(folder, *arguments)
        waiting.append(len(folder._waiting))

    monkeypatch.setattr(folders.ResultFolder, "add", counted)
    monkeypatch.setattr(AnnotatedVideo, "add", lambda *_: None)
    track = noiseless_track_of("bridge")
    watch(monkeypatch, ReplayingTracker(track))
    analyze_recording(write_clip(tmp_path / "clip.mp4", track), "auto", out=tmp_path / "out")
    assert max(waiting) <= 4
    assert waiting[-1] == 0


def test_a_source_is_described_by_its_frames_times() -> None:
    track = track_of("bridge")
    source = source_of(track, "x", "y")
    assert source.fps == pytest.approx(30.0, abs=0.01)
    assert source.duration_s == pytest.approx(len(track) / 30, abs=0.05)
    assert rate_hz(track[:1]) == 1.0


def test_the_tracks_own_hash_depends_on_every_array() -> None:
    track = track_of("bridge")
    assert sha256_of_track(track) == sha256_of_track(track[:])
    assert sha256_of_track(track) != sha256_of_track(track[1:])


def test_a_name_that_is_no_text_can_be_told() -> None:
    assert recordings.printable("caf\udce9.mp4") == r"caf\udce9.mp4"
    assert recordings.printable("桥.mp4") == "桥.mp4"
