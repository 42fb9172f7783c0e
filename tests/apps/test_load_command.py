import json
import subprocess

import pytest

from apps.commands import COMMAND, Run, one_line
from openlumbar.mechanics import POSTURES

LOADS = ("l4l5_compression_n", "l4l5_idp_mpa", "l4l5_shear_n", "l5s1_compression_n", "relative_to_standing")
BODY = ("--height-cm", "174", "--weight-kg", "72", "--sex", "male", "--age", "45")


def test_json_is_one_object_on_stdout_and_nothing_else() -> None:
    words = ["load", "--posture", "standing", *BODY, "--trunk-deg", "36", "--json"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, check=False)  # noqa: S603 - our own words

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 1
    result = json.loads(done.stdout)
    for name in LOADS:
        low, high = result[name]["interval90"]
        assert low <= result[name]["value"] <= high, name
    assert result["l4l5_shear_n"]["confidence"] == "low"


def test_json_tells_what_was_asked_and_what_was_not_given(run: Run) -> None:
    asked = ("--weight-kg", "72", "--trunk-deg", "20", "--hand-load-kg", "5", "--reach-cm", "40")
    status, out, _ = run("load", "--posture", "standing", *asked, "--json")
    result = json.loads(out)
    assert status == 0
    assert result["posture"]["name"] == "standing"
    assert [result["posture"][name] for name in ("trunk_deg", "hand_load_kg", "reach_cm")] == [20, 5, 40]
    assert result["physique"] == {"height_cm": None, "weight_kg": 72, "sex": None, "age": None}
    assert {"height_cm", "sex", "age"} <= set(result["assumed"])
    assert set(result["assumed"]).isdisjoint({"weight_kg", "trunk_deg", "hand_load_kg", "reach_cm"})


@pytest.mark.parametrize("posture", POSTURES)
@pytest.mark.parametrize(("language", "told"), [("en", "Shear at L4–L5 (low confidence)"), ("zh", "可信度低")])
def test_every_posture_has_a_table_in_both_languages(posture: str, language: str, told: str, run: Run) -> None:
    status, out, err = run("load", "--posture", posture, *BODY, "--language", language)
    assert (status, err) == (0, "")
    assert told in out
    assert ("standing" if language == "en" else "站立") in out


def test_the_table_says_what_it_means_and_what_was_not_given(run: Run) -> None:
    out = " ".join(run("load", "--posture", "sit-up", "--age", "45")[1].split())
    assert "times as much as when this person stands quietly (likely" in out
    assert "Not given, so the ranges are wider: height; weight; sex." in out
    assert "not a measurement" in out


def test_quiet_standing_is_not_compared_with_itself(run: Run) -> None:
    assert "This is quiet standing" in run("load", "--posture", "standing")[1]
    assert "This is quiet standing" not in run("load", "--posture", "standing", "--trunk-deg", "10")[1]


def test_the_hands_may_reach_out_without_a_weight(run: Run) -> None:
    loads = []
    for words in ((), ("--reach-cm", "50")):
        status, out, _ = run("load", "--posture", "standing", *BODY, *words, "--json")
        assert status == 0
        loads.append(json.loads(out)["l4l5_compression_n"]["value"])
    assert loads[0] <= loads[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--posture", "floating"], ["floating", *POSTURES]),
        (["--posture", "standing", "--trunk-deg", "400"], ["trunk", "400"]),
        (["--posture", "standing", "--trunk-deg", "nan"], ["trunk", "nan"]),
        (["--posture", "standing", "--lumbar-flexion-deg", "200"], ["lumbar", "200"]),
        (["--posture", "standing", "--twist-deg", "-300"], ["twist", "-300"]),
        (["--posture", "standing", "--side-bend-deg", "inf"], ["side", "inf"]),
        (["--posture", "standing", "--hand-load-kg", "-1"], ["hand", "-1"]),
        (["--posture", "standing", "--hand-load-kg", "5000"], ["hand", "5000"]),
        (["--posture", "standing", "--hand-load-kg", "nan"], ["hand", "nan"]),
        (["--posture", "standing", "--reach-cm", "900"], ["reach", "900"]),
        (["--posture", "supine", "--hand-load-kg", "5"], ["hand", "supine"]),
        (["--posture", "standing", "--height-cm", "1.74"], ["height-cm", "1.74"]),
        (["--posture", "standing", "--sex", "other"], ["--sex", "other"]),
        (["--posture", "standing", "--trunk-deg", "far"], ["--trunk-deg"]),
        ([], ["Missing option '--posture'; see openlumbar load --help"]),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_bad_input_is_told_in_one_line(words: list[str], told: list[str], run: Run) -> None:
    status, out, err = run("load", *words, "--json")
    assert (status, out) == (2, "")
    assert [part for part in told if part not in one_line(err)] == []
