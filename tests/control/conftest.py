from collections.abc import Callable

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder


@pytest.fixture
def message() -> Callable[..., bytes]:
    """Build a datagram of an address and arguments."""

    def build(address: str, *arguments: object) -> bytes:
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument)  # type: ignore[arg-type]
        return bytes(builder.build().dgram)

    return build
