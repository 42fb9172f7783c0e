import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES, Signals
from openlumbar.records.chunks import pack_signals, unpack_signals
from records.made import make_signals


@st.composite
def all_signals(draw: st.DrawFn) -> Signals:
    moments = draw(st.integers(0, 12))
    time_s = draw(arrays(np.float64, moments, elements=st.floats(0, 1e6)))
    matrix = draw(arrays(np.float32, (len(SIGNAL_NAMES), moments), elements=st.floats(width=32, allow_infinity=False)))
    return Signals(time_s, dict(zip(SIGNAL_NAMES, matrix.astype(np.float64), strict=True)))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(all_signals())
def test_signals_come_back_as_they_were(signals: Signals) -> None:
    found = unpack_signals(pack_signals(signals))
    np.testing.assert_array_equal(found.time_s, signals.time_s)
    assert tuple(found.values) == tuple(SIGNAL_NAMES)
    for name in SIGNAL_NAMES:
        np.testing.assert_array_equal(found[name], signals[name])
        assert found[name].dtype == np.float64


def test_the_layout_is_the_documented_one() -> None:
    signals = make_signals(moments=3)
    payload = pack_signals(signals)
    (length,) = struct.unpack_from("<I", payload)
    columns = json.loads(payload[4 : 4 + length])["columns"]
    assert columns == [name for name in SIGNAL_NAMES if name != "raised_hand"]
    assert struct.unpack_from("<3d", payload, 4 + length) == tuple(signals.time_s)
    last = struct.unpack_from("<3f", payload, len(payload) - 12)
    np.testing.assert_allclose(last, signals["cm_per_px"])


def test_signals_of_another_version_are_read_as_far_as_they_are_known() -> None:
    header = json.dumps({"columns": ["hip_rise_cm", "signal_to_come"]}).encode()
    payload = struct.pack("<I", len(header)) + header + struct.pack("<2d4f", 0.5, 0.6, 1.0, 2.0, 8.0, 9.0)
    found = unpack_signals(payload)
    assert found["hip_rise_cm"].tolist() == [1.0, 2.0]
    assert np.isnan(found["trunk_yaw_deg"]).all()
    assert tuple(found.values) == tuple(SIGNAL_NAMES)


def test_signals_of_which_only_some_are_there_can_be_packed() -> None:
    found = unpack_signals(pack_signals(Signals(np.array([1.0]), {"hip_rise_cm": np.array([4.0])})))
    assert found["hip_rise_cm"].tolist() == [4.0]


@pytest.mark.parametrize(
    "payload",
    [b"", b"\1\0", b"\xff\xff\xff\xff", b"\2\0\0\0[]", b"\2\0\0\0{}", b"\1\0\0\0{", b"\x0e\0\0\0" + b'{"columns":[]}x'],
)
def test_damaged_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(InputError, match="stored signals: are damaged"):
        unpack_signals(payload)


@settings(deadline=None, derandomize=True)
@given(st.data())
def test_a_chunk_cut_off_or_changed_never_fails_otherwise(data: st.DataObject) -> None:
    payload = bytearray(pack_signals(make_signals(moments=4)))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(InputError):
        unpack_signals(bytes(payload[: data.draw(st.integers(0, len(payload)))]))
