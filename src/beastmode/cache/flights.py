"""Whose turn it is to compute an entry: one at a time in all processes, and the others wait, but not for long."""

from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic, sleep
from typing import TypeAlias

from beastmode.cache.entry import Entry, Tokens
from beastmode.cache.stores import Store

_PATIENCE = 5.0
"""Seconds that a caller waits for another one; after that, it computes the entry itself, as without a cache."""
_FIRST_PAUSE = 0.01
"""Seconds between looks whether another process has finished; doubled each time, up to a tenth of a second."""
_LONGEST_PAUSE = 0.1

_Place: TypeAlias = tuple[str, Tokens | None]


@dataclass(eq=False)
class _Flight:
    """One computation in this process.

    Attributes:
        landed: Set when it has ended.
        entry: What it has computed; None if it failed or may not be shared.
    """

    landed: Event = field(default_factory=Event)
    entry: Entry | None = None


class Flights:
    """The computations of this process.

    Args:
        store: Knows those of other processes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._flights: dict[_Place, _Flight] = {}
        self._lock = Lock()

    def turn(self, key: str, tokens: Tokens | None) -> "Turn":
        """One caller's place in the queue for an entry.

        Args:
            key: The entry's key.
            tokens: The state of its tags, as the caller has just read it: the result of a computation that began before
                a tag was dropped is of no use to a caller that came after it.
        """
        return Turn(self, self._store, key, tokens)

    def board(self, place: _Place) -> tuple[_Flight, bool]:
        """The computation for a place, and whether it has just begun."""
        with self._lock:
            flight = self._flights.get(place)
            if flight is not None:
                return flight, False
            flight = self._flights[place] = _Flight()
            return flight, True

    def land(self, place: _Place) -> None:
        """End the computation for a place."""
        with self._lock:
            flight = self._flights.pop(place)
        flight.landed.set()


class Turn:
    """A mutex as dogpile wants it, for one caller; everyone who waited goes on together, because nothing is locked.

    Args:
        flights: The computations of this process.
        store: Knows those of other processes.
        key: The entry's key.
        tokens: The state of its tags.

    Attributes:
        handed: What the caller in front has computed, if it can be shared.
    """

    def __init__(self, flights: Flights, store: Store, key: str, tokens: Tokens | None) -> None:
        self._flights = flights
        self._store = store
        self._place = key, tokens
        self._lease = key + "".join(f":{token.hex()}" for token in tokens or ())
        self._leads: _Flight | None = None
        self.handed: Entry | None = None

    def acquire(self, wait: bool = True) -> bool:  # noqa: FBT001, FBT002 - the signature is dogpile's
        """Begin the computation, or wait until another caller has finished it.

        Args:
            wait: Whether to wait; if not, False is returned instead.
        """
        flight, is_first = self._flights.board(self._place)
        if is_first:
            self._leads = flight
            return self._reserve(wait=wait)
        if not wait:
            return False
        flight.landed.wait(_PATIENCE)
        self.handed = flight.entry
        return True

    def release(self) -> None:
        """Let those who wait go on."""
        if self._leads is not None:
            self._leads = None
            self._store.release(self._lease)
            self._flights.land(self._place)

    def hand_over(self, entry: Entry) -> None:
        """Give the entry to those who wait, whether or not it could be stored.

        Args:
            entry: What was computed.
        """
        if self._leads is not None:
            self._leads.entry = entry

    def _reserve(self, *, wait: bool) -> bool:
        """Reserve the computation among the processes."""
        deadline, pause = monotonic() + _PATIENCE, _FIRST_PAUSE
        if self._store.lease(self._lease):
            return True
        if not wait:
            self.release()
            return False
        while monotonic() < deadline and self._store.is_leased(self._lease):
            sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True
