"""The window that shows the dream; the only place that knows Qt."""
