from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from livedream.containers.picture_faults import PICTURE_FAULTS
from livedream.errors import InputError
from livedream.sinks.metadata import read_metadata
from livedream.sources.still_image import read_image
from livedream.sources.transparent import declared_size


@pytest.mark.parametrize("fault", [*PICTURE_FAULTS, KeyError, RecursionError, ZeroDivisionError])
def test_whatever_a_reader_of_pictures_raises_is_told_or_got_around(
    fault: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.png"
    Image.new("RGB", (4, 3), "red").save(file)

    def opened(*_: Any) -> None:
        raise fault("Failed to decode image")

    monkeypatch.setattr(Image, "open", opened)
    assert declared_size(file) is None
    assert read_image(file).shape == (3, 4, 3)  # OpenCV reads it
    with pytest.raises(InputError, match="cannot be read"):
        read_metadata(file)
