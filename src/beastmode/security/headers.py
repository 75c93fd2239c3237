"""Response headers that restrict what browsers do.

The pages of an existing site must not change, so headers that could break a page (frames, inline scripts, plain HTTP)
are sent only with our own responses, and with all responses only if the settings say so.
"""

from collections.abc import Callable, Container

from beastmode.core.exchange import Exchange
from beastmode.security.settings import HeaderSettings

Header = tuple[str, str]

_EVERYWHERE: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
_ALL: tuple[Header, ...] = (
    *_EVERYWHERE,
    ("X-Frame-Options", "DENY"),
    # "1" turns on the filter of old browsers, which could be used against the page itself (OWASP).
    ("X-XSS-Protection", "0"),
)
_POLICY = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
_YEAR = 31_536_000
_PAGES = ("text/html", "application/xhtml+xml")


def header_function(
    settings: HeaderSettings, probes: Container[str] = (), *, has_api: bool
) -> Callable[[Exchange, list[Header]], None]:
    """A header function for the middleware that adds each security header that a response does not set itself.

    Args:
        settings: SECURITY_HEADERS, HSTS_SECONDS and CONTENT_SECURITY_POLICY are used.
        probes: Paths that the middleware serves itself.
        has_api: Whether our API is served under /api, and its documentation at /docs. If not, HTML under /api belongs
            to the site, such as the documentation of another extension.
    """
    is_strict = settings.security_headers == "strict"
    policy, seconds = settings.content_security_policy, settings.hsts_seconds
    # By whether the response is ours: the headers to send by default, and those that the settings require everywhere.
    policies = {True: policy or _POLICY, False: policy or (_POLICY if is_strict else "off")}
    # One line in one application should not commit a whole domain for a year.
    own = _promise(_YEAR, wide=is_strict) if seconds is None else _promise(seconds, wide=True)
    promises = {True: own, False: own if is_strict or seconds is not None else ""}
    prefixes = ("/api/", "/docs/") if has_api else ("/api/",)
    paths = {prefix.rstrip("/") for prefix in prefixes}

    def add_headers(exchange: Exchange, headers: list[Header]) -> None:
        path = exchange.path
        is_ours = path.startswith(prefixes) or path in paths or path in probes
        present = {name.lower(): value for name, value in headers}
        added = _ALL if is_ours or is_strict else _EVERYWHERE
        # RFC 6797, 7.2: over plain HTTP the header must not be sent.
        if exchange.environ["wsgi.url_scheme"] == "https" and (told := promises[is_ours]):
            added = (*added, ("Strict-Transport-Security", told))
        if present.get("content-type", "").lower().startswith(_PAGES):
            told = policies[is_ours and has_api]
            added = added if told == "off" else (*added, ("Content-Security-Policy", told))
        headers.extend(header for header in added if header[0].lower() not in present)

    return add_headers


def _promise(seconds: int, *, wide: bool) -> str:
    """The value of `Strict-Transport-Security`; "" for none."""
    return f"max-age={seconds}{'; includeSubDomains' if wide else ''}" if seconds else ""
