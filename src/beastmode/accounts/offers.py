"""What the routes of an application can do, by its settings and by what is enabled beside accounts."""

from dataclasses import dataclass

from beastmode.accounts.desk import Desk


@dataclass(frozen=True, slots=True)
class Offers:
    """What the routes can do.

    Attributes:
        version: The first API version that has them; later versions inherit them.
        hides_taken: Whether registration returns the same response for registered and for new addresses.
        resets: Whether forgotten passwords can be reset: with mail, if it is not switched off.
        proofs: Whether email addresses can be proved and changed: with mail.
        keys: Whether users can make API keys: with `ApiKeys()` among the authenticators.
        deletions: Whether users can delete their account: with jobs.
    """

    version: str
    hides_taken: bool
    resets: bool
    proofs: bool
    deletions: bool
    keys: bool


def offers_of(version: str, desk: Desk, *, hides_taken: bool, keys: bool) -> Offers:
    """What the routes of an application can do.

    Args:
        version: The first API version.
        desk: The services of the application.
        hides_taken: HIDE_REGISTERED_EMAILS.
        keys: Whether there are API keys.
    """
    return Offers(
        version=version,
        hides_taken=hides_taken,
        resets=desk.resets is not None,
        proofs=desk.verification is not None,
        deletions=desk.deletions is not None,
        keys=keys,
    )
