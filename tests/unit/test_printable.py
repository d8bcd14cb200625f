"""What steers a terminal, hides or turns text around never leaves, whatever the text is for."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workshop_tui.present.cell import cell
from workshop_tui.present.notice import desktop_notice
from workshop_tui.printable import json_text, own_words, printable, printable_lines
from workshop_tui.report.markdown import plain
from workshop_tui.store.columns import clean

HOSTILE = (
    "a\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",  # a link that shows other words
    "b\x1b]52;c;cm0gLXJmIC8K\x07",  # writes the clipboard
    "c\x9b2J\x9d52;c;eA==\x9c",  # the same in one-byte forms
    "d\u202egpj.exe\u2066x\u2069",  # turns the order around
    "e\u200bf\ufeff\u2060\u00adg",  # shows nothing
    "h\rovers",  # overwrites the line
    "i\x08\x08j\x7f",
    "k\U000e0041\U000e007f",  # tags that only machines read
    "l\u2028m\u2029n",
)
VISIBLE_FORMATS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Signs around numbers, which are seen though Unicode calls them formats; and hieroglyphs' own, below."""


def steers(sign: str) -> bool:
    if sign in VISIBLE_FORMATS or 0x13430 <= ord(sign) <= 0x1343F:
        return False
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def test_every_character_that_unicode_calls_a_control_or_a_format_goes() -> None:
    left = [
        hex(code) for code in range(0x110000) if steers(chr(code)) and printable(f"a{chr(code)}b") not in ("ab", "a b")
    ]
    assert left == []


def test_letters_marks_and_signs_of_every_script_stay() -> None:
    gone = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code))[0] in "LNSP" and printable(chr(code)) != chr(code)
    ]
    assert gone in ([], ["0x115f", "0x1160", "0x3164", "0xffa0"])  # letters that are blank by definition
    assert printable("Zoë 张伟 محمد 🚀 é ✗") == "Zoë 张伟 محمد 🚀 é ✗"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("leave", [printable, printable_lines, own_words, clean, plain, lambda text: cell(text).text])
def test_no_border_lets_through_what_steers(leave: object, text: str) -> None:
    shown = leave(f"before {text} after")
    assert not any(steers(sign) and sign not in "\n\t" for sign in shown), shown
    assert "before" in shown
    assert "after" in shown


@given(some.text())
def test_whatever_comes_nothing_steers_and_nothing_else_is_lost(text: str) -> None:
    shown = printable(text)
    assert not any(steers(sign) for sign in shown)
    assert printable(shown) == shown
    assert [sign for sign in shown if sign.isalnum() and sign.isascii()] == [
        sign for sign in text if sign.isalnum() and sign.isascii()
    ]


def test_own_words_keep_their_lines_and_joined_characters() -> None:
    assert own_words("a\r\n\tb 👩\u200d💻 می\u200cخواهم\u200b") == "a\n\tb 👩\u200d💻 می\u200cخواهم"
    assert printable_lines("a\r\nb\rc\td") == "a\nb\nc\td"


@given(
    some.recursive(
        some.text() | some.integers(), lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner)
    )
)
def test_json_says_the_same_without_a_byte_that_steers(document: object) -> None:
    text = json_text(document)
    assert not any(steers(sign) and sign != "\n" for sign in text)
    assert json.loads(text) == json.loads(json.dumps(document))
    assert json_text(document, ascii_only=True).isascii()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_notification_is_one_sequence_whatever_it_says(text: str) -> None:
    said = desktop_notice(text, inside_tmux=False)
    assert said.startswith("\x1b]9;")
    assert said.count("\x1b") == said.count("\x07") == 1
