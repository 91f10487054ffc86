"""Dreaming what lies on the disk: every frame in its turn, however long each takes."""
