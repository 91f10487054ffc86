"""Point a webcam at the world and watch it dream, at frame rate."""

__version__ = "0.1.0"
