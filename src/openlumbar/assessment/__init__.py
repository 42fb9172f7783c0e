"""Signals to events: repetitions, holds, faults, visibility verdicts."""
