from typing import Protocol

from beastmode.cache.entry import Entry, Tokens


class Store(Protocol):
    """Where entries are; none of its methods raises because a server is unavailable."""

    def load(self, key: str, tags: tuple[str, ...]) -> tuple[Entry | None, Tokens | None]:
        """The entry with a key, and the current state of some tags; None for what is not known.

        Args:
            key: The key.
            tags: The tags.
        """

    def save(self, key: str, entry: Entry, seconds: float) -> None:
        """Store an entry.

        Args:
            key: The key.
            entry: The entry.
            seconds: How long it may be useful.
        """

    def drop(self, tags: frozenset[str]) -> None:
        """Make every entry with one of these tags invalid.

        Args:
            tags: The tags.
        """

    def lease(self, key: str) -> bool:
        """Reserve the computation of an entry for this process; False if another one has it.

        Args:
            key: The key of the entry, with the state of its tags.
        """

    def is_leased(self, key: str) -> bool:
        """Whether a process computes an entry.

        Args:
            key: The key.
        """

    def release(self, key: str) -> None:
        """End what `lease` began.

        Args:
            key: The key.
        """
