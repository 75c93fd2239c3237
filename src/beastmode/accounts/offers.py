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
        scopes: The scopes of API keys that users can make; none without `ApiKeys()` among the authenticators.
        cookies: Whether browsers can log in by a cookie: with `CookieSessions()` among the authenticators.
        deletions: Whether users can delete their account: with jobs.
    """

    version: str
    hides_taken: bool
    resets: bool
    proofs: bool
    deletions: bool
    scopes: frozenset[str]
    cookies: bool


def offers_of(version: str, desk: Desk, *, hides_taken: bool, scopes: frozenset[str], cookies: bool) -> Offers:
    """What the routes of an application can do.

    Args:
        version: The first API version.
        desk: The services of the application.
        hides_taken: HIDE_REGISTERED_EMAILS.
        scopes: The scopes of API keys; none if there are no keys.
        cookies: Whether browsers can log in by a cookie.
    """
    return Offers(
        version=version,
        hides_taken=hides_taken,
        resets=desk.resets is not None,
        proofs=desk.verification is not None,
        deletions=desk.deletions is not None,
        scopes=scopes,
        cookies=cookies,
    )
