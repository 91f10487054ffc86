"""Dream of the first webcam, for every program that takes a webcam; Ctrl-C ends it."""

import livedream

with livedream.LiveSession(livedream.open_source("camera"), livedream.load_preset("eyes")) as session:
    session.add_sink(livedream.open_sink("virtual-camera"))
    session.start()
    session.wait()
