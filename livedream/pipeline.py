"""DreamPipeline: one frame in, one dreamed frame out; the owner of all that carries over in time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import cv2
import numpy as np

from livedream.composite import compose, veil
from livedream.dream.spec import KernelSpec, frame_inputs
from livedream.engines.engine import Engine
from livedream.frame import Frame, Rgb, to_image
from livedream.motion.flow import FlowEstimator, Grey, Trust, grey, shrink
from livedream.motion.warp import Field, carry, fit, resize, warp
from livedream.settings import Settings

FLOW_PX = 160
"""Longer side of the grey pictures that the flow is measured on: a tenth of a millisecond, and on a
hand-held clip the dream flickers no more than with 256."""


@dataclass(frozen=True, slots=True)
class Dreamed:
    """What became of a frame.

    rgb: uint8, the size of the frame. residual: HxWx3 float32, what the dream added, at working size.
    carried, trust: the previous residual, warped, and where that can be believed; None for the first.
    cut: the dream started anew. stage_ms: milliseconds by stage.
    """

    rgb: Rgb
    residual: Field
    carried: Field | None
    trust: Trust | None
    cut: bool
    stage_ms: dict[str, float]


@dataclass(slots=True)
class _Past:
    grey: Grey
    residual: Field


@dataclass(slots=True)
class _Start:
    image: Field
    init: Field
    carried: Field | None = None
    trust: Trust | None = None
    cut: bool = False


@dataclass(slots=True)
class _Stopwatch:
    stage_ms: dict[str, float] = field(default_factory=dict)
    last_s: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now_s = time.perf_counter()
        self.stage_ms[stage] = (now_s - self.last_s) * 1e3
        self.last_s = now_s


class DreamPipeline:
    """Dreams frames one after the other; live and offline alike.

    seed: of the jitter. Same frames, settings, seed and engine: same dreams.
    warm_start: False dreams every frame from scratch, to measure what the warm start is worth.
    """

    def __init__(self, spec: KernelSpec, engine: Engine, *, seed: int = 0, warm_start: bool = True) -> None:
        self.spec, self.engine = spec, engine
        self._seed, self._warm_start = seed, warm_start
        self._estimator = FlowEstimator()
        self._dreamed = 0
        self._past: _Past | None = None

    def swap(self, spec: KernelSpec, engine: Engine) -> None:
        """Go on with another engine, between two frames; the dream is resized if the size changed."""
        self.spec, self.engine = spec, engine

    def reset(self) -> None:
        """Forget the dream; the next frame starts from the picture alone."""
        self._past = None

    def process(self, frame: Frame, settings: Settings) -> Dreamed:
        """Dream one frame."""
        watch = _Stopwatch()
        image, small_grey = self._shrunk(frame.rgb)
        watch.lap("shrink")
        start = self._start(image, small_grey, settings)
        watch.lap("motion")
        dream = self._dream(start, settings)
        watch.lap("kernel")
        residual, sound = _finite(dream - start.image)
        self._past = _Past(small_grey, residual)
        watch.lap("residual")
        shown = self._shown(residual, small_grey, settings)
        watch.lap("veil")
        rgb = compose(frame.rgb, shown, settings.look.strength)
        watch.lap("compose")
        return Dreamed(rgb, residual, start.carried, start.trust, start.cut or not sound, watch.stage_ms)

    def _shrunk(self, rgb: Rgb) -> tuple[Field, Grey]:
        """Give the picture at working size, and in grey at the flow's."""
        small = shrink(rgb, self.spec.size_hw[::-1])
        image = np.ascontiguousarray(to_image(small)[0].transpose(1, 2, 0))
        return image, grey(rgb, FLOW_PX, shrunk=small)

    def _start(self, image: Field, small_grey: Grey, settings: Settings) -> _Start:
        """Add to the picture what is left of the previous dream, where it is now."""
        past = self._past
        if past is None or past.grey.shape != small_grey.shape:
            return _Start(image, image)
        size_wh = self.spec.size_hw[::-1]
        motion = self._estimator.measure(small_grey, past.grey, settings.motion)
        flow, trust = fit(motion, size_wh)
        carried = warp(resize(past.residual, size_wh), flow)
        init = carry(image, carried, trust, settings.motion.persistence) if self._warm_start else image
        return _Start(image, init, carried, trust, motion.cut)

    def _shown(self, residual: Field, small_grey: Grey, settings: Settings) -> Field:
        if settings.look.scene == 0:
            return residual
        shown = veil(small_grey, self.spec.size_hw[::-1], settings.look.scene)
        return np.asarray(cv2.multiply(residual, cv2.merge([shown, shown, shown])), np.float32)

    def _dream(self, start: _Start, settings: Settings) -> Field:
        rng = np.random.default_rng((self._seed, self._dreamed))
        self._dreamed += 1
        rest = frame_inputs(self.spec, settings.dream, rng)
        dream = self.engine.run([start.init.transpose(2, 0, 1)[None], *rest])
        return np.ascontiguousarray(dream[0].transpose(1, 2, 0))


def _finite(residual: Field) -> tuple[Field, bool]:
    """Start anew from nothing after a dream that is no number, which would else never leave the show."""
    sound = bool(np.isfinite(residual.sum()))
    return (residual if sound else np.zeros_like(residual)), sound


def flicker(dreamed: Dreamed) -> float | None:
    """Measure how much a dream changed beyond its motion: 0 is steady, over 1 is boiling.

    It is mean |residual - carried| / mean |residual| over the pixels with trust above a half. None
    for a first frame, and where nothing is trusted or nothing is dreamed.
    """
    if dreamed.carried is None or dreamed.trust is None:
        return None
    trusted = (dreamed.trust > 0.5)[..., None]
    strength = float((np.abs(dreamed.residual) * trusted).sum())
    change = float((np.abs(dreamed.residual - dreamed.carried) * trusted).sum())
    return change / strength if strength > 0 else None
