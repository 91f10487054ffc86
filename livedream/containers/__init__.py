"""Media files as they are: their names as FFmpeg takes them, and one time line of all their stamps."""
