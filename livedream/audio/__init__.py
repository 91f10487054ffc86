"""Listening: from blocks of sound to levels, onsets and the beat; the same for a show and for a film."""
