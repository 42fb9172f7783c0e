"""One script per claim; each prints a table with its peer beside it and one JSON line."""
