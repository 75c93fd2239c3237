"""What the cache stores: bytes, with what is needed to know whether they are still valid."""

import hashlib
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TypeAlias

import orjson

Tokens: TypeAlias = tuple[bytes, ...]
"""The state of each tag; a tag that was dropped has another one."""

_DIGEST = 16
"""Bytes of the signature: far more than can be guessed."""
_LENGTH = 4
"""Bytes that say how long the head is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored response, or the result of a function.

    Attributes:
        made: When it was computed, in seconds since 1970.
        fresh_until: Until when it is returned without more ado.
        usable_until: Until when it is returned while somebody computes a new one.
        tokens: The state of its tags before it was computed.
        status: The status code of a response; 0 for a result.
        headers: The headers of a response.
        body: The bytes of a response, or a result as JSON.
        prepared: The headers of a response as they are sent to everyone, except those that depend on the time; empty
            until they are needed.
    """

    made: float
    fresh_until: float
    usable_until: float
    tokens: Tokens
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    prepared: list[tuple[str, str]] = field(default_factory=list, compare=False, repr=False)

    @property
    def etag(self) -> str:
        """The ETag of a response, quoted."""
        return next(value for name, value in self.headers if name == "ETag")

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        # 500: the objects themselves, their key and their place in the dictionary.
        return 500 + len(self.body) + sum(100 + len(name) + len(value) for name, value in self.headers)


def encoded(entry: Entry, key: str, secret: bytes) -> bytes:
    """An entry as signed bytes, for a server that others can write to.

    Args:
        entry: The entry.
        key: Its key, so that it is valid for no other one.
        secret: What it is signed with.
    """
    tokens = [token.hex() for token in entry.tokens]
    times = entry.made, entry.fresh_until, entry.usable_until
    head = orjson.dumps([*times, tokens, entry.status, entry.headers])
    content = len(head).to_bytes(_LENGTH, "big") + head + entry.body
    return _signature(content, key, secret) + content


def decoded(raw: bytes, key: str, secret: bytes) -> Entry | None:
    """The entry in signed bytes; None if they were not written by this application for this key.

    Args:
        raw: What a server returned.
        key: The key.
        secret: As for `encoded`.
    """
    content = raw[_DIGEST:]
    if not compare_digest(raw[:_DIGEST], _signature(content, key, secret)):
        return None
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    made, fresh, usable, tokens, status, headers = orjson.loads(content[_LENGTH:end])
    named = tuple((name, value) for name, value in headers)
    return Entry(made, fresh, usable, tuple(map(bytes.fromhex, tokens)), status, named, content[end:])


def _signature(content: bytes, key: str, secret: bytes) -> bytes:
    signed = hashlib.blake2b(key.encode(), key=secret, digest_size=_DIGEST)
    signed.update(content)
    return signed.digest()
