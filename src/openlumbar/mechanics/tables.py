"""The tables of content/body that the load model stands on."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Table = Mapping[str, Mapping[str, str]]


@cache
def table(name: str) -> Table:
    """Read a table of content/body by its first column."""
    rows = table_rows(name)
    key = next(iter(rows[0]))
    return {row[key]: row for row in rows}


@cache
def table_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Read the rows of a table of content/body."""
    text = files("openlumbar.content").joinpath("body", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
