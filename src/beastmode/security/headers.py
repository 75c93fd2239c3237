"""Headers that tell browsers what not to do with an answer.

A site that beastmode is added to keeps its pages as they are: what could break one (frames, inline scripts, plain HTTP)
is sent where the answer is ours, and everywhere only where the settings ask for it.
"""

from collections.abc import Callable, Container

from beastmode.core.exchange import Exchange
from beastmode.security.settings import HeaderSettings

__all__ = ["header_decorator"]

Header = tuple[str, str]

EVERYWHERE: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
ALL: tuple[Header, ...] = (
    *EVERYWHERE,
    ("X-Frame-Options", "DENY"),
    # The filter of old browsers, which "1" asks for, could be turned against the page itself (OWASP).
    ("X-XSS-Protection", "0"),
)
POLICY = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
YEAR = 31_536_000
PAGES = ("text/html", "application/xhtml+xml")


def header_decorator(
    settings: HeaderSettings, probes: Container[str] = (), *, has_api: bool
) -> Callable[[Exchange, list[Header]], None]:
    """A decorator for the edge that adds each security header which an answer does not set itself.

    Args:
        settings: SECURITY_HEADERS, HSTS_SECONDS and CONTENT_SECURITY_POLICY count.
        probes: Paths that the edge answers itself.
        has_api: Whether an API of ours answers under /api, and its documentation at /docs. Where not, HTML under /api
            is the site's own, such as the documentation that another extension writes there.
    """
    is_strict = settings.security_headers == "strict"
    policy, seconds = settings.content_security_policy, settings.hsts_seconds
    # By whether the answer is ours: what is sent where nothing is set, and everywhere what the settings name.
    policies = {True: policy or POLICY, False: policy or (POLICY if is_strict else "off")}
    # A year for a whole domain is more than one line in one application should promise.
    own = promise(YEAR, wide=is_strict) if seconds is None else promise(seconds, wide=True)
    promises = {True: own, False: own if is_strict or seconds is not None else ""}
    prefixes = ("/api/", "/docs/") if has_api else ("/api/",)
    paths = {prefix.rstrip("/") for prefix in prefixes}

    def decorate(exchange: Exchange, headers: list[Header]) -> None:
        path = exchange.path
        is_ours = path.startswith(prefixes) or path in paths or path in probes
        present = {name.lower(): value for name, value in headers}
        added = ALL if is_ours or is_strict else EVERYWHERE
        # RFC 6797, 7.2: over plain HTTP the header must not be sent.
        if exchange.environ["wsgi.url_scheme"] == "https" and (told := promises[is_ours]):
            added = (*added, ("Strict-Transport-Security", told))
        if present.get("content-type", "").lower().startswith(PAGES):
            told = policies[is_ours and has_api]
            added = added if told == "off" else (*added, ("Content-Security-Policy", told))
        headers.extend(header for header in added if header[0].lower() not in present)

    return decorate


def promise(seconds: int, *, wide: bool) -> str:
    """The value of `Strict-Transport-Security`; "" for none."""
    return f"max-age={seconds}{'; includeSubDomains' if wide else ''}" if seconds else ""
