"""Run a show on two displays of an X server and check what the audience sees, pixel by pixel.

python scripts/two_displays.py [FOLDER]

Two monitors lie side by side on one screen (see x_server.py for what that needs); the controls are on LAPTOP,
the output goes to BEAMER, which is unplugged and plugged in again; a camera is lost and found. Each check is
printed; pictures of the whole screen go to FOLDER. Ends with 1 if a check fails.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import cv2
import numpy as np
from x_server import Pixels, missing, photograph, plug_in, unplug, x_server

SIZE_WH = (1280, 720)
PLACE = (20, 40, 1200, 640)


def main(folder: Path) -> int:
    """Return 0 if every check holds."""
    if lacking := missing():
        print(f"not run: {lacking} is not installed")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with x_server((2 * SIZE_WH[0], SIZE_WH[1])) as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": mkdtemp()}
        plug_in("LAPTOP", SIZE_WH, 0, "screen")
        plug_in("BEAMER", SIZE_WH, SIZE_WH[0])
        return Run(folder).all()


def pattern() -> Pixels:
    """Return a picture that no mirror and no turn leaves as it is, uint8 720x1280x3."""
    rgb = np.full((720, 1280, 3), 40, np.uint8)
    for place, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))):
        rgb[:180, place * 160 : (place + 1) * 160] = colour
    cv2.putText(rgb, "LETTERS", (60, 460), cv2.FONT_HERSHEY_DUPLEX, 7.0, (255, 255, 255), 24)
    cv2.fillPoly(rgb, [np.array([[0, 720], [400, 720], [0, 560]])], (200, 80, 160))
    return rgb


def beamer(screen: Pixels) -> Pixels:
    """Cut the second monitor out."""
    return screen[:, SIZE_WH[0] :]


class Run:
    """The show, and what is checked of it."""

    def __init__(self, folder: Path) -> None:
        from PyQt6.QtCore import QRect
        from PyQt6.QtWidgets import QApplication
        from shown_show import ShownShow

        from livedream.runtime.plan import Plan
        from livedream.sources.camera import Camera
        from livedream.sources.fake_camera import FakeDevice

        self.application = QApplication(["livedream"])
        self.folder = folder
        # It delivers until it is unplugged; then it is not found until it is plugged in again.
        self.device = FakeDevice(
            lambda _: np.ascontiguousarray(pattern()[..., ::-1]), trouble="raise", absent_opens=10_000
        )
        camera, plan = Camera(self.device.capture), Plan("eyes", engine="eager")
        self.show = ShownShow(camera, QRect(*PLACE), plan)
        self.view, self.session = self.show.view, self.show.session
        self.output = self.view.output
        print(f"scaling: {self.view.picture.told()}")

    def all(self) -> int:
        """Run it all; return the exit status."""
        with self.show as show:
            show.expect("the first dream", lambda: self.session.output.fps.count > 0, 60.0)
            self.session.commands.do("bypass")  # the camera's own pixels, which are known
            self.sent()
            self.unplugged()
            self.plugged_in()
            self.camera_lost()
        print("all checks hold" if not show.failed else f"{show.failed} checks failed")
        return min(1, show.failed)

    def sent(self) -> None:
        """Check that the output is alone on its display, and the right way round."""
        self.view.do("next display")
        self.view.overlays.hud = self.view.overlays.keys = True
        self.show.expect("BEAMER shows the picture alone, as it is", lambda: self.matches("output.png"), 8.0)
        on = self.show.window.screen()
        self.show.check("the controls stay on LAPTOP", on is not None and on.name() == "LAPTOP")
        self.show.check("its name is kept", self.output.chosen == "BEAMER")
        cursor = self.output.window.cursor().shape().name
        self.show.check("the cursor is hidden on it", cursor == "BlankCursor")

    def unplugged(self) -> None:
        """Check that nothing is left where it was, and nothing on the controls."""
        unplug("BEAMER")
        self.show.expect("unplugged: the output is away", lambda: not self.output.window.isVisible(), 5.0)
        self.show.wait(0.5)
        screen = photograph(self.folder / "unplugged.png")
        self.show.check("nothing is left on BEAMER", not beamer(screen).any())
        self.show.check("the show goes on", not self.session.ended)

    def plugged_in(self) -> None:
        """Check that the output comes back by the name of its display."""
        plug_in("BEAMER", SIZE_WH, SIZE_WH[0])
        self.show.expect("plugged in again: the picture is back", lambda: self.matches("plugged-in.png"), 8.0)

    def camera_lost(self) -> None:
        """Check that the output says within a second that the camera is gone, and comes back."""
        self.device._good_reads = self.device.reads
        lost_s = time.perf_counter()
        self.show.expect("the camera is lost: the output says so", lambda: not self.same(), 10.0)
        said_s = time.perf_counter()
        print(f"      {said_s - lost_s:.2f} s after its last picture")
        self.show.check("within a second", said_s - lost_s < 1.0)
        self.show.wait(1.0)
        screen = beamer(photograph(self.folder / "camera-lost.png"))
        self.show.check("the slate is on BEAMER", len(np.unique(screen.reshape(-1, 3), axis=0)) > 20)
        self.show.check("and not the picture", not np.array_equal(screen[40, 80], pattern()[40, 80]))
        self.device._absent_opens = 0
        self.show.expect(
            "the camera is found: the picture is back", lambda: self.matches("camera-back.png"), 30.0
        )

    def same(self) -> bool:
        """Return whether the output's own pixels are the pattern."""
        self.output.window.tick()
        image = self.output.window.grab().toImage()
        places = [(80, 40), (240, 40), (400, 40), (560, 40)]
        want = [tuple(int(level) for level in pattern()[y, x]) for x, y in places]
        return [image.pixelColor(x, y).getRgb()[:3] for x, y in places] == want

    def matches(self, name: str) -> bool:
        """Return whether the X server shows the pattern, and only it, on the second monitor."""
        self.show.wait(0.2)
        seen = beamer(photograph(self.folder / name))
        return seen.shape == pattern().shape and int(np.abs(seen.astype(int) - pattern()).max()) <= 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "two-displays")))
