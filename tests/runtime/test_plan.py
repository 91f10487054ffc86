from __future__ import annotations

import pytest

from livedream.runtime.plan import Plan
from livedream.sources.source import SourceInfo


@pytest.mark.parametrize(
    ("fps", "is_device", "held"), [(25.0, False, 25.0), (60.0, False, 30.0), (5.0, True, 30.0)]
)
def test_a_clip_has_no_more_frames_and_a_camera_is_not_relied_upon(
    fps: float, is_device: bool, held: float
) -> None:
    assert Plan(fps=30.0).rate_of(SourceInfo("some", (64, 48), fps, is_device=is_device)) == held
