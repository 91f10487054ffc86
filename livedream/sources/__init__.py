"""Sources: cameras, files, streams and the clouds; importing this loads neither OpenCV nor FFmpeg."""

from livedream.sources.open import open_source
from livedream.sources.source import Source, SourceInfo

__all__ = ["Source", "SourceInfo", "open_source"]
