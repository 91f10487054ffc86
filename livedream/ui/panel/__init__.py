"""The control panel beside the picture: panic buttons, moods, and a control for every setting."""
