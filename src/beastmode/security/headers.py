"""Headers that tell browsers what not to do with an answer."""

from collections.abc import Callable

from beastmode.core.exchange import Exchange
from beastmode.core.settings import Settings

__all__ = ["header_decorator"]

Header = tuple[str, str]

ALWAYS: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # The filter of old browsers, which "1" asks for, could be turned against the page itself (OWASP).
    ("X-XSS-Protection", "0"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
PAGES = ("text/html", "application/xhtml+xml")


def header_decorator(settings: Settings) -> Callable[[Exchange, list[Header]], None]:
    """A decorator for the edge that adds each security header which an answer does not set itself.

    Args:
        settings: HSTS_SECONDS and CONTENT_SECURITY_POLICY count.
    """
    policy = settings.content_security_policy
    sends_policy = policy != "off"
    secure = ALWAYS
    if settings.hsts_seconds:
        secure = (*ALWAYS, ("Strict-Transport-Security", f"max-age={settings.hsts_seconds}; includeSubDomains"))
    ours = frozenset(name.lower() for name, _ in secure)

    def decorate(exchange: Exchange, headers: list[Header]) -> None:
        present = {name.lower(): value for name, value in headers}
        # RFC 6797, 7.2: over plain HTTP the header must not be sent.
        added = secure if exchange.environ["wsgi.url_scheme"] == "https" else ALWAYS
        if not ours.isdisjoint(present):
            added = tuple(header for header in added if header[0].lower() not in present)
        headers.extend(added)
        if (
            sends_policy
            and present.get("content-type", "").lower().startswith(PAGES)
            and "content-security-policy" not in present
        ):
            headers.append(("Content-Security-Policy", policy))

    return decorate
