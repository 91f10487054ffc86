from typing import Any

import pytest

from livedream.errors import InputError
from livedream.presets import apply_assignments
from livedream.settings import Settings, change


@pytest.mark.parametrize("sizes", [[], [1], [0.3, 0.55, 1.0], (1.0, 0.5), [0.5] * 8])
def test_sizes_are_shares_of_the_working_size(sizes: Any) -> None:
    assert change(Settings(), {"dream.octave_sizes": sizes}).dream.octave_sizes == tuple(sizes)


@pytest.mark.parametrize(
    "sizes",
    [
        "small",
        None,
        0.5,
        [0],
        [1.1],
        [320, 640],
        [-0.5],
        ["0.5"],
        [True],
        [float("nan")],
        [0.5] * 9,
        {"small": 0.5},
    ],
)
def test_what_are_no_sizes_is_told_with_what_are(sizes: Any) -> None:
    with pytest.raises(InputError) as caught:
        change(Settings(), {"dream.octave_sizes": sizes})
    message = str(caught.value)
    assert message.startswith(f"--set: dream.octave_sizes = {sizes!r} is not possible")
    assert "shares of the working size, each over 0 and up to 1" in message
    assert "[] uses octaves" in message


def test_sizes_are_set_by_word() -> None:
    wanted = apply_assignments(Settings(), ["dream.octave_sizes=[0.4, 1]", "dream.flips=all"])
    assert (wanted.dream.octave_sizes, wanted.dream.flips) == ((0.4, 1.0), "all")
