"""From a person's words to a sink."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.registry import Registry
from livedream.sinks.recorder import Recorder
from livedream.sinks.sink_spec import OPTIONAL, SINKS, SinkKind, SinkRequest, add_optional, open_sink
from livedream.sinks.virtual_camera import VirtualCamera


class Bell:
    """A sink as somebody else would write it."""

    name = kind = "bell"
    is_live, retry_s, waits_for_dream = False, None, True

    def __init__(self, request: SinkRequest) -> None:
        self.request = request

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        return "a bell"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Ring."""

    def close(self) -> None:
        """Be still."""


@pytest.fixture
def bell() -> Iterator[None]:
    SINKS.add("bell", SinkKind("Rings.", Bell))
    yield
    SINKS.remove("bell")


@pytest.mark.usefixtures("bell")
def test_a_sink_of_somebody_else_s_is_listed_and_opened_with_all_that_was_asked_for() -> None:
    assert "bell" in SINKS
    sink = open_sink("bell:loud: and long", size_wh=(64, 48), fps=12.0, overwrite=True)
    assert isinstance(sink, Bell)
    assert sink.request == SinkRequest("loud: and long", (64, 48), 12.0, True)
    assert open_sink("bell").request.detail == ""  # type: ignore[attr-defined]


def test_a_virtual_camera_is_named_alone_or_with_its_device() -> None:
    first, named = open_sink("virtual-camera"), open_sink("virtual-camera:OBS Virtual Camera", fps=25.0)
    assert isinstance(first, VirtualCamera)
    assert isinstance(named, VirtualCamera)
    assert (first.device, named.device, named.fps) == (None, "OBS Virtual Camera", 25.0)


@pytest.mark.parametrize("spec", ["{}/film.mp4", "file:{}/film.mkv", "{}/odd: name.MOV"])
def test_the_name_of_a_film_is_a_recording(spec: str, tmp_path: Path) -> None:
    sink = open_sink(spec.format(tmp_path))
    assert isinstance(sink, Recorder)
    assert sink.path.parent == tmp_path


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("virtual-camra", "did you mean virtual-camera"),
        ("film.avi", r"\.mp4, \.mkv, \.mov"),
        ("", "there is no sink"),
        ("/nowhere/film.mp4", "nowhere"),
    ],
)
def test_what_is_no_sink_is_told(spec: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_sink(spec)


@pytest.mark.parametrize(
    ("system", "installed", "listed"),
    [
        ("linux", {"cyndilib", "SpoutGL", "syphon"}, ["ndi"]),
        ("win32", {"cyndilib", "SpoutGL"}, ["ndi", "spout"]),
        ("darwin", {"syphon"}, ["syphon"]),
        ("win32", set(), []),
    ],
)
def test_optional_kinds_are_listed_where_their_libraries_are_and_can_work(
    system: str, installed: set[str], listed: list[str]
) -> None:
    sinks: Registry[SinkKind] = Registry("a sink")
    add_optional(sinks, system, lambda name: name in installed or None)
    assert list(sinks) == listed
    for name in listed:
        sink = sinks[name].make(SinkRequest("", (64, 48), 30.0, False))
        assert (sink.kind, sink.is_live) == (name, True)
        assert sink.name.endswith(" livedream")


@pytest.mark.parametrize("name", ["ndi", "spout", "syphon"])
def test_one_that_is_missing_says_what_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SINKS, "_rows", {key: row for key, row in SINKS.items() if key not in OPTIONAL})
    for system, said in {
        "linux": "Windows only|macOS only|pip install",
        OPTIONAL[name].system: "pip",
    }.items():
        monkeypatch.setattr("sys.platform", system or "linux")
        with pytest.raises(InputError, match=f"there is no sink '{name}' here: .*({said})"):
            open_sink(f"{name}:studio")


def test_every_kind_says_what_it_is() -> None:
    assert all(kind.help.endswith(".") for _, kind in SINKS.items())
