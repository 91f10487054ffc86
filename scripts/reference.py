"""Writes the API reference, HTML made of the docstrings, into a folder.

python -m pip install pdoc && python scripts/reference.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc

import livedream

PAGES = (
    "livedream",
    "livedream.runtime.store",
    "livedream.sources.source",
    "livedream.sinks.sink",
    "livedream.sinks.sink_spec",
    "livedream.engines.engine",
    "livedream.engines.kinds",
    "livedream.settings.info",
    "livedream.settings.objectives",
)
"""The public API, and the extension points that docs/library.md describes."""


def main(folder: Path) -> None:
    """Write the pages."""
    for name in livedream.__all__:  # they are loaded when they are first used, which pdoc does not see
        vars(livedream)[name] = getattr(livedream, name)
    pdoc.render.configure(docformat="markdown", show_source=False)
    pdoc.pdoc(*PAGES, output_directory=folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
