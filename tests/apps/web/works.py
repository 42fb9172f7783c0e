"""Stand-ins for the analysis of a recording, to be run in a process of their own."""

import os
from multiprocessing.connection import Connection

from openlumbar.apps.web.upload_process import Broken, Found, Order, Progress, Refused


def judge(order: Order, pipe: Connection) -> None:
    """Find three bridges, whatever the recording shows."""
    from analyses import make_analysis  # the others need nothing so heavy

    pipe.send(Progress(1, 2))
    pipe.send(Found(make_analysis(name=order.name)))


def refuse(order: Order, pipe: Connection) -> None:
    """Find that it cannot be read."""
    pipe.send(Refused(order.name, "is no video", "give one"))


def admit(_: Order, pipe: Connection) -> None:
    """Make a mistake and say so."""
    pipe.send(Broken())


def die(_: Order, __: Connection) -> None:
    """End as a process does that the machine stops."""
    os._exit(9)


def never_end(_: Order, pipe: Connection) -> None:
    """Tell how far it is, again and again."""
    done = 0
    while True:
        done += 1
        pipe.send(Progress(done, None))
