"""Acceptances that have run out, and those that nothing needs any more."""

from collections.abc import Iterator

from beastmode_tools.guard.acceptances.compare import AcceptanceExpired, AcceptancesOutdated, AcceptanceUnused
from beastmode_tools.guard.rule import Match, row, rule

__all__ = ["RULES"]


@rule("acceptance-unused", AcceptanceUnused)
def unused(change: AcceptanceUnused) -> Iterator[Match]:
    """Kept for ever, it would accept the same thing if it came back."""
    about = ": ".join(filter(None, (change.rule, change.about)))
    others = f", nor do {change.more} more of the base" if change.more else ""
    yield Match(
        where="beastmode.toml",
        subject=change.fingerprint,
        fields={"of": f" ({about})" if about else "", "others": others},
        evidence=f"accepted by {change.author or 'somebody'}",
    )


@rule("acceptance-outdated", AcceptancesOutdated)
def outdated(change: AcceptancesOutdated) -> Iterator[Match]:
    """What somebody looked at was another difference; the finding counts until somebody looks at this one."""
    listed = ", ".join(old if old == new else f"{old} (now {new})" for old, new in change.fingerprints)
    yield Match(
        where="beastmode.toml",
        subject=f"{change.why} {listed}",
        fields={"listed": listed},
        message=change.why,
    )


RULES = (
    row(
        "acceptance-expired",
        AcceptanceExpired,
        lambda _: True,
        where="beastmode.toml",
        subject="{fingerprint} until {until}",
        evidence=lambda c: f"accepted by {c.author or 'somebody'} until {c.until}",
    ),
    unused,
    outdated,
)
