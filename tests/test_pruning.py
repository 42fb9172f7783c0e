import numpy as np
import pytest

from npm_models import fetched, npm_model, outputs
from openlumbar import assets
from openlumbar._pruning import prune_outputs, replace_outputs

MASK, PRESENCE = "Identity_2", "Identity_1"

pytestmark = fetched


@pytest.mark.parametrize("name", assets.LANDMARK_MODELS)
def test_pruning_leaves_every_other_output_bit_identical(name):
    before, after = dict(outputs(npm_model(name))), dict(outputs(prune_outputs(npm_model(name), [MASK])))

    assert set(before) - set(after) == {MASK}
    for output, values in after.items():
        assert np.array_equal(values, before[output]), output


def test_a_replaced_output_reads_as_its_stand_in_and_the_others_stay_bit_identical():
    before, after = outputs(npm_model("lite")), outputs(replace_outputs(npm_model("lite"), {MASK: PRESENCE}))

    assert [name for name, _ in after] == [PRESENCE if name == MASK else name for name, _ in before]
    values = dict(before)
    for output, found in after:
        assert np.array_equal(found, values[output]), output


def test_what_only_the_mask_needs_is_not_computed():
    model = npm_model("lite")

    assert prune_outputs(model, [MASK]) != model
    assert prune_outputs(model, []) == model


@pytest.mark.parametrize("change", [{"Mask": PRESENCE}, {MASK: "Mask"}])
def test_an_output_that_is_not_there_is_refused(change):
    with pytest.raises(ValueError, match="no output named 'Mask', only"):
        replace_outputs(npm_model("lite"), change)
    with pytest.raises(ValueError, match="no output named 'Mask', only"):
        prune_outputs(npm_model("lite"), ["Mask"])
