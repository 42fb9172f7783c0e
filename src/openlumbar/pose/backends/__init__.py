"""Pose trackers, one module each, loaded by name."""
