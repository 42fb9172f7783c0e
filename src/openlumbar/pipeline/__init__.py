"""Wiring: from a source to a finished analysis."""
