"""OpenLumbar: exercises for a lumbar disc herniation, judged from an ordinary camera."""

__version__ = "0.1.0"
