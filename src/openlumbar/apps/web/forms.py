"""Reading small forms: the fields, and what people type into them."""

from datetime import date, time

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_MOST_FIELDS, _LONGEST_FIELD = 96, 2048


async def read_form(request: Request, longest: int = _LONGEST_FIELD) -> FormData:
    """Read the fields of a small form, each of so many bytes at most; files and anything large are refused.

    Raises:
        HTTPException: 400 when the body is no form, or breaks off.
    """
    try:
        return await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=longest)
    except (FormParserError, ClientDisconnect, UnicodeError, ValueError):
        raise HTTPException(400) from None


def text_in(form: FormData, name: str) -> str:
    """Return what was typed into a field, without blanks around it; a file is nothing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts_in(form: FormData, name: str) -> tuple[str, ...]:
    """Return the texts of a field that may be there several times."""
    return tuple(value.strip() for value in form.getlist(name) if isinstance(value, str))


def day_in(text: str) -> date | None:
    """Read a day as browsers send it; None when it is none, or not of our time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def clock_in(text: str) -> time | None:
    """Read a time of day as browsers send it; None when it is none."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None
