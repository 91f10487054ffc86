import pytest

from livedream.dream.catalog import network_info
from livedream.dream.network import Network, load_network


@pytest.fixture(scope="session")
def network() -> Network:
    """The embedded network as it ships, float32; not to be changed."""
    return load_network(network_info("embedded"))


@pytest.fixture(scope="session")
def exact_network() -> Network:
    """The embedded network in float64, where rounding does not blur the truth."""
    return load_network(network_info("embedded")).double()
