"""Make the pictures of the real window that the documentation shows, and those that are looked at before.

python scripts/documentation_pictures.py FOLDER [--source SOURCE] [--views 1280x720 ...] [--write window ...]

Each view runs shows on an X server of its own (see x_server.py for what that needs) and leaves PNGs in
FOLDER/VIEW: the first second, an engine being built, panel open, folded and in use, source picker, moods,
mapping mode, a virtual camera that cannot start, full screen on a second display. SOURCE is what the camera
of the show sees. --write: which of them go to docs/pictures, from the view 1280x720. The
virtual camera fails only where none is loaded, and figures are good only on a machine that is quiet.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import cv2
from film_cameras import CAMERAS, camera_of
from x_server import Pixels, missing, photograph, plug_in, x_server

if TYPE_CHECKING:
    from PyQt6.QtCore import QRect
    from PyQt6.QtWidgets import QWidget
    from shown_show import ShownShow

    from livedream.engines.cache import EngineCache
    from livedream.sources.camera import Camera
    from livedream.ui.source_picker import SourcePicker

BESIDE_WH, CORNER = (40, 60), (20, 40)
"""What the laptop's monitor has beside the window, for the window manager's frame; where the window lies."""

BEAMER_WH = (1280, 720)
PATIENCE_S = 240.0
"""How long an engine, or the pictures of all moods, may take."""

FAR_MOOD = "woodcut"
"""One whose engine is not built yet while the first one has just begun to run."""

JPEG_QUALITY, WIDEST_PX, MARGIN_PX = 84, 1400, 8
WRITTEN_VIEW = "1280x720"
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WRITTEN = {
    "first-second": "first-second",
    "window": "open",
    "cameras": "cameras-cut",
    "mapping": "mapping",
    "virtual-camera-failing": "virtual-camera-failing-cut",
    "two-displays": "two-displays",
}
"""The pictures of the documentation, and which of FOLDER each is."""


@dataclass(frozen=True, slots=True)
class View:
    """A size of the window in Qt's pixels, the pixel ratio, and whether only the open panel is looked at."""

    size_wh: tuple[int, int]
    ratio: int = 1
    only_open: bool = False

    @property
    def laptop_wh(self) -> tuple[int, int]:
        """Return the size of the monitor that it is on, in the X server's pixels."""
        width, height = (
            self.ratio * (side + beside) for side, beside in zip(self.size_wh, BESIDE_WH, strict=True)
        )
        return width, height


VIEWS = {
    "1280x720": View((1280, 720)),
    "1920x1080": View((1920, 1080)),
    "1280x720-twice": View((1280, 720), ratio=2),
    "320x240": View((320, 240), only_open=True),
    "3840x2160": View((3840, 2160), only_open=True),
}


