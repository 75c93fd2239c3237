import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode.observability.escaping import as_asked, printable, word

anything = st.text(st.characters(codec=None), max_size=300)
path_bytes = st.binary(min_size=1, max_size=300)


@given(path_bytes)
def test_a_path_is_shown_in_plain_characters_and_can_be_read_back(raw):
    shown = as_asked(raw.decode("latin-1"))

    assert re.fullmatch(r"[A-Za-z0-9/~!$&'()*+,;:@=\-._%]+", shown)
    assert unquote_to_bytes(shown) == raw


@given(anything)
def test_no_path_breaks_out_whatever_a_server_makes_of_its_bytes(path):
    assert re.fullmatch(r"[!-~]*", as_asked(path))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/api/v1/posts/7", "/api/v1/posts/7"),
        ("/caf\xc3\xa9", "/caf%C3%A9"),
        ("/a b?c=d#e", "/a%20b%3Fc=d%23e"),
        ("/100%25", "/100%2525"),
        ("/x\r\n2026-01-01T00:00:00.000Z INFO forged", "/x%0D%0A2026-01-01T00:00:00.000Z%20INFO%20forged"),
        ("/\x1b[2J", "/%1B%5B2J"),
    ],
)
def test_a_path_is_shown_as_the_client_wrote_it(asked, shown):
    assert as_asked(asked) == shown


def test_a_very_long_path_is_cut():
    assert as_asked("/" + "x" * 100_000) == "/" + "x" * 999 + "..."


@given(anything)
def test_a_word_is_one_field_of_printable_ascii(value):
    shown = word(value)

    assert re.fullmatch(r"[!-~]+|'[ -~]*'|\"[ -~]*\"", shown)
    assert "=" not in shown or shown[0] in "'\""


@pytest.mark.parametrize("value", ["GET", "account:42", "203.0.113.7", "2001:db8::1", "/api/<int:id>", "[::1]"])
def test_a_plain_word_is_left_alone(value):
    assert word(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "''"),
        ("1.2.3.4 status=200", "'1.2.3.4 status=200'"),
        ("a\nb", r"'a\nb'"),
        ("\u202e", r"'\u202e'"),
        ("a\\n", r"'a\\n'"),
        ("it's", '"it\'s"'),
    ],
)
def test_any_other_word_is_quoted(value, shown):
    assert word(value) == shown


def test_a_very_long_word_is_cut():
    assert len(word("x" * 100_000)) < 250


@given(anything)
def test_printable_text_is_on_one_line_and_moves_no_cursor(text):
    shown = printable(text)

    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    shown.encode()


def test_text_of_any_language_stays_readable():
    assert printable("Заказ 7 — Straße 漢字") == "Заказ 7 — Straße 漢字"


@pytest.mark.parametrize("separator", ["\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_nothing_that_any_reader_takes_for_a_line_end_survives(separator):
    assert len(printable(f"a{separator}b").splitlines()) == 1
