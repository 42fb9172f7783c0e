"""The client's files, the pose models and the simulated patient's movement: all from our own origin."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException
from fastapi import Path as FromPath
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

router = APIRouter(include_in_schema=False)

_FOREVER = "public, max-age=31536000, immutable"
_CHECKED = "no-cache"
_HASHED = re.compile(r"-[\w-]{8}\.(js|css)$")
"""What Vite names after its content."""

_SEED = 1


class ClientFiles(StaticFiles):
    """Serves the built client; a name with a hash in it never changes, anything else is asked for again."""

    def file_response(self, full_path: str | os.PathLike[str], *arguments: Any, **options: Any) -> Response:
        """Answer with a file, or with nothing new."""
        answer = super().file_response(full_path, *arguments, **options)
        answer.headers["cache-control"] = _FOREVER if _HASHED.search(Path(full_path).name) else _CHECKED
        return answer


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
