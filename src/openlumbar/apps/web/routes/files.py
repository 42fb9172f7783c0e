"""The client's files, the pose models and the simulated patient's movement: all from our own origin."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, HTTPException
from fastapi import Path as FromPath
from starlette.responses import FileResponse, Response

from openlumbar.apps.web.bundle import ADDRESS, FOLDER

router = APIRouter(include_in_schema=False)

_FOREVER = "public, max-age=31536000, immutable"
_CHECKED = "no-cache"
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
    ".task": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
"""What is served at all, by the end of the name."""

_SEED = 1


@router.get(ADDRESS + "/{path:path}")
async def asset(path: str) -> Response:
    """Serve a file of the client; a name with a hash in it never changes."""
    file = (FOLDER / path).resolve()
    media_type = _TYPES.get(file.suffix)
    if media_type is None or not file.is_relative_to(FOLDER.resolve()) or not file.is_file():
        raise HTTPException(404)
    cache = _FOREVER if _is_hashed(file) else _CHECKED
    return FileResponse(file, media_type=media_type, headers={"cache-control": cache})


def _is_hashed(file: Path) -> bool:
    """Tell whether Vite put a hash of the content into a file's name."""
    return file.parent.name == "built"


@router.get("/simulated/{slug}.bin")
async def simulated(slug: Annotated[str, FromPath(pattern="^[a-z-]{1,40}$")]) -> Response:
    """Send the simulated patient's movement in the frames of the live protocol."""
    frames = await to_thread.run_sync(_simulated_frames, slug)
    if frames is None:
        raise HTTPException(404)
    return Response(frames, media_type="application/octet-stream", headers={"cache-control": _CHECKED})


@lru_cache
def _simulated_frames(slug: str) -> bytes | None:
    from openlumbar.pose.simulation import simulate  # needs SciPy, which takes seconds to load
    from openlumbar.pose.simulation.demo import LIVE_DEMO
    from openlumbar.pose.wire import pack_track

    return pack_track(simulate(LIVE_DEMO[slug], _SEED).track) if slug in LIVE_DEMO else None
