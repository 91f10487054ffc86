"""What a person got wrong when giving `livedream image` and `livedream zoom`."""

from collections.abc import Callable
from pathlib import Path


def test_what_cannot_be_is_said_in_a_sentence(
    picture: Path, tmp_path: Path, told: Callable[..., str]
) -> None:
    (tmp_path / "there.png").touch()
    assert "there.png already exists" in told("image", str(picture), str(tmp_path / "there.png"))
    assert "must end in .png" in told("image", str(picture), "out.psd")
    assert "WIDTHxHEIGHT" in told("image", str(picture), "out.png", "--size", "big")
    assert "--pan 1: write it as X,Y" in told("zoom", str(picture), "out.mp4", "--pan", "1")
    assert "missing.png" in told("image", str(tmp_path / "missing.png"), str(tmp_path / "o.png"))
    assert "single picture" in told("zoom", "clouds", str(tmp_path / "o.mp4"))
