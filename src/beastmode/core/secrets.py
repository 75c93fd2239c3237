"""Strings that must not be shown, and how to recognize a predictable secret."""

import os
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

STARS = "********"
_TRIPLES = 24
"""The minimum number of different three-character sequences: 32 random digits have about 30, a repeated word few."""
_STEPS = 8
"""The minimum number of different steps between neighbours: 32 random digits have about 14, `abcdef...` one or two."""
_TELLING = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE", re.IGNORECASE)
_SHORTEST = 6
"""The minimum length of a value that is masked in strings: `true` and `8000` are not secrets, whatever their name."""
_ADDRESS = re.compile(r"(?<=://)[^\s/?#'\"@]*@")
"""The user part of a URL, before the @, which may contain a password."""
_PASSWORD = re.compile(r"://[^:/@]*:(.*)@", re.DOTALL)


class SecretText(str):
    """A string that `repr` does not show, and so neither a log of stack frames nor a debugger."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(STARS)

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> "SecretBytes":
        """The string as bytes that `repr` does not show either."""
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """Bytes that `repr` does not show, such as a key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(STARS)


def as_secret(value: Any) -> Any:
    """A value whose strings `repr` does not show; anything else unchanged."""
    if isinstance(value, str):
        return SecretText(value)
    if isinstance(value, tuple):
        return tuple(as_secret(part) for part in value)
    return value


def is_monotonous(secret: str) -> bool:
    """Whether a long secret repeats itself, or counts up or down, so that it is easy to guess."""
    # With the methods of the plain class: the bytes are only examined, not shown.
    content = str.encode(secret)
    triples = {content[start : start + 3] for start in range(len(content) - 2)}
    steps = {after - before for before, after in pairwise(content)}
    # Only strings are typed by people; bytes come from a program.
    return len(triples) < _TRIPLES or (secret.isascii() and len(steps) < _STEPS)


def _secrets_of(environ: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Every value of the environment that must not be shown, longest first.

    Args:
        environ: The environment variables.
        names: The secret settings; any other that is named like a password or a token counts too.
    """
    named = set(names)
    secrets = {value for name, value in environ.items() if name in named or _TELLING.search(name)}
    secrets |= {part.strip() for value in secrets for part in value.split(",")}
    passwords = {match[1] for value in secrets if (match := _PASSWORD.search(value))}
    secrets |= passwords | {unquote(password) for password in passwords}
    return sorted((value for value in secrets if len(value) >= _SHORTEST), key=len, reverse=True)


def without_secrets(text: str, names: Iterable[str], environ: Mapping[str, str] | None = None) -> str:
    """A string of unknown origin, with secrets masked.

    Args:
        text: For example the message of an exception.
        names: The secret settings.
        environ: The environment with their values; by default that of the process.
    """
    for secret in _secrets_of(os.environ if environ is None else environ, names):
        text = text.replace(secret, STARS)
    return _ADDRESS.sub(f"{STARS}@", text)
