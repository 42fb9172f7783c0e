"""Reading small forms."""

from starlette.datastructures import FormData


def text_in(form: FormData, name: str) -> str:
    """Return what was typed into a field, without spaces at its ends; a file is nothing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
