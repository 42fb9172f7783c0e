import pytest
from tests.skeletons import film, standing

from openlumbar import _compiled
from openlumbar.kinematics import stream
from openlumbar.mechanics import _discs, warm
from openlumbar.mechanics.movement import LoadMeter
from openlumbar.physique import Physique
from openlumbar.pose.wire import pack_frames


def doubled(value: float) -> float:
    return 2 * value


def shared(value: float) -> float:
    return _compiled_double(value) + 1


_compiled_double = _compiled.compiled(doubled)


def test_a_compiled_function_does_what_it_says() -> None:
    assert _compiled_double(2.5) == 5.0


def test_dividing_by_nothing_gives_no_error() -> None:
    def inverse(value: float) -> float:
        return 1 / value

    assert _compiled.compiled(inverse)(0.0) == float("inf")


def test_what_is_kept_has_the_state_of_all_sources_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = set()
    for state in ("one", "other"):
        monkeypatch.setattr(_compiled, "_state_of_sources", lambda state=state: state)

        def triple(value: float) -> float:
            return 3 * value

        _compiled.kept(triple)
        names.add(triple.__qualname__)
    assert len(names) == 2


def test_without_a_place_to_keep_it_a_function_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    njit = _compiled.njit

    def without_a_place(**options: object) -> object:
        tried.append("cache" in options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    monkeypatch.setattr(_compiled, "njit", without_a_place)
    assert _compiled.kept(shared)(2.0) == 5.0
    assert tried == [True, False]


def test_warming_compiles_each_entry_for_one_kind_of_array() -> None:
    warm.main()
    track = film([standing()] * 9)
    live = stream.SignalStream(Physique())
    live.push(track[:3])
    live.step(1.0, track.image[3], track.world[3], track.visibility[3], track.frame_size)
    live.step_packed(pack_frames(track), 16)
    LoadMeter("bridge", Physique()).step(next(live.finish().samples()))
    kept = (stream._push, stream._push_packed, _discs.fill_loads)
    assert [len(function.signatures) for function in kept] == [1, 1, 1]
