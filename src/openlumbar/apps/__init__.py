"""Entry points for people: the command line."""
