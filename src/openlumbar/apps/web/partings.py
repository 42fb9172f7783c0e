"""Ends the connections of the live coach whose login has ended."""

from collections.abc import Callable
from typing import cast

from anyio import from_thread
from starlette.websockets import WebSocket

from openlumbar.apps.web.deps import Services
from openlumbar.apps.web.login_cookie import token_of
from openlumbar.apps.web.viewer import Viewer


def part_from(services: Services, is_gone: Callable[[str | None, str | None], bool]) -> None:
    """Close the connections of those who are gone, by account and token; to be called off the event loop.

    The session stays open in the record, to be gone on with by its owner.
    """

    def of(socket: WebSocket) -> bool:
        viewer = cast(Viewer | None, getattr(socket.state, "viewer", None))
        return viewer is not None and not viewer.alone and is_gone(viewer.account_id, token_of(socket))

    from_thread.run(services.rooms.let_go, of)
