"""The app as a person starts it, in a process of its own, for those who mean it ill."""

from collections.abc import Iterator

import pytest

from fuzz.server import AttackedServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedServer]:
    with AttackedServer(tmp_path_factory.mktemp("attacked")) as started:
        yield started
