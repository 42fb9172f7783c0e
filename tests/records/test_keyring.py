"""The key in a keyring: a real keyring of our own, and what a machine without one says."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordSetError

from openlumbar.errors import InputError
from openlumbar.records.keyring_place import SERVICE, KeyringPlace
from openlumbar.records.rotation import rotate_master_key
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault
from records.made import begin


class Drawer(KeyringBackend):
    """Keeps passwords as long as the test runs."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = self.is_full = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_full:
            raise PasswordSetError("no room\nand more")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    former, drawer = keyring.get_keyring(), Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(former)


def test_the_key_is_kept_in_the_keyring_and_not_beside_the_records(path: Path, drawer: Drawer) -> None:
    place = KeyringPlace(str(path))
    with closing(Store.open(path, Vault(place))) as store:
        row = begin(store)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    first = drawer.kept[SERVICE, str(path)]
    with closing(Store.open(path, Vault(place))) as store:
        assert store.sessions() == (row,)
        rotate_master_key(store)
    assert drawer.kept[SERVICE, str(path)] != first
    with closing(Store.open(path, Vault(place))) as store:
        assert store.sessions() == (row,)
    drawer.delete_password(SERVICE, str(path))
    with pytest.raises(InputError, match="in this machine's keyring: is missing, and without this key nothing sealed"):
        Store.open(path, Vault(place))


def test_a_machine_without_a_keyring_says_what_to_do_instead(path: Path, drawer: Drawer) -> None:
    keyring.set_keyring(NoKeyring())
    with pytest.raises(InputError) as refused:
        Store.open(path, Vault(KeyringPlace(str(path))))
    assert str(refused.value) == (
        f"the key of {path} in this machine's keyring: cannot be kept there: this machine has no keyring, as most have "
        "without a desktop; keep the key in a file instead: leave --keyring out"
    )
    Store.open(path).close()  # as it says
    assert drawer.kept == {}


def test_what_the_keyring_refuses_is_told_in_one_line(path: Path, drawer: Drawer) -> None:
    vault = Vault(KeyringPlace(str(path)))
    drawer.is_full = True
    with pytest.raises(InputError, match=r"cannot be read or kept \(no room\); keep the key in a file instead"):
        Store.open(path, vault)
    drawer.is_full, drawer.is_locked = False, True
    with pytest.raises(InputError, match="cannot be read while the keyring is locked; unlock the keyring"):
        Store.open(path, vault)
    drawer.is_locked = False
    drawer.set_password(SERVICE, str(path), "no key")
    with pytest.raises(InputError, match=r"is damaged \(line 1 is no key\); put your copy of the key in its place"):
        Store.open(path, vault)
