"""Channels ranked by how a picture excites them."""

from __future__ import annotations

import torch
from torch import Tensor


def ranked(activations: Tensor, rank: str, count: Tensor) -> Tensor:
    """Give 1 for the `count` channels that rank first and 0 for the others, 1xCx1x1, float32.

    activations: 1xCxHxW. rank: "strongest" or "weakest", by their mean; "average", those nearest to the mean
    of all. count: a number. Of equal channels the first comes first.
    """
    means = activations.float().mean(dim=(0, 2, 3))
    if rank == "average":
        means = -(means - means.mean()).abs()
    elif rank == "weakest":
        means = -means
    ahead = (means[None, :] > means[:, None]).float()
    # Sorting is what engines do worst; counting who is ahead is one small matrix.
    before = torch.ones(len(means), len(means), device=means.device).tril(-1)
    ties = (means[None, :] == means[:, None]).float() * before
    places = (ahead + ties).sum(dim=1)
    return (places < count).float().reshape(1, -1, 1, 1)
