"""Faults on purpose: parts of a show that fail when they are told to, and what the show makes of it."""
