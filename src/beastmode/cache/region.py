"""Returns what is stored, or computes and stores it; dogpile decides who computes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeGuard, TypeVar

from dogpile import Lock, NeedRegenerationException
from flask import Flask

from beastmode.cache.entry import Entry, Tokens
from beastmode.cache.flights import Flights
from beastmode.cache.stores import Store
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError

EXTENSION = "beastmode.cache"
"""The key of an application's `Region` in `app.extensions`."""
T = TypeVar("T")
_FRESH, _STALE = math.inf, 1.0
"""Ages as dogpile is told them: the first is never too old, the second always is."""
_LARGEST = 10
"""One entry takes at most this part of the memory: a larger one would push out too many others."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was computed to be stored: the content of an entry.

    Attributes:
        body: The bytes of a response, or a result as JSON.
        status: The status code of a response; 0 for a result.
        headers: The headers of a response.
    """

    body: bytes
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unstored(Generic[T]):
    """What was computed for this caller alone."""

    value: T


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry, and whether it was there, or was computed by another caller."""

    entry: Entry
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """What is looked for.

    Attributes:
        key: The key.
        tags: The tags of a new entry.
        timeout: For how many seconds a new entry is fresh.
        stale: For how many more seconds it is returned while one caller computes a new one.
        create: Computes what to store.
    """

    key: str
    tags: tuple[str, ...]
    timeout: float
    stale: float
    create: Callable[[], Made | Unstored[T]]


_Result: TypeAlias = Returned | Unstored[T]


class Region:
    """The cache of an application.

    Args:
        store: Where entries are; None to store nothing.
        default_timeout: How long an entry is fresh, in seconds, unless the declaration says otherwise.
        most: How many bytes the entries of a process may take.
    """

    def __init__(self, store: Store | None, default_timeout: int, most: int) -> None:
        self.default_timeout = default_timeout
        self._store = store
        self._flights = None if store is None else Flights(store)
        self._largest = most // _LARGEST

    def fetch(self, wanted: Wanted[T]) -> _Result[T]:
        """The entry with a key; a new one if there is none, or if it is too old.

        Args:
            wanted: The key, and how to compute the entry.
        """
        if self._store is None or self._flights is None:
            made, moment = wanted.create(), now().timestamp()
            return made if isinstance(made, Unstored) else Returned(_entry(made, wanted, moment, ()), is_hit=False)
        entry, tokens = self._store.load(wanted.key, wanted.tags)
        if _is_fresh(entry, tokens):
            return Returned(entry, is_hit=True)
        return _Search(self._store, self._flights, self._largest, wanted).result(entry, tokens)

    def fresh(self, key: str, tags: tuple[str, ...]) -> Entry | None:
        """The entry with a key; None if there is none that is fresh.

        Args:
            key: The key.
            tags: Its tags.
        """
        if self._store is None:
            return None
        entry, tokens = self._store.load(key, tags)
        return entry if _is_fresh(entry, tokens) else None

    def drop(self, tags: frozenset[str]) -> None:
        """Make every entry with one of these tags invalid, in all processes.

        Args:
            tags: The tags.
        """
        if self._store is not None:
            self._store.drop(tags)


class _Search(Generic[T]):
    """One caller's search for an entry that was not there, or too old."""

    def __init__(self, store: Store, flights: Flights, largest: int, wanted: Wanted[T]) -> None:
        self._store = store
        self._flights = flights
        self._largest = largest
        self._wanted = wanted
        self._seen: tuple[Entry | None, Tokens | None] | None = None
        self._tokens: Tokens | None = None

    def result(self, entry: Entry | None, tokens: Tokens | None) -> _Result[T]:
        """What is found in the end.

        Args:
            entry: The entry that was found so far.
            tokens: The state of the tags.
        """
        self._seen = entry, tokens
        self._turn = self._flights.turn(self._wanted.key, tokens)
        found: _Result[T]
        with Lock(self._turn, self._create, self._look, expiretime=0) as found:  # type: ignore[no-untyped-call]  # no annotations
            return found

    def _look(self) -> tuple[Returned, float]:
        """What is stored, and its age for dogpile.

        Raises:
            NeedRegenerationException: Nothing of use.
        """
        seen, self._seen = self._seen, None
        entry, self._tokens = seen or self._store.load(self._wanted.key, self._wanted.tags)
        moment = now().timestamp()
        if entry is not None and entry.tokens == self._tokens and moment < entry.usable_until:
            return Returned(entry, is_hit=True), _FRESH if moment < entry.fresh_until else _STALE
        handed = self._turn.handed
        # If the state of the tags is not known, another caller may have computed it before a change.
        if handed is not None and (handed.tokens == self._tokens or not self._wanted.tags):
            return Returned(handed, is_hit=True), _FRESH
        raise NeedRegenerationException

    def _create(self) -> tuple[_Result[T], float]:
        """Compute the entry, and store it."""
        moment = now().timestamp()  # before: it is as old as the rows that it is computed from
        made = self._wanted.create()
        if isinstance(made, Unstored):
            return made, _FRESH
        entry = _entry(made, self._wanted, moment, self._tokens or ())
        if self._tokens is not None and entry.size <= self._largest:
            self._store.save(self._wanted.key, entry, self._wanted.timeout + self._wanted.stale)
        self._turn.hand_over(entry)
        return Returned(entry, is_hit=False), _FRESH


def _is_fresh(entry: Entry | None, tokens: Tokens | None) -> TypeGuard[Entry]:
    """Whether an entry can be returned as it is."""
    return entry is not None and entry.tokens == tokens and now().timestamp() < entry.fresh_until


def _entry(made: Made, wanted: Wanted[T], moment: float, tokens: Tokens) -> Entry:
    fresh = moment + wanted.timeout
    return Entry(moment, fresh, fresh + wanted.stale, tokens, made.status, made.headers, made.body)


def region_of(app: Flask) -> Region:
    """The cache of an application.

    Args:
        app: The Flask application.

    Raises:
        ConfigurationError: It has none.
    """
    region: Region | None = app.extensions.get(EXTENSION)
    if region is None:
        raise ConfigurationError(f"The application {app.name!r} has no cache; pass cache=Cache() to Beastmode.")
    return region
