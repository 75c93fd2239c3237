"""Functions that wait for a commit."""

from sqlalchemy.orm import SessionTransaction

from beastmode.core.events import Callback


class Waiting:
    """Functions that wait for a session's commit, each with the transaction or savepoint in which it was registered."""

    def __init__(self) -> None:
        self._callbacks: list[tuple[SessionTransaction | None, Callback]] = []

    def __bool__(self) -> bool:
        return bool(self._callbacks)

    def add(self, transaction: SessionTransaction | None, callback: Callback) -> None:
        """Register a function.

        Args:
            transaction: The transaction whose rollback drops it.
            callback: The function.
        """
        self._callbacks.append((transaction, callback))

    def drop(self, rolled_back: SessionTransaction) -> None:
        """Drop the functions that were registered in a transaction, or a part of it, that was rolled back."""
        self._callbacks = [each for each in self._callbacks if not _is_part(each[0], rolled_back)]

    def take(self) -> list[Callback]:
        """Remove and return all functions, in the order in which they were registered."""
        waiting = [callback for _, callback in self._callbacks]
        self._callbacks = []
        return waiting


def _is_part(transaction: SessionTransaction | None, whole: SessionTransaction) -> bool:
    """Whether a transaction is the other one, or a savepoint in it."""
    while transaction is not None and transaction is not whole:
        transaction = transaction.parent
    return transaction is whole
