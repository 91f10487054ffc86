"""Frames in, dreamed frames out, each in its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.dreamed import Dreamed
from livedream.fade import Blend
from livedream.frame import Frame, Rgb
from livedream.offline.engine_pool import Engines
from livedream.pipeline import DreamPipeline, Leaving
from livedream.references import References
from livedream.settings import DreamSettings

State = dict[str, NDArray[Any]]
"""All that a dream carries from one frame to the next, by name."""


class FrameDreamer:
    """Dream frames one after the other; waits for another engine where the settings ask for one.

    Same frames, settings, seed and engines: same dreams. first: the picture that the first frame's
    dream starts from; None for the frame itself.
    """

    def __init__(self, engines: Engines, seed: int = 0, first: Rgb | None = None) -> None:
        self._engines, self._seed, self._first = engines, seed, first
        self._references = References()
        self._pipeline: DreamPipeline | None = None
        self._state: State | None = None

    def dream(self, frame: Frame, wanted: Blend) -> Dreamed:
        """Dream a frame. Raises EngineError, and InputError for what the network does not have."""
        pipeline = self._pipeline_for(spec_for(wanted.settings.dream, frame.size_wh))
        return pipeline.process(frame, wanted.settings, self._leaving(wanted, frame.size_wh))

    def state(self) -> State:
        """Return the state that the next frame's dream starts from; empty before the first one."""
        return {} if self._pipeline is None else self._pipeline.state()

    def restore(self, state: State) -> None:
        """Continue from `state`. Raises ValueError if it is invalid."""
        self._pipeline, self._state = None, state or None

    def close(self) -> None:
        """Close the guides and styles that are open; the engines stay."""
        self._references.close()

    def _leaving(self, wanted: Blend, size_wh: tuple[int, int]) -> Leaving | None:
        """Return the dream that is fading out, with its engine; None without one."""
        if wanted.leaving is None:
            return None
        spec = spec_for(wanted.leaving, size_wh)
        return Leaving(spec, self._engines.engine_for(spec), wanted.leaving, wanted.left)

    def _pipeline_for(self, spec: KernelSpec) -> DreamPipeline:
        pipeline = self._pipeline
        if pipeline is None:
            self._pipeline = pipeline = self._begun(spec)
        elif pipeline.spec != spec:
            pipeline.swap(spec, self._engines.engine_for(spec))
        return pipeline

    def _begun(self, spec: KernelSpec) -> DreamPipeline:
        pipeline = DreamPipeline(
            spec, self._engines.engine_for(spec), seed=self._seed, references=self._references
        )
        if self._state is not None:
            pipeline.restore(self._state)
        elif self._first is not None:
            pipeline.start_from(self._first)
        self._state = None
        return pipeline


def spec_for(dream: DreamSettings, size_wh: tuple[int, int]) -> KernelSpec:
    """Return the spec of the engine that a dream needs for pictures of a size. Raises InputError."""
    return kernel_spec(dream, working_size_hw(size_wh, dream.working_px))


def dreamed(
    frames: Iterable[Frame], wanted_at: Callable[[int], Blend], dreamer: FrameDreamer
) -> Iterator[Dreamed]:
    """Dream frames in a row, each with what is wanted at its index. Raises LivedreamError."""
    for frame in frames:
        yield dreamer.dream(frame, wanted_at(frame.index))
