"""Every error that the tools raise on purpose.

CouldNotRun              the question could not be answered: exit status 2, one line that says why and what to do
└── ProbeFailed          the project's own code did not do what was asked of it; `reason` tells how it ended
"""

__all__ = ["CouldNotRun", "ProbeFailed"]


class CouldNotRun(Exception):  # noqa: N818 - named for what it tells the person, as the exit status 2 is
    """The question could not be answered; the message says why and what to do now."""


class ProbeFailed(CouldNotRun):
    """The project's own code did not do what was asked of it.

    Args:
        message: One line that says what was asked and how it ended.
        reason: "error", "timeout", "memory", "exit", "refused".
        detail: The last lines that the project's code wrote, for a person; never its settings.
    """

    def __init__(self, message: str, *, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(message)
