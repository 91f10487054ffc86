import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.dream.rank import ranked


def chosen(means: list[float], rank: str, count: int) -> set[int]:
    activations = torch.tensor(means).reshape(1, -1, 1, 1).expand(-1, -1, 3, 5)
    mask = ranked(activations, rank, torch.tensor(float(count)))
    assert mask.shape == (1, len(means), 1, 1)
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    return {place for place, value in enumerate(mask.flatten().tolist()) if value}


def test_the_strongest_the_weakest_and_the_average_are_chosen() -> None:
    means = [5.0, -1.0, 2.0, 9.0, 2.5, 0.0]
    assert chosen(means, "strongest", 2) == {0, 3}
    assert chosen(means, "weakest", 2) == {1, 5}
    assert chosen(means, "average", 2) == {2, 4}


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(1, 30))
def test_as_many_as_wanted_are_chosen_also_of_equals(means: list[int], count: int) -> None:
    for rank in ("strongest", "weakest", "average"):
        assert len(chosen([float(mean) for mean in means], rank, count)) == min(count, len(means))
