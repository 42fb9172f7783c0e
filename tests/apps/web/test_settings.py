from pathlib import Path

import pytest

from openlumbar.apps.web.settings import Settings
from openlumbar.errors import InputError


def test_the_key_lies_beside_the_records_unless_told_otherwise(tmp_path: Path) -> None:
    told = {
        Settings(tmp_path): tmp_path / "openlumbar.key",
        Settings(tmp_path, f"sqlite:///{tmp_path}/else/where.sqlite3"): tmp_path / "else" / "where.key",
        Settings(tmp_path, "postgresql://ana:secret@host/clinic"): tmp_path / "openlumbar.key",
        Settings(tmp_path, key_file=tmp_path / "stick" / "a.key"): tmp_path / "stick" / "a.key",
    }
    for settings, path in told.items():
        assert settings.vault.place.name == f"the key file {path}"


def test_a_keyring_knows_the_records_by_their_place_without_a_password(tmp_path: Path) -> None:
    file = Settings(tmp_path, in_keyring=True)
    server = Settings(tmp_path, "postgresql://ana:secret@host/clinic", in_keyring=True)
    assert file.vault.place.name == f"the key of {tmp_path}/openlumbar.sqlite3 in this machine's keyring"
    assert server.vault.place.name == "the key of postgresql://host/clinic in this machine's keyring"


def test_a_key_is_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be in a file and in the keyring; choose one of them"):
        _ = Settings(tmp_path, key_file=tmp_path / "a.key", in_keyring=True).vault
