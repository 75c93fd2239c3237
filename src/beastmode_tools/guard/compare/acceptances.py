"""What is to be said about acceptances besides the findings that they are bound to."""

from dataclasses import dataclass

__all__ = ["AcceptanceExpired", "AcceptanceUnused"]


@dataclass(frozen=True, slots=True)
class AcceptanceExpired:
    """The finding is still there, but its acceptance has run out.

    Args:
        fingerprint: Of the finding.
        rule: Of the finding.
        about: The finding's subject.
        until: The last day on which it held, as an ISO date.
        author: Who accepted it.
    """

    fingerprint: str
    rule: str
    about: str
    until: str
    author: str


@dataclass(frozen=True, slots=True)
class AcceptanceUnused:
    """No finding of this change has the fingerprint that was accepted.

    Args:
        fingerprint: Of the finding that was accepted.
        rule: Of that finding, "" where it was not written down.
        about: The subject of that finding, "" where it was not written down.
        author: Who accepted it.
    """

    fingerprint: str
    rule: str
    about: str
    author: str
