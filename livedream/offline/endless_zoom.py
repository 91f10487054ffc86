"""Endless zoom: a dream flies into itself, and what becomes blurred as it grows is dreamed anew.

The film is a render like any other: of a picture that has one colour, the mean of the given one. The
given picture is its dream's beginning, so all that moves is the dream, which is carried on in floating
point from frame to frame; the colour underneath is what balance and a persistence below 1 draw it to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.offline.full_size import at_full_size, words_of
from livedream.offline.job import Job, job_of
from livedream.offline.render_request import RenderRequest
from livedream.offline.settings_timeline import SettingsTimeline
from livedream.settings import FeedbackSettings, LookSettings, MotionSettings, Settings
from livedream.sources.footage import Footage, Shot
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.picture_files import StillFootage

PERSISTENCE = 0.99
"""Share of the dream that each frame keeps; what is lost keeps contrast from growing without end."""

BALANCE = 0.1
"""Share of the drift of its mean colour that each frame takes back, unless the settings say."""


@dataclass(frozen=True, slots=True)
class Flight:
    """How fast the dream flies, in the units of the settings `feedback.*`."""

    speed: float = 0.5
    rotate: float = 0.0
    pan_x: float = 0.0
    pan_y: float = 0.0


class MeanColour:
    """Footage in which every picture is the mean colour of another one's first."""

    def __init__(self, of: Footage) -> None:
        """Look at the first picture. Raises InputError if it cannot be decoded."""
        self.name, self.size_wh, self.rate, self.damage = of.name, of.size_wh, of.rate, of.damage
        self.length_s: float | None = of.length_s
        self.identity = of.identity
        self.picture = next(iter(of.shots())).develop()
        mean = np.rint(self.picture.mean(axis=(0, 1))).astype(np.uint8)
        self._flat: Rgb = np.ascontiguousarray(np.broadcast_to(mean, self.picture.shape))

    def measured_s(self) -> float | None:
        """Return the length that was asked for."""
        return self.length_s

    def shots(self) -> Iterator[Shot]:
        """Yield the plain colour once, for the whole length."""
        yield Shot(0.0, self.length_s or 0.0, lambda: self._flat)


def zoom_of(request: RenderRequest, flight: Flight) -> Job:
    """Check a request and make it a job. Raises InputError.

    flight: for the settings that name none. request: of a single picture.
    """
    if not isinstance(open_footage(request.source, FootageRequest()), StillFootage):
        raise InputError(f"a zoom starts from a single picture, and {request.source} is not one")
    job, kept = job_of(request), words_of(request.assignments)
    if flight != Flight() and any(word.startswith("feedback.") for word in kept):
        raise InputError("--speed, --rotate and --pan contradict --set feedback; leave out one of the two")
    segments = [
        replace(segment, settings=flying(at_full_size(segment.settings, job.size_wh, kept), flight, kept))
        for segment in job.timeline.segments
    ]
    timeline, footage = SettingsTimeline(segments), MeanColour(job.footage)
    recipe = replace(job.recipe, settings=timeline.at(0.0).settings, made=job.recipe.made | {"zoom": True})
    return replace(job, footage=footage, timeline=timeline, recipe=recipe, start_picture=footage.picture)


def flying(settings: Settings, flight: Flight, kept: frozenset[str] = frozenset()) -> Settings:
    """Return settings with which a dream flies. kept: words of the settings that stay as they are."""
    feedback, colour, motion = settings.feedback, settings.colour, settings.motion
    if feedback == FeedbackSettings():
        feedback = FeedbackSettings(
            zoom=flight.speed, rotate=flight.rotate, pan_x=flight.pan_x, pan_y=flight.pan_y
        )
    if colour.balance == 0 and "colour.balance" not in kept:
        colour = colour.model_copy(update={"balance": BALANCE})
    persistence = motion.persistence if "motion.persistence" in kept else PERSISTENCE
    changed = {
        "feedback": feedback,
        "colour": colour,
        "motion": MotionSettings(persistence=persistence),
        # All that is shown is the dream: nothing of a camera could keep its light.
        "look": LookSettings(steer=False, light=0.0),
    }
    return settings.model_copy(update=changed)
