"""Pixels to a pose track."""
