"""How a dream comes to its frame: its colours, and its being laid over; pictures for it to look at."""

from livedream.composite.colour import steered, toned
from livedream.composite.lay import compose, veil
from livedream.composite.squared import squared

__all__ = ["compose", "squared", "steered", "toned", "veil"]
