"""Acceptances that have run out, and those that nothing needs any more."""

from collections.abc import Iterator

from beastmode_tools.guard.compare.acceptances import AcceptanceExpired, AcceptanceUnused
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("acceptance-expired", Verdict.SAFE, AcceptanceExpired)
def expired(change: AcceptanceExpired) -> Iterator[Found]:
    """The finding itself counts again; this says why it does."""
    yield Found(
        where="beastmode.toml",
        problem=f"The acceptance of {change.fingerprint} ({change.rule}: {change.about}) held until {change.until}; "
        "the finding counts again.",
        instead=f'Mend it, or accept it anew: beast accept {change.fingerprint} --reason "..." --until DATE',
        subject=f"{change.fingerprint} until {change.until}",
        evidence=f"accepted by {change.author or 'somebody'} until {change.until}",
    )


@rule("acceptance-unused", Verdict.SAFE, AcceptanceUnused)
def unused(change: AcceptanceUnused) -> Iterator[Found]:
    """Kept for ever, it would accept the same thing if it came back."""
    about = f" ({': '.join(filter(None, (change.rule, change.about)))})" if change.rule or change.about else ""
    yield Found(
        where="beastmode.toml",
        problem=f"The acceptance of {change.fingerprint}{about} matches nothing in this change.",
        instead="Remove it from beastmode.toml once the change that it was for is merged.",
        subject=change.fingerprint,
        evidence=f"accepted by {change.author or 'somebody'}",
    )


RULES = (expired, unused)
