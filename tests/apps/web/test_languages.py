"""The language of a request, and the catalogues: complete, and with nothing left over."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from openlumbar.apps.web.languages import FOLDER, Languages, is_local_path, preferred_language
from openlumbar.errors import InputError

WEB = FOLDER.parent
FILES = sorted((FOLDER / "zh" / "LC_MESSAGES").glob("*.po"))
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%%|(?<!%)\{[a-z_]*\}")
TEMPLATES = {"jinja2.ext.i18n": ""}


@cache
def extracted() -> dict[str | tuple[str, str], str]:
    """Collect every message that templates and Python ask for, with where it was first."""
    methods = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"templates/**.html": {"trimmed": "false", "silent": "false"}}
    found: dict[str | tuple[str, str], str] = {}
    for file, line, message, _, _ in extract_from_dir(WEB, methods, options):
        key = (message[0], message[1]) if isinstance(message, tuple) else message
        if key not in found:
            found[key] = f"{file}:{line}"
    return found


def translated() -> Iterator[tuple[Path, Message]]:
    for file in FILES:
        with file.open("rb") as opened:
            catalogue: Catalog = read_po(opened, abort_invalid=True)
        yield from ((file, message) for message in catalogue if message.id)


def key_of(message: Message) -> str | tuple[str, str]:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def text_of(message: Message) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]


def test_every_message_has_its_chinese() -> None:
    known = {key_of(message) for _, message in translated() if text_of(message) and not message.fuzzy}
    missing = {f"{place}: {message}" for message, place in extracted().items() if message not in known}
    assert len(extracted()) > 150
    assert missing == set()


def test_no_translation_is_left_over_or_given_twice_in_different_words() -> None:
    asked, given = set(extracted()), [(key_of(message), text_of(message)) for _, message in translated()]
    assert [key for key, _ in given if key not in asked] == []
    assert len(set(given)) == len({key for key, _ in given})


def test_translations_take_the_same_values() -> None:
    for file, message in translated():
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = sorted(PLACEHOLDER.findall(originals[-1]))
        assert sorted(PLACEHOLDER.findall(text_of(message))) == wanted, f"{file.name}: {message.id}"
        assert not message.fuzzy
        assert message.string in ((text_of(message),), text_of(message))  # Chinese has one form for all counts


def test_translations_are_chinese_and_keep_its_punctuation() -> None:
    for file, message in translated():
        text = text_of(message)
        if re.fullmatch(r"[\W\dA-Za-z%()]+", text):  # units, formats and names of programs
            continue
        assert re.search(r"[\u4e00-\u9fff]", text), f"{file.name}: {text}"
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:!?](?!\w)", text), f"{file.name}: {text}"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("ZH", "zh"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.1, zh;q=0.5", "zh"),
        ("de-DE,de;q=0.9,zh;q=0.4,en;q=0.3", "zh"),
        ("zh;q=0", "en"),
        ("fr", "en"),
        ("zh;q=high, en", "en"),
        ("*", "en"),
    ],
)
def test_the_browser_s_most_wanted_language_is_taken(header: str, language: str) -> None:
    assert preferred_language(header) == language


@given(st.text())
def test_no_header_confuses_it(header: str) -> None:
    assert preferred_language(header) in ("en", "zh")


def test_a_choice_is_remembered_and_leads_back(browser: TestClient) -> None:
    answer = browser.get("/language?to=zh&back=/about")
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert '<html lang="zh-Hans">' in browser.get("/about", headers={"accept-language": "en"}).text
    browser.get("/language?to=en")
    assert '<html lang="en">' in browser.get("/about", headers={"accept-language": "zh"}).text


def test_without_a_choice_the_browser_decides(browser: TestClient) -> None:
    assert '<html lang="zh-Hans">' in browser.get("/", headers={"accept-language": "zh-CN"}).text
    assert '<html lang="en">' in browser.get("/").text


@pytest.mark.parametrize("to", ["", "de", "zh-Hans", "<script>"])
def test_a_language_that_is_not_spoken_changes_nothing(browser: TestClient, to: str) -> None:
    assert "set-cookie" not in browser.get("/language", params={"to": to}).headers


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "evil", "",
     "/a\r\nSet-Cookie:x=1", "/\t/evil.example", "javascript:alert(1)"],
)  # fmt: skip
def test_the_way_back_never_leads_to_another_site(browser: TestClient, back: str) -> None:
    assert not is_local_path(back)
    assert browser.get("/language", params={"to": "en", "back": back}).headers["location"] == "/"


def test_a_way_back_keeps_its_query(browser: TestClient) -> None:
    page = browser.get("/start/bridge?source=simulated").text
    assert "/language?to=zh&amp;back=/start/bridge%3Fsource%3Dsimulated" in page
    answer = browser.get("/language", params={"to": "zh", "back": "/start/bridge?level=L3"})
    assert answer.headers["location"] == "/start/bridge?level=L3"


def test_dates_and_numbers_are_the_language_s_own() -> None:
    languages, moment = Languages.load(), datetime(2026, 3, 2, 9, 41).astimezone(UTC)
    assert languages["zh"].moment(moment).startswith("2026年3月2日")
    assert languages["en"].moment(moment).startswith("Mar 2, 2026")
    assert languages["en"].number(1234.5) == "1,234.5"


def test_a_damaged_catalogue_is_told_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "bad.po").write_text('msgid "a"\nmsgstr "b\nnonsense', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.po"):
        Languages.load(tmp_path)
