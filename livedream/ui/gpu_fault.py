"""What goes wrong with a GPU that draws a window."""


class GpuFault(Exception):  # noqa: N818  (it is told to the performer, the show goes on)
    """OpenGL cannot be used, or no longer; the message says why."""
