"""Texts that must not be shown, and what makes one easy to guess."""

import os
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

__all__ = ["STARS", "SecretBytes", "SecretText", "as_secret", "is_monotonous", "secrets_of", "without_secrets"]

STARS = "********"
TRIPLES = 24
"""Different runs of three characters in a secret. A random one of 32 digits has 30, but for one or two that repeat; a
word that is written again and again until it is long enough has as many as the word has letters."""
STEPS = 8
"""Different distances from one character to the next. 32 random digits have about 14, `abcdef...` has one or two."""
TELLING = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE", re.IGNORECASE)
SHORTEST = 6
"""Characters from which on a value is looked for in texts: `true` and `8000` are no secrets, whatever their name."""
ADDRESS = re.compile(r"(?<=://)[^\s/?#'\"@]*@")
"""Whose address it is: what stands before the @ of a URL, a password perhaps."""
PASSWORD = re.compile(r"://[^:/@]*:(.*)@", re.DOTALL)


class SecretText(str):
    """A text that `repr` does not show, and so neither a log of frames nor a debugger that prints them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(STARS)

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> "SecretBytes":
        """The text as bytes that `repr` does not show either."""
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """Bytes that `repr` does not show, such as a key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(STARS)


def as_secret(value: Any) -> Any:
    """A value whose texts `repr` does not show; anything else as it is."""
    if isinstance(value, str):
        return SecretText(value)
    if isinstance(value, tuple):
        return tuple(as_secret(part) for part in value)
    return value


def is_monotonous(secret: str) -> bool:
    """Whether a long secret repeats itself, or counts up or down, so that guessing it takes few tries."""
    # The plain class's way: these bytes are looked at, and not for anybody to see.
    content = str.encode(secret)
    triples = {content[start : start + 3] for start in range(len(content) - 2)}
    steps = {after - before for before, after in pairwise(content)}
    # Only what somebody typed counts: bytes come from a program.
    return len(triples) < TRIPLES or (secret.isascii() and len(steps) < STEPS)


def secrets_of(environ: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Every value of the environment that a text for people must not have, the longest first.

    Args:
        environ: The environment variables.
        names: Settings that are secret; so is any other that is called a password, a token or the like.
    """
    named = set(names)
    found = {value for name, value in environ.items() if name in named or TELLING.search(name)}
    found |= {part.strip() for value in found for part in value.split(",")}
    passwords = {match[1] for value in found if (match := PASSWORD.search(value))}
    found |= passwords | {unquote(password) for password in passwords}
    return sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True)


def without_secrets(text: str, names: Iterable[str], environ: Mapping[str, str] | None = None) -> str:
    """A text of unknown origin, with stars in the place of secrets.

    Args:
        text: Such as the message of any exception.
        names: Settings that are secret.
        environ: Where their values are; by default the process's own environment.
    """
    for secret in secrets_of(os.environ if environ is None else environ, names):
        text = text.replace(secret, STARS)
    return ADDRESS.sub(f"{STARS}@", text)
