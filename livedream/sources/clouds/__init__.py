"""An endless sky at dusk, for when there is nothing to point at."""
