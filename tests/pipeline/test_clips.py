"""Real clips through the real model, against the truth read by eye."""

import csv
from pathlib import Path

import pytest

from openlumbar.pipeline.analyze import analyze

PEAK_TOLERANCE_S = 0.3


def rows(data_dir: Path, table: str, clip: str) -> list[dict[str, str]]:
    with (data_dir / "videos" / table).open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["file"] == clip]


def peaks_of(data_dir: Path, clip: str) -> list[tuple[str, float]]:
    return [(row["side"], float(row["peak_s"])) for row in rows(data_dir, "reps.csv", clip) if row["kind"] == "rep"]


@pytest.mark.clips
@pytest.mark.parametrize(
    ("clip", "slug"),
    [("bridge_aminran.mp4", "bridge"), ("situp_joelo.mp4", "sit-up"), ("keraal_rtk_Correct2.avi", "cross-twist")],
)
def test_a_set_is_recognised_counted_and_timed(clip: str, slug: str, data_dir: Path) -> None:
    analysis = analyze(data_dir / "videos" / clip, "auto")
    found = [(repetition.side or "", repetition.peak_s) for repetition in analysis.repetitions if repetition.counted]
    truth = peaks_of(data_dir, clip)

    assert (analysis.card.slug, analysis.judged) == (slug, True)
    assert [side for side, _ in found] == [side for side, _ in truth]
    assert [peak_s for _, peak_s in found] == pytest.approx([peak_s for _, peak_s in truth], abs=PEAK_TOLERANCE_S)


@pytest.mark.clips
def test_quick_turns_with_back_swings_are_all_found(data_dir: Path) -> None:
    clip = "sidechop_beprojects.mp4"
    (truth,) = rows(data_dir, "truth.csv", clip)
    analysis = analyze(data_dir / "videos" / clip, "auto")

    assert (analysis.card.slug, analysis.judged) == ("cross-twist", True)
    cycles = min(analysis.counts["left"] or 0, analysis.counts["right"] or 0)
    assert int(truth["accept_min"]) <= cycles <= int(truth["accept_max"])
    for side, peak_s in peaks_of(data_dir, clip):
        found_s = [found.peak_s for found in analysis.repetitions if found.counted and found.side == side]
        assert min(abs(other_s - peak_s) for other_s in found_s) <= PEAK_TOLERANCE_S


@pytest.mark.clips
def test_a_clip_without_legs_is_refused(data_dir: Path) -> None:
    analysis = analyze(data_dir / "videos" / "crunches_faizan.mp4", "sit-up")
    assert (analysis.judged, analysis.verdict.reasons[0]) == (False, "legs_out_of_frame")


@pytest.mark.clips
@pytest.mark.parametrize("slug", ["bridge", "sit-up"])
def test_another_exercise_counts_nothing(slug: str, data_dir: Path) -> None:
    analysis = analyze(data_dir / "videos" / "getup_beprojects.mp4", slug)
    assert analysis.counts["repetitions"] == 0
