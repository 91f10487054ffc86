"""Run a show on two displays of an X server and check what the audience sees, pixel by pixel.

python scripts/two_displays.py [FOLDER]

Needs Xvfb, openbox, xrandr and ImageMagick. Two monitors lie side by side on one screen; the controls
are on LAPTOP, the output goes to BEAMER, which is unplugged and plugged in again; a camera is lost and found.
Each check is printed; pictures of the whole screen go to FOLDER. Ends with 1 if a check fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

SCREEN_WH = (2560, 720)
LAPTOP = ("LAPTOP", "1280/340x720/190+0+0", "screen")
BEAMER = ("BEAMER", "1280/340x720/190+1280+0", "none")
NEEDED = ("Xvfb", "openbox", "xrandr", "import")


def main(folder: Path) -> int:
    """Return 0 if every check holds."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print(f"not run: {', '.join(missing)} is not installed")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with _server() as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        monitor("--setmonitor", *LAPTOP)
        monitor("--setmonitor", *BEAMER)
        with _running(["openbox"]):
            time.sleep(1.0)
            return Run(folder).all()


def monitor(*what: str) -> None:
    """Plug a monitor in or out."""
    subprocess.run(["xrandr", *what], check=True, stdout=subprocess.DEVNULL)


def pattern() -> Pixels:
    """Return a picture that no mirror and no turn leaves as it is, uint8 720x1280x3."""
    rgb = np.full((720, 1280, 3), 40, np.uint8)
    for place, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))):
        rgb[:180, place * 160 : (place + 1) * 160] = colour
    cv2.putText(rgb, "LETTERS", (60, 460), cv2.FONT_HERSHEY_DUPLEX, 7.0, (255, 255, 255), 24)
    cv2.fillPoly(rgb, [np.array([[0, 720], [400, 720], [0, 560]])], (200, 80, 160))
    return rgb


def shot(path: Path) -> Pixels:
    """Save what is on the whole screen, and return it as RGB."""
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    return np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)


def beamer(screen: Pixels) -> Pixels:
    """Cut the second monitor out."""
    return screen[:, 1280:]