class Photographer:
    """Takes the pictures of one view, inside its X server."""

    def __init__(self, view: View, folder: Path, source: str) -> None:
        from PyQt6.QtWidgets import QApplication

        self.application = QApplication(["livedream"])
        self.view, self.folder, self.source = view, folder, source

    def all(self) -> None:
        """Take all pictures."""
        from livedream.engines.cache import EngineCache

        if not self.view.only_open:
            with self._show(EngineCache(Path(mkdtemp()))) as show:
                self._first_start(show)
        with self._show(None) as show:
            self._running(show)

    def _first_start(self, show: ShownShow) -> None:
        """Show what is seen while nothing is built yet."""
        show.wait(0.8)
        self._take(show, "first-second")
        show.until(lambda: show.session.wait_settled(0.0), PATIENCE_S)
        show.wait(2.0)
        _mood(show, FAR_MOOD)
        show.wait(2.5)
        self._take(show, "building")

    def _running(self, show: ShownShow) -> None:
        """Show all else, on engines that are built."""
        show.expect("the engine runs", lambda: show.session.wait_settled(0.0), PATIENCE_S)
        if self.view.only_open:
            show.wait(10.0)
            self._take(show, "open")
            return
        tiles = show.window.moods.tiles
        painted = lambda: all(tile._picture is not None for tile in tiles)  # noqa: E731
        show.expect("every mood has its picture", painted, PATIENCE_S)
        show.wait(1.0)
        self._take(show, "open")
        self._take(show, "moods", show.window.stage.area)
        show.view.do("panel")
        show.wait(1.0)
        self._take(show, "folded")
        show.view.do("panel")
        self._panel(show)
        self._cameras(show)
        self._mapping(show)
        self._virtual_camera(show)
        self._two_displays(show)

    def _panel(self, show: ShownShow) -> None:
        """Show the panel in use, searched and in panic."""
        panel, store = show.window.panel, show.session.store
        panel.groups["Motion"].unfold(on=True)
        store.change({"look.depth": 0.62, "look.gamma": 1.4}, "picture")
        store.hold(["look.gamma"])
        show.session.commands.do("freeze")
        show.wait(1.0)
        bar = panel.area.verticalScrollBar()
        assert bar is not None
        bar.setValue(400)
        show.wait(0.5)
        self._take(show, "groups", panel)
        bar.setValue(0)
        panel.search.setText("layer")
        panel.search.searched.emit("layer")
        show.wait(0.5)
        self._take(show, "search", panel)
        panel.search.setText("")
        panel.search.searched.emit("")
        panel.groups["Motion"].unfold(on=False)
        for command in ("freeze", "reset all"):
            show.session.commands.do(command)

    def _cameras(self, show: ShownShow) -> None:
        picker = show.window._picker
        assert picker is not None
        show.view.do("source")
        show.expect("what each camera sees is known", lambda: _are_known(picker), 30.0)
        show.wait(0.5)
        self._take(show, "cameras")
        self._take(show, "cameras-cut", picker)
        picker.hide()

    def _mapping(self, show: ShownShow) -> None:
        """Bind two knobs and a pad, and choose one of them."""
        from livedream.control.midi_binding import Binding, Kind, MidiSource
        from livedream.ui.mapping import Mapping

        midi = show.controls.use_midi()
        knobs: tuple[tuple[Kind, int, str], ...] = (("cc", 21, "macro.depth"), ("note", 36, "blackout"))
        for kind, number, target in knobs:
            midi.map.bind(Binding(MidiSource(1, kind, number), target))
        midi.map.bind(Binding(MidiSource(1, "cc", 22), "look.depth", 0.2, 0.8))
        midi.ports.poll()
        show.view.do("map")
        face = show.window.findChildren(Mapping)[0]
        face.choose("look.depth")
        show.controls.stop_learning()
        face.follow(show.controls.status())
        show.wait(3.0)
        self._take(show, "mapping")
        show.view.do("map")

    def _virtual_camera(self, show: ShownShow) -> None:
        row = show.window.panel.outlets
        show.session.commands.do("virtual camera")
        show.expect(
            "the virtual camera cannot start", lambda: not row.cards["virtual camera"].isHidden(), 10.0
        )
        show.wait(9.0)  # until what else is said of it over the picture has passed
        self._take(show, "virtual-camera-failing")
        self._take(show, "virtual-camera-failing-cut", row, MARGIN_PX)
        show.session.commands.do("virtual camera")

    def _two_displays(self, show: ShownShow) -> None:
        show.view.do("full screen")
        show.wait(4.0)
        both = photograph(self.folder / "two-displays.png")
        beamer = both[: BEAMER_WH[1], self.view.laptop_wh[0] :]
        show.check("the output is on BEAMER", beamer.std() > 10)

    def _take(self, show: ShownShow, name: str, part: QWidget | None = None, margin_px: int = 0) -> None:
        """Photograph the window, or a part of it with a margin."""
        from shown_show import place_of

        path = self.folder / f"{name}.png"
        screen = photograph(path)
        beside = margin_px * self.view.ratio
        picture = _cut(screen, place_of(part or show.window).adjusted(-beside, -beside, beside, beside))
        cv2.imwrite(str(path), picture[..., ::-1])
        print(path, flush=True)

    def _show(self, cache: EngineCache | None) -> ShownShow:
        from PyQt6.QtCore import QRect
        from shown_show import ShownShow

        from livedream.runtime.plan import Plan
        from livedream.runtime.source_switcher import Devices, Wish

        seen = {camera: film or self.source for camera, film in CAMERAS.items()}
        place = QRect(*CORNER, *self.view.size_wh)
        # At one working size, whatever else this machine does: the pictures are to be alike.
        plan = Plan("eyes", governed=False)
        show = ShownShow(camera_of(next(iter(CAMERAS)), seen), place, plan, cache)

        def camera(wish: Wish) -> Camera:
            assert not isinstance(wish.what, str), "what the picker lists is a camera"
            return camera_of(wish.what, seen)

        show.session.sources.devices = Devices(open=camera, cameras=lambda: tuple(CAMERAS))
        return show


def _are_known(picker: SourcePicker) -> bool:
    views = [tile.view for tile in picker.tiles.values()]
    return len(views) == len(CAMERAS) and all(view.rgb is not None or view.trouble for view in views)


def _mood(show: ShownShow, name: str) -> None:
    next(tile for tile in show.window.moods.tiles if tile.name == name).click()


def _cut(screen: Pixels, place: QRect) -> Pixels:
    left, top = max(0, place.left()), max(0, place.top())
    return screen[top : place.top() + place.height(), left : place.left() + place.width()]


def write_pictures(taken: Path, names: Sequence[str]) -> None:
    """Write pictures of the documentation from those that were taken."""
    for name in names:
        picture = cv2.imread(str(taken / f"{WRITTEN[name]}.png"))
        assert picture is not None, "it was taken"
        height, width = picture.shape[:2]
        if width > WIDEST_PX:
            size_wh = WIDEST_PX, round(height * WIDEST_PX / width)
            picture = cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA)
        path = PICTURES / f"{name}.jpg"
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        print(path)


def take(name: str, folder: Path, source: str) -> None:
    """Take the pictures of a view, in a process and on an X server of its own."""
    view, folder = VIEWS[name], folder / name
    folder.mkdir(parents=True, exist_ok=True)
    width, height = view.laptop_wh
    with x_server((width + BEAMER_WH[0], max(height, BEAMER_WH[1]))) as display:
        environ = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": str(view.ratio)}
        os.environ |= environ | {"XDG_CONFIG_HOME": mkdtemp()}
        plug_in("LAPTOP", view.laptop_wh, 0, "screen")
        plug_in("BEAMER", BEAMER_WH, width)
        inside = [sys.executable, __file__, str(folder), "--source", source, "--inside", name]
        subprocess.run(inside, check=True)


def main(given: Sequence[str]) -> None:
    """Take what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", default="clouds")
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS))
    parser.add_argument("--write", nargs="+", choices=WRITTEN, default=())
    parser.add_argument("--inside", choices=VIEWS, help=argparse.SUPPRESS)
    asked = parser.parse_args(given)
    if asked.inside is not None:
        Photographer(VIEWS[asked.inside], asked.folder, asked.source).all()
        return
    if lacking := missing():
        raise SystemExit(f"not run: {lacking} is not installed")
    for name in asked.views:
        take(name, asked.folder, asked.source)
    write_pictures(asked.folder / WRITTEN_VIEW, asked.write)


if __name__ == "__main__":
    main(sys.argv[1:])
