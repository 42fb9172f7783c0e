"""A recording taken out of a form as it arrives: straight into its file, never into memory or a shared folder."""

import errno
import os
import shutil
from pathlib import Path

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from openlumbar.errors import InputError

LARGEST_BYTES = 4 * 1024**3
"""A recording larger than this is refused (product: an hour of an exercise in full HD has about half of it)."""

SPARE_BYTES = 256 * 1024**2
"""So much of the disk is left free: the record must stay writable."""

_MOST_FIELDS, _LONGEST_FIELD, _LONGEST_NAME = 32, 2048, 120
_PRIVATE_FILE = 0o600
_FORM = b"multipart/form-data"
_ENDINGS = {"mp4", "m4v", "mov", "webm", "mkv", "avi", "3gp", "mpg", "mpeg", "ts", "mts", "wmv", "flv", "ogv"}
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class TooLargeError(InputError):
    """The recording is larger than what is taken."""

    def __init__(self) -> None:
        """Say how large it may be."""
        limit = f"{LARGEST_BYTES // 1024**3} GB"
        super().__init__("the recording", f"is larger than {limit}", "cut it, or convert it to a smaller one")


class NoRoomError(InputError):
    """The disk has no room for the recording."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("the recording", "does not fit on the disk", "make some room on it")


class NoFormError(InputError):
    """What was sent is no form with one recording in it."""

    def __init__(self, problem: str) -> None:
        """Say what is the matter."""
        super().__init__("what was sent", problem, "send the form of the page with one recording in it")


class Receiver:
    """Takes in the bytes of a form with one file.

    Attributes:
        fields: the form's fields so far, by name.
        file: where the recording lies, None before it began.
        name: what the recording is called, fit to be shown.
        size: bytes of it so far.
    """

    def __init__(self, folder: Path, content_type: str, length: int | None) -> None:
        """Begin a form of this Content-Type and, where it is known, Content-Length; its file goes into `folder`.

        Raises:
            InputError: when it is no such form, too large, or does not fit on the disk.
        """
        kind, options = parse_options_header(content_type)
        if kind != _FORM or not options.get(b"boundary"):
            raise NoFormError("is no form with a file")
        if length is not None and length > LARGEST_BYTES:
            raise TooLargeError
        self._folder, self._room = folder, shutil.disk_usage(folder).free - SPARE_BYTES
        if (length or 0) > self._room:
            raise NoRoomError
        self.fields: dict[str, str] = {}
        self.file: Path | None = None
        self.name, self.size = "", 0
        self._writing: int | None = None
        self._parser = self._begin(options[b"boundary"])
        self._header_name, self._header_value = bytearray(), bytearray()
        self._headers: dict[str, bytes] = {}
        self._field, self._text = "", bytearray()
        self._is_complete = False

    def write(self, data: bytes) -> None:
        """Take in more bytes.

        Raises:
            InputError: when they break the form, or there is no room for them.
        """
        try:
            self._parser.write(data)
        except FormParserError:
            raise NoFormError("is broken off or damaged") from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise NoRoomError from None
            raise

    def finish(self) -> Path:
        """End the form; return where the recording lies.

        Raises:
            InputError: when the form is not complete or has no recording in it.
        """
        self._close()
        if not self._is_complete:
            raise NoFormError("is broken off or damaged")
        if self.file is None or not self.name:
            raise InputError("the recording", "is missing", "choose a video, or a pose track")
        return self.file

    def discard(self) -> None:
        """Remove what was written."""
        self._close()
        if self.file is not None:
            self.file.unlink(missing_ok=True)

    def _begin(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                    "on_part_end": self._part_ends,
                    "on_end": self._ends,
                },
            )
        except FormParserError:
            raise NoFormError("has a boundary that is too long") from None

    def _part_begins(self) -> None:
        self._headers = {}
        self._header_name, self._header_value = bytearray(), bytearray()
        self._field, self._text = "", bytearray()

    def _header_ends(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = bytes(self._header_value)
        self._header_name, self._header_value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        if b"filename" not in options:
            self._field = options.get(b"name", b"").decode("utf-8", "replace")
            return
        if self.file is not None:
            raise NoFormError("holds more than one recording")
        self.name = shown_name(options[b"filename"].decode("utf-8", "replace"))
        self.file = self._folder / stored_name(self.name)
        self._writing = os.open(self.file, _NEW_FILE, _PRIVATE_FILE)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._writing is None:
            self._text += data[start:end]
            if len(self._text) > _LONGEST_FIELD:
                raise NoFormError("has a field that is too long")
            return
        self.size += end - start
        if self.size > LARGEST_BYTES:
            raise TooLargeError
        if self.size > self._room:
            raise NoRoomError
        view = memoryview(data)[start:end]
        while view:
            view = view[os.write(self._writing, view) :]

    def _part_ends(self) -> None:
        if self._writing is not None:
            self._close()
            return
        if len(self.fields) >= _MOST_FIELDS:
            raise NoFormError("has too many fields")
        self.fields[self._field] = self._text.decode("utf-8", "replace").strip()

    def _ends(self) -> None:
        self._is_complete = True

    def _close(self) -> None:
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None


def shown_name(name: str) -> str:
    """Make a file's name fit to be shown: without folders and signs that cannot be seen, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if sign.isprintable()).strip()
    stem, dot, ending = seen.rpartition(".")
    if len(seen) > _LONGEST_NAME and dot and len(ending) < 10:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return seen[:_LONGEST_NAME]


def stored_name(name: str) -> str:
    """Name the file on the disk after what it is, no matter what it was called."""
    ending = name.rpartition(".")[2].lower()
    if ending == "npz":
        return "recording.pose.npz"
    return f"recording.{ending}" if ending in _ENDINGS else "recording"
