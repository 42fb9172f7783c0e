"""The master keys, and the text they are kept as."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

KEY_BYTES = 32

_WORDS = (
    "# The key of OpenLumbar's records. Whoever has it and the records can read them; without it nobody can.",
    "# Keep a copy in a safe place, apart from the copies of the records.",
)


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The master keys by their version; more than one only while the key is being changed."""

    by_version: Mapping[int, bytes]

    @classmethod
    def of(cls, key: bytes) -> Self:
        """Begin with one key."""
        return cls(MappingProxyType({1: key}))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the keys from their text.

        Raises:
            ValueError: when a line is no key, naming the line.
        """
        found: dict[int, bytes] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            version, _, key = line.partition(" ")
            try:
                found[int(version)] = base64.b64decode(key.strip(), validate=True)
            except (ValueError, binascii.Error):
                raise ValueError(f"line {number} is no key") from None
            if len(found[int(version)]) != KEY_BYTES:
                raise ValueError(f"the key in line {number} is not {KEY_BYTES} bytes long")
        if not found:
            raise ValueError("there is no key in it")
        return cls(MappingProxyType(found))

    @property
    def version(self) -> int:
        """The number of the newest key."""
        return max(self.by_version)

    @property
    def newest(self) -> bytes:
        """The newest key."""
        return self.by_version[self.version]

    def with_new(self, key: bytes) -> "MasterKeys":
        """Add a key that takes over from the newest."""
        return MasterKeys(MappingProxyType({**self.by_version, self.version + 1: key}))

    def newest_alone(self) -> "MasterKeys":
        """Leave the older keys out."""
        return MasterKeys(MappingProxyType({self.version: self.newest}))

    def text(self) -> str:
        """Write the keys as text, one a line after its version."""
        lines = [f"{version} {base64.b64encode(key).decode()}" for version, key in sorted(self.by_version.items())]
        return "\n".join([*_WORDS, *lines, ""])
