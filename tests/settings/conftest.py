from collections.abc import Callable
from typing import Any

import pytest

from livedream.errors import InputError
from livedream.settings import Settings, change


@pytest.fixture(scope="session")
def told() -> Callable[..., str]:
    """Give a function that makes changes that are not possible, and gives the sentence."""

    def tell(changes: dict[str, Any], origin: str = "--set") -> str:
        with pytest.raises(InputError) as caught:
            change(Settings(), changes, origin)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith(origin)
        return message

    return tell
