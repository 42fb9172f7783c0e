"""Files that appear whole or not at all."""

from pathlib import Path


def write_whole(path: Path, content: str) -> None:
    """Write a UTF-8 text file under a passing name, then give it its own, so that nobody reads half of it."""
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(content, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