class Run:
    """The show, and what is checked of it."""

    def __init__(self, folder: Path) -> None:
        from PyQt6.QtWidgets import QApplication

        from livedream.runtime.plan import Plan
        from livedream.runtime.playlist_loading import load_playlist
        from livedream.runtime.session import LiveSession
        from livedream.sources.camera import Camera
        from livedream.sources.fake_camera import FakeDevice
        from livedream.ui.control_window import with_panel
        from livedream.ui.scaling import find_scaling
        from livedream.ui.window import DreamWindow

        self.application = QApplication(["livedream"])
        self.folder, self.failed = folder, 0
        # It delivers until it is unplugged; then it is not found until it is plugged in again.
        self.device = FakeDevice(
            lambda _: np.ascontiguousarray(pattern()[..., ::-1]), trouble="raise", absent_opens=10_000
        )
        playlist = load_playlist("eyes", ())
        self.session = LiveSession(Camera(self.device.capture), playlist, Plan("eyes", engine="eager"))
        self.view = DreamWindow(
            self.session, self.session.commands, title="livedream", scaling=find_scaling()
        )
        self.window = with_panel(self.session, playlist, self.view)
        self.output = self.view.output
        print(f"scaling: {self.view.picture.told()}")

    def all(self) -> int:
        """Run it all; return the exit status."""
        self.session.start()
        self.window.setGeometry(20, 40, 1200, 640)
        self.view.present(full_screen=False)
        try:
            self.until(lambda: self.session.output.fps.count > 0, 60.0, "the first dream")
            self.session.commands.do("bypass")  # the camera's own pixels, which are known
            self.sent()
            self.unplugged()
            self.plugged_in()
            self.camera_lost()
        finally:
            self.window.close() if self.session.ended else self.view.leave()
            self.session.finish()
        print("all checks hold" if not self.failed else f"{self.failed} checks failed")
        return min(1, self.failed)

    def sent(self) -> None:
        """Check that the output is alone on its display, and the right way round."""
        self.view.do("next display")
        self.view.overlays.hud = self.view.overlays.keys = True
        self.until(lambda: self.matches("output.png"), 8.0, "BEAMER shows the picture alone, as it is")
        self.check("the controls stay on LAPTOP", self.window.screen().name() == "LAPTOP")
        self.check("its name is kept", self.output.chosen == "BEAMER")
        self.check("the cursor is hidden on it", self.output.window.cursor().shape().name == "BlankCursor")

    def unplugged(self) -> None:
        """Check that nothing is left where it was, and nothing on the controls."""
        monitor("--delmonitor", "BEAMER")
        self.until(lambda: not self.output.window.isVisible(), 5.0, "unplugged: the output is away")
        self.wait(0.5)
        screen = shot(self.folder / "unplugged.png")
        self.check("nothing is left on BEAMER", not beamer(screen).any())
        self.check("the show goes on", not self.session.ended)

    def plugged_in(self) -> None:
        """Check that the output comes back by the name of its display."""
        monitor("--setmonitor", *BEAMER)
        self.until(lambda: self.matches("plugged-in.png"), 8.0, "plugged in again: the picture is back")

    def camera_lost(self) -> None:
        """Check that the output says within a second that the camera is gone, and comes back."""
        self.device._good_reads = self.device.reads
        lost_s = time.perf_counter()
        self.until(lambda: not self.same(), 10.0, "the camera is lost: the output says so")
        said_s = time.perf_counter()
        print(f"      {said_s - lost_s:.2f} s after its last picture")
        self.check("within a second", said_s - lost_s < 1.0)
        self.wait(1.0)
        screen = beamer(shot(self.folder / "camera-lost.png"))
        self.check("the slate is on BEAMER", len(np.unique(screen.reshape(-1, 3), axis=0)) > 20)
        self.check("and not the picture", not np.array_equal(screen[40, 80], pattern()[40, 80]))
        self.device._absent_opens = 0
        self.until(lambda: self.matches("camera-back.png"), 30.0, "the camera is found: the picture is back")

    def same(self) -> bool:
        """Return whether the output's own pixels are the pattern."""
        self.output.window.tick()
        image = self.output.window.grab().toImage()
        places = [(80, 40), (240, 40), (400, 40), (560, 40)]
        want = [tuple(int(level) for level in pattern()[y, x]) for x, y in places]
        return [image.pixelColor(x, y).getRgb()[:3] for x, y in places] == want

    def matches(self, name: str) -> bool:
        """Return whether the X server shows the pattern, and only it, on the second monitor."""
        self.wait(0.2)
        seen = beamer(shot(self.folder / name))
        return seen.shape == pattern().shape and int(np.abs(seen.astype(int) - pattern()).max()) <= 2

    def until(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        """Let Qt work until something is so; a check that fails after `seconds`."""
        end_s = time.perf_counter() + seconds
        while not is_so() and time.perf_counter() < end_s:
            self.wait(0.02)
        self.check(what, is_so())

    def wait(self, seconds: float) -> None:
        """Let Qt work for a while."""
        from PyQt6.QtTest import QTest

        QTest.qWait(round(1000 * seconds))

    def check(self, what: str, holds: bool) -> None:
        """Print a check, and count it if it fails."""
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)


@contextmanager
def _server() -> Iterator[str]:
    told, tell = os.pipe()
    width, height = SCREEN_WH
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", f"{width}x{height}x24", "-noreset"]
    with _running(command, pass_fds=(tell,)):
        os.close(tell)
        with os.fdopen(told) as answers:
            yield f":{answers.readline().strip()}"


@contextmanager
def _running(command: list[str], pass_fds: tuple[int, ...] = ()) -> Iterator[None]:
    with subprocess.Popen(command, pass_fds=pass_fds, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "two-displays")))
