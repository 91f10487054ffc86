"""How a dream comes to its frame: its colours, and its being laid over."""

from livedream.composite.blend import compose, scene_mask
from livedream.composite.dissolve import dissolve, patches
from livedream.composite.grading import grade, shift_colour
from livedream.composite.light import relit

__all__ = ["compose", "dissolve", "grade", "patches", "relit", "scene_mask", "shift_colour"]
