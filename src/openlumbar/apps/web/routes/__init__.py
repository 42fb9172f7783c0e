"""What the app answers to, one module for each subject; each has a `router`."""
