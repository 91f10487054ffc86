"""Every setting, in one place: its range, unit, default, meaning and lifetime.

A setting's word is its section and its name (`dream.octaves`): the same in presets, on the command
line and wherever else it can be set.
"""

from livedream.settings.all import Settings
from livedream.settings.colour import ColourSettings
from livedream.settings.document import markdown
from livedream.settings.dream import DreamSettings
from livedream.settings.feedback import FeedbackSettings
from livedream.settings.info import SettingInfo, by_word, describe
from livedream.settings.look import LookSettings
from livedream.settings.motion import MotionSettings
from livedream.settings.section import Lifetime
from livedream.settings.show_numbers import by_target, movable
from livedream.settings.words import change

__all__ = [
    "ColourSettings",
    "DreamSettings",
    "FeedbackSettings",
    "Lifetime",
    "LookSettings",
    "MotionSettings",
    "SettingInfo",
    "Settings",
    "by_target",
    "by_word",
    "change",
    "describe",
    "markdown",
    "movable",
]
