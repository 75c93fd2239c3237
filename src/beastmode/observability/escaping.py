"""How strings that a client may have chosen are written to the log: on one line, in one field, and visibly.

Characters that could forge log entries (CWE-117) are always escaped: line ends and Unicode's other line separators,
control characters and the terminal sequences made of them, and bidirectional control characters.
"""

import re
from urllib.parse import quote

_PATH_CHARACTERS = 1000
"""Longer paths are truncated, so that a line fits into one atomic write to a pipe (PIPE_BUF, 4096 bytes on Linux)."""
_WORD_CHARACTERS = 200

_PATH_MARKS = "/~!$&'()*+,;:@=-._"
_is_plain_path = re.compile(rf"[A-Za-z0-9{re.escape(_PATH_MARKS)}]{{1,{_PATH_CHARACTERS}}}").fullmatch
# Visible ASCII, except the three characters that the text format itself uses, and the backslash.
_is_plain_word = re.compile(rf"[!#-&(-<>-\[\]-~]{{1,{_WORD_CHARACTERS}}}").fullmatch


def as_asked(path: str) -> str:
    """A path as the client sent it: every special byte is percent-encoded (RFC 3986).

    Args:
        path: `PATH_INFO`: one character for each byte (PEP 3333), percent-decoded.
    """
    if _is_plain_path(path):
        return path
    encoded = quote(path[:_PATH_CHARACTERS], safe=_PATH_MARKS, encoding="latin-1", errors="backslashreplace")
    return encoded if len(path) <= _PATH_CHARACTERS else f"{encoded}..."


def word(value: str) -> str:
    """A value as one field of a `key=value` line: unchanged if it is plain, otherwise quoted, in ASCII."""
    return value if _is_plain_word(value) else ascii(value[:_WORD_CHARACTERS])


def printable(text: str) -> str:
    """A string on one line: every character that is not printable is written as its escape sequence."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
