"""Pose track to signals: angles, heights, yaw, with the unit in every name."""
