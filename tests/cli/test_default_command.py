from __future__ import annotations

import pytest

from livedream.cli.default_command import with_default_command


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["live"]),
        (["--fps", "25"], ["live", "--fps", "25"]),
        (["bench", "--seconds", "1"], ["bench", "--seconds", "1"]),
        (["--help"], ["--help"]),
        (["--virtual-camera"], ["live", "--virtual-camera="]),
        (["live", "--virtual-camera", "--no-window"], ["live", "--virtual-camera=", "--no-window"]),
        (["--programs", "--no-window"], ["live", "--programs=", "--no-window"]),
        (["--programs", "eyes,fur"], ["live", "--programs", "eyes,fur"]),
        (["--audio", "--midi", "nano"], ["live", "--audio=", "--midi", "nano"]),
        (["live", "--virtual-camera", "/dev/video9"], ["live", "--virtual-camera", "/dev/video9"]),
    ],
)
def test_live_is_the_default_command(given: list[str], meant: list[str]) -> None:
    assert with_default_command(given) == meant
