"""Records: what is kept of sessions, in one file of SQLite."""
