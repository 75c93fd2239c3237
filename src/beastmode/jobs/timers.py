"""When the regular work of a worker or a relay is due."""

from time import monotonic


class Timers:
    """One timer for each task, which is due at once for the first time.

    Args:
        tasks: The names of the tasks.
    """

    def __init__(self, *tasks: str) -> None:
        self._due = dict.fromkeys(tasks, 0.0)

    def is_due(self, task: str, seconds: float) -> bool:
        """Whether a task is due; if it is, it is due again after these seconds."""
        moment = monotonic()
        if moment < self._due[task]:
            return False
        self._due[task] = moment + seconds
        return True

    def hasten(self, task: str) -> None:
        """Make a task due at once."""
        self._due[task] = 0.0

    def seconds_to_next(self, *tasks: str) -> float:
        """How long it is until a task is due; below 0 if one is already.

        Args:
            tasks: Which ones; all if none is named.
        """
        return min(self._due[task] for task in tasks or self._due) - monotonic()
