import pytest
import torch

from livedream.dream.catalog import network_info
from livedream.dream.loading import load_network
from livedream.dream.network import Network

# Two threads that wait for each other are slower than one where the processor is shared.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def network() -> Network:
    """The embedded network as it ships, float32; not to be changed."""
    return load_network(network_info("embedded"))


@pytest.fixture(scope="session")
def exact_network() -> Network:
    """The embedded network in float64, where rounding does not blur the truth."""
    return load_network(network_info("embedded")).double()
