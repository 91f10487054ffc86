"""Media files as they are: names, stamps, and what is no file at all."""
