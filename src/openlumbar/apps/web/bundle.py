"""The browser client as Vite built it: entry name → addresses of its script and styles."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from openlumbar.errors import InputError

FOLDER = Path(__file__).parents[2] / "_assets" / "web"
"""What `python -m openlumbar.assets` placed there; served under `/assets`."""

ADDRESS = "/assets"
_MANIFEST = ".vite/manifest.json"


@dataclass(frozen=True)
class Entry:
    """Addresses of one entry: its script, and the styles it needs."""

    js: str
    css: tuple[str, ...]


@dataclass(frozen=True)
class Bundle:
    """Finds what was built, by the name of the entry."""

    folder: Path = FOLDER

    def entry(self, name: str) -> Entry:
        """Return an entry by its name, such as "coach".

        Raises:
            InputError: when the client was not built.
        """
        for built in self._manifest.values():
            if built.get("isEntry") and built.get("name") == name:
                styles = [*built.get("css", ()), *(style for one in self._imported(built) for style in one)]
                return Entry(_address(built["file"]), tuple(dict.fromkeys(map(_address, styles))))
        raise InputError(f"the client's entry {name!r}", "was not built", "run `make run` once")

    def _imported(self, built: Mapping[str, Any]) -> list[list[str]]:
        return [self._manifest[name].get("css", []) for name in built.get("imports", ())]

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
        except OSError:
            raise InputError("the browser client", "is missing", "fetch it with `make run`") from None
        return found


def _address(file: str) -> str:
    return f"{ADDRESS}/{file}"
