"""The built client is found by its names, and its absence is told."""

import json
from pathlib import Path

import pytest

from openlumbar.apps.web.bundle import Bundle
from openlumbar.errors import InputError


def built(folder: Path) -> Bundle:
    manifest = {
        "src/coach/main.ts": {
            "file": "coach-1.js", "name": "coach", "isEntry": True, "imports": ["_shared.js"], "css": ["coach-1.css"]
        },
        "_shared.js": {"file": "shared-1.js", "css": ["shared-1.css"]},
    }  # fmt: skip
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    return Bundle(folder)


def test_an_entry_brings_its_script_and_all_its_styles(tmp_path: Path) -> None:
    entry = built(tmp_path).entry("coach")
    assert entry.js == "/assets/coach-1.js"
    assert entry.css == ("/assets/coach-1.css", "/assets/shared-1.css")


def test_what_was_not_built_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make run"):
        Bundle(tmp_path).entry("coach")
    with pytest.raises(InputError, match="'pages'"):
        built(tmp_path).entry("pages")
