import pytest

from livedream.engines.progress import Progress


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(3.4, None), "3 s"),
        (Progress(3.4, 11.6), "3 of ~12 s"),
        (Progress(0.0, 0.2), "0 of ~1 s"),
    ],
)
def test_it_is_told_in_whole_seconds(progress: Progress, text: str) -> None:
    assert str(progress) == text
