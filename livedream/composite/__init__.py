"""How a dream comes to its frame: its colours, and its being laid over; pictures for it to look at."""

from livedream.composite.colour import steered, toned
from livedream.composite.dissolve import dissolve, patches
from livedream.composite.lay import compose, veil
from livedream.composite.light import relit
from livedream.composite.squared import squared

__all__ = ["compose", "dissolve", "patches", "relit", "squared", "steered", "toned", "veil"]
