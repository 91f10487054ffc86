"""Small dreams of a picture, one for each mood, painted by a process that has only the time left over.

In the show's own process they would hold up its frames: a thread of low priority that holds Python's lock
keeps it from those that are in a hurry. Torch is imported where it is painted with: the show, which starts
that process, may not need it.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.engines.build_process import added_modules, child_environment, own_group
from livedream.errors import EngineError, LivedreamError
from livedream.frame import Frame, Rgb
from livedream.imaging import fitted_size, resized
from livedream.pipeline import DreamPipeline
from livedream.references import References
from livedream.settings import Settings

PICTURE_WH = (256, 144)
WORKING_PX = 16_000
"""So many pixels are dreamed at: forms are larger then than in the show, and can be told apart in a tile."""

FRAMES, FRAME_S = 6, 1 / 30
"""How often a picture is dreamed, each time from what it had become, and how much time of a show that is."""

NICEST = 19
COMMAND = (sys.executable, "-P", "-m", "livedream.runtime.thumbnail_process")


class ThumbnailProcess:
    """Paints in another process, started with the first picture; one thread uses it, any may close it.

    command: what is started; it answers as `answer_all` does.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def paint(self, settings: Settings, rgb: Rgb) -> Rgb:
        """Return a picture as a mood dreams it, fitted into `PICTURE_WH`.

        Raises LivedreamError if the mood cannot be dreamed, EngineError if the process has ended.
        """
        process = self._started()
        assert process.stdin is not None, "it has pipes"
        assert process.stdout is not None, "it has pipes"
        small = resized(rgb, fitted_size((rgb.shape[1], rgb.shape[0]), PICTURE_WH))
        try:
            pickle.dump((added_modules(), settings, small), process.stdin)
            process.stdin.flush()
            answer: Rgb | str = pickle.load(process.stdout)  # nosec B301 # its own process
        except (OSError, EOFError, pickle.UnpicklingError, ValueError) as fault:
            raise EngineError(f"the process that paints pictures of the moods has ended ({fault})") from fault
        if isinstance(answer, str):
            raise LivedreamError(answer)
        return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            if self._process is None:
                return
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None, "it has pipes"
                with suppress(OSError):
                    stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise EngineError("no more pictures of the moods are painted")
            if self._process is None:
                try:
                    self._process = subprocess.Popen(
                        self._command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        env=child_environment(),
                        **own_group(),
                    )
                except OSError as fault:
                    raise EngineError(f"no pictures of the moods can be painted: {fault}") from fault
            return self._process


def painted(settings: Settings, rgb: Rgb, references: References) -> Rgb:
    """Dream a small picture as a mood does. Raises LivedreamError if that is not possible."""
    from livedream.engines.eager import EagerEngine

    spec = kernel_spec(settings.dream, working_size_hw((rgb.shape[1], rgb.shape[0]), WORKING_PX))
    engine = EagerEngine(KernelProgram(spec), threads=1)
    pipeline = DreamPipeline(spec, engine, references=references)
    dream: NDArray[Any] = rgb
    for index in range(FRAMES):
        dream = pipeline.process(Frame(rgb, index * FRAME_S, index, index * FRAME_S), settings).rgb
    engine.close()
    return np.ascontiguousarray(dream)


def answer_all(asked: BinaryIO, answers: BinaryIO) -> None:
    """Paint what is asked for until nothing more is; what cannot be painted is answered with the reason."""
    references = References()
    while True:
        try:
            modules, settings, rgb = pickle.load(asked)  # nosec B301 # livedream asks
        except EOFError:
            return
        try:
            for module in modules:
                import_module(module)
            answer: Rgb | str = painted(settings, rgb, references)
        except Exception as fault:  # told to the parent process, which goes on with the next mood
            answer = " ".join(str(fault).split()) or type(fault).__name__
        pickle.dump(answer, answers)
        answers.flush()


def _main() -> None:
    import torch

    process = psutil.Process()
    process.nice(psutil.IDLE_PRIORITY_CLASS if sys.platform == "win32" else NICEST)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what libraries print is no answer
    answer_all(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
