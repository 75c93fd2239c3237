"""The store in the memory of a process: bounded, with the tags of all processes of the machine."""

from collections import OrderedDict
from threading import Lock

from beastmode.cache.entry import Entry, Tokens
from beastmode.cache.generations import Generations


class MemoryStore:
    """Keeps the entries that were used most recently.

    Args:
        most: About how many bytes they may take together.
        generations: The state of the tags.
    """

    def __init__(self, most: int, generations: Generations) -> None:
        self._most = most
        self._generations = generations
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = Lock()
        self._size = 0

    def load(self, key: str, tags: tuple[str, ...]) -> tuple[Entry | None, Tokens | None]:
        """See `Store.load`."""
        tokens = self._generations.read(tags) if tags else ()
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        return entry, tokens

    def save(self, key: str, entry: Entry, seconds: float) -> None:  # noqa: ARG002 - entries know until when they are used
        """See `Store.save`."""
        with self._lock:
            self._forget(key)
            self._entries[key] = entry
            self._size += entry.size
            while self._size > self._most:
                self._forget(next(iter(self._entries)))

    def drop(self, tags: frozenset[str]) -> None:
        """See `Store.drop`; the entries themselves stay until their memory is needed."""
        self._generations.bump(tags)

    def lease(self, _: str) -> bool:
        """True: the memory of one process helps no other one."""
        return True

    def is_leased(self, _: str) -> bool:
        """False, as above."""
        return False

    def release(self, key: str) -> None:
        """Do nothing."""

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry.size
