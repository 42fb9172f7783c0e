"""Records: what is kept of sessions, in one file of SQLite or a database of PostgreSQL."""
