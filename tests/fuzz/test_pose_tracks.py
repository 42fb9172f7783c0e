"""Damaged and malicious pose tracks: each is refused with a remedy, whatever zlib, zipfile and NumPy make of it."""

import io
import random
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from openlumbar.errors import InputError
from openlumbar.pose import track
from openlumbar.pose.landmarks import LANDMARK_COUNT
from openlumbar.pose.track import PoseTrack

SEED = 20_261_125
DAMAGED = 400


def _whole(*, compressed: bool) -> bytes:
    chance = np.random.default_rng(SEED)
    frames = 12
    arrays = {
        "time_s": np.arange(frames) / 30,
        "image": chance.uniform(0, 640, (frames, LANDMARK_COUNT, 2)).astype(np.float32),
        "world": chance.uniform(-1, 1, (frames, LANDMARK_COUNT, 3)).astype(np.float32),
        "visibility": chance.uniform(0, 1, (frames, LANDMARK_COUNT)).astype(np.float32),
        "frame_size": np.array([640, 480], np.int32),
    }
    written = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(written, **arrays)
    return written.getvalue()


def _damaged(chance: random.Random, whole: bytes, heads: list[int]) -> bytes:
    """Change a few bytes, many of them where archives and arrays say what they are; sometimes cut the end off."""
    changed = bytearray(whole)
    for _ in range(chance.choice((1, 2, 8))):
        near = chance.choice(heads) + chance.randrange(140)
        changed[chance.choice((near % len(whole), chance.randrange(len(whole))))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.05 else changed)


@pytest.mark.parametrize("compressed", [True, False])
def test_damaged_tracks_are_refused_or_whole(tmp_path: Path, compressed: bool) -> None:
    chance, whole = random.Random(SEED), _whole(compressed=compressed)  # noqa: S311 - nothing secret
    path, refused = tmp_path / "damaged.pose.npz", 0
    heads = [found.start() for found in re.finditer(b"PK|\x93NUMPY", whole)]
    path.write_bytes(whole)
    assert len(PoseTrack.load(path)) == 12
    for _ in range(DAMAGED):
        path.write_bytes(_damaged(chance, whole, heads))
        try:
            PoseTrack.load(path)
        except InputError as error:
            assert error.remedy  # noqa: PT017 - some damage does no harm, and is none
            refused += 1
    assert refused > DAMAGED / 2


def test_a_small_file_that_unpacks_to_a_huge_one_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.pose.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("image.npy", bytes(2_000_000))
    monkeypatch.setattr(track, "LARGEST_BYTES", 1_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match="unpacks to more than"):
        PoseTrack.load(path)
