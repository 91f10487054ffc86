"""How a dream comes to its frame: its colours, and its being laid over."""

from livedream.composite.colour import steered, toned
from livedream.composite.dissolve import dissolve, patches
from livedream.composite.lay import compose, veil
from livedream.composite.light import relit

__all__ = ["compose", "dissolve", "patches", "relit", "steered", "toned", "veil"]
