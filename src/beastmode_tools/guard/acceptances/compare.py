"""What is to be said about acceptances besides the findings that they are bound to."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["AcceptanceExpired", "AcceptanceUnused", "AcceptancesOutdated"]


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
        more: How many others on the base side match nothing either.
    """

    fingerprint: str
    rule: str
    about: str
    author: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class AcceptancesOutdated:
    """Acceptances of the same things, that do not cover what this change does to them.

    Args:
        why: "base": they stand on the base side, so they were for an earlier change. "difference": their fingerprints
            are of a time when these did not hold what exactly differs. "other": something else differs of the same
            thing, or an older version wrote the same difference down in another form.
        fingerprints: What was accepted, and what it would be now.
    """

    why: Literal["base", "difference", "other"]
    fingerprints: tuple[tuple[str, str], ...]
