"""Turn a knob while a show runs, and hear of every change.

python knobs.py SOURCE [SECONDS]
"""

import math
import sys

import livedream

source, seconds = [*sys.argv[1:], "20"][:2]

with livedream.LiveSession(livedream.open_source(source), livedream.load_preset("eyes")) as session:
    session.store.observe(lambda news: print(news.layer, *news.words))  # noqa: T201
    session.add_sink(livedream.open_sink("file:knobs.mp4", overwrite=True))
    session.start()
    for tenth in range(round(float(seconds) * 10)):
        if session.wait(0.1):
            break
        session.store.turn("look.depth", 0.5 + 0.3 * math.sin(tenth / 10), "modulation")
