"""All sections together."""

from __future__ import annotations

from livedream.settings.colour import ColourSettings
from livedream.settings.dream import DreamSettings
from livedream.settings.feedback import FeedbackSettings
from livedream.settings.look import LookSettings
from livedream.settings.macro import MacroSettings
from livedream.settings.motion import MotionSettings
from livedream.settings.section import Section


class Settings(Section):
    """All that a preset can set; frozen, one value per frame."""

    dream: DreamSettings = DreamSettings()
    motion: MotionSettings = MotionSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    look: LookSettings = LookSettings()
    colour: ColourSettings = ColourSettings()
    macro: MacroSettings = MacroSettings()
