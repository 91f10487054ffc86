"""Run a show with the mouse alone: a mood, the virtual camera, a recording, its end; four clicks.

python scripts/four_clicks.py [FOLDER] [SOURCE]

Needs xdotool and what x_server.py needs; the virtual camera is a fake that is registered with pyvirtualcam.
The recording goes to FOLDER. Each check is printed. Ends with 1 if one fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from x_server import missing, photograph, plug_in, x_server

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget
    from shown_show import ShownShow

SIZE_WH, PLACE = (1320, 780), (20, 40, 1280, 720)
MOOD = "weave"
RECORDED_S, LATER_S = 10.0, 2.0
"""How long is recorded, and how much later the last click is done with on a machine that is busy."""

PATIENCE_S = 240.0


class FakeCamera:
    """What pyvirtualcam takes for a backend: it counts what it is sent."""

    sent = opened = 0

    def __init__(self, width: int, height: int, fps: float, *_: Any, **__: Any) -> None:
        type(self).opened += 1
        self.size_wh, self.fps = (width, height), fps

    def send(self, _: Any) -> None:
        """Count a frame."""
        type(self).sent += 1

    def close(self) -> None:
        """End; there is nothing to release."""

    def device(self) -> str:
        """Return its name."""
        return "registered fake"

    def native_fmt(self) -> Any:
        """Return the format that programs would see."""
        import pyvirtualcam

        return pyvirtualcam.PixelFormat.RGB


class Mouse:
    """Clicks on widgets through the X server."""

    clicks = 0

    def click(self, widget: QWidget) -> None:
        """Move there, press and release."""
        from shown_show import place_of

        middle = place_of(widget).center()
        subprocess.run(["xdotool", "mousemove", str(middle.x()), str(middle.y())], check=True)
        subprocess.run(["xdotool", "click", "1"], check=True)
        self.clicks += 1


def register() -> None:
    """Let the fake be the only virtual camera."""
    import pyvirtualcam
    from pyvirtualcam.camera import BACKENDS

    BACKENDS.clear()
    pyvirtualcam.register_backend("fake", FakeCamera)


def play(show: ShownShow, folder: Path) -> None:
    """Click through the show."""
    mouse, session, window = Mouse(), show.session, show.window
    switches = window.panel.outlets.buttons
    show.expect("the engine runs", lambda: session.wait_settled(0.0), PATIENCE_S)
    mouse.click(next(tile for tile in window.moods.tiles if tile.name == MOOD))
    show.expect(f"{MOOD} is seen", lambda: session.status().preset == MOOD, PATIENCE_S)
    mouse.click(switches["virtual camera"])
    show.expect("the virtual camera takes frames", lambda: FakeCamera.sent > 0, 10.0)
    mouse.click(switches["record"])
    show.expect("a film is recorded", lambda: _recorded_s(show) > 0, 10.0)
    photograph(folder / "clicked.png")
    show.expect("for ten seconds", lambda: _recorded_s(show) >= RECORDED_S, 3 * RECORDED_S)
    mouse.click(switches["record"])
    show.expect("the recording has ended", lambda: not _recorded_s(show), 10.0)
    show.wait(1.0)
    _look_at(show, folder)
    print(f"      {mouse.clicks} clicks; {FakeCamera.sent} frames sent to the virtual camera")


def _recorded_s(show: ShownShow) -> float:
    status = show.session.status()
    return sum(one.running_s for one in status.outlets if one.command == "record" and one.health.ok)


def _look_at(show: ShownShow, folder: Path) -> None:
    import av

    for film in folder.glob("livedream-*.mp4"):
        with av.open(str(film)) as container:
            seconds = float(container.duration or 0) / av.time_base
        print(f"      {film}: {seconds:.1f} s")
        show.check("the film lasts ten seconds", 0 <= seconds - RECORDED_S < LATER_S)


def main(folder: Path, source: str) -> int:
    """Return 0 if every check holds."""
    if lacking := missing("xdotool"):
        print(f"not run: {lacking} is not installed")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("livedream-*.mp4")):
        print(f"{folder} has recordings already; give another folder")
        return 1
    with x_server(SIZE_WH) as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": mkdtemp()}
        plug_in("LAPTOP", SIZE_WH, 0, "screen")
        os.chdir(folder)  # where recordings go
        return _shown(source)


def _shown(source: str) -> int:
    from PyQt6.QtCore import QRect
    from PyQt6.QtWidgets import QApplication
    from shown_show import ShownShow

    from livedream.sources import open_source

    register()
    application = QApplication(["livedream"])
    with ShownShow(open_source(source), QRect(*PLACE)) as show:
        play(show, Path.cwd())
    application.quit()
    print("all checks hold" if not show.failed else f"{show.failed} checks failed")
    return min(1, show.failed)


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:2] or ["four-clicks"]), *sys.argv[2:3] or ["clouds"]))
