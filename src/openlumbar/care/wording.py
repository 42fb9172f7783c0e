"""Sentences with numbers in them: templates of the content files, filled in both languages at once."""

from collections.abc import Iterable

from openlumbar.cards import Text

_JOIN = Text(en=" and ", zh="、")


def fill(template: Text, **values: object) -> Text:
    """Put the values where the template names them; a value that is itself a `Text` goes in by language."""

    def of(language: str) -> dict[str, object]:
        return {name: getattr(value, language) if isinstance(value, Text) else value for name, value in values.items()}

    return Text(en=template.en.format(**of("en")), zh=template.zh.format(**of("zh")))


def joined(texts: Iterable[Text]) -> Text:
    """Join parts of a sentence; there has to be one at least."""
    parts = tuple(texts)
    return Text(en=_JOIN.en.join(part.en for part in parts), zh=_JOIN.zh.join(part.zh for part in parts))
