"""Sources: cameras, files, streams and the clouds; importing this loads neither OpenCV nor FFmpeg."""

from livedream.sources.source import Source, SourceInfo
from livedream.sources.source_spec import open_source

__all__ = ["Source", "SourceInfo", "open_source"]
