"""What lines of a Dockerfile, a compose file or a server's configuration do, as far as it matters for production."""

import re
from collections.abc import Sequence

__all__ = ["risks_of", "what_it_does"]

ANOTHER_ORDER = ("the order of its lines",)
"""What `deployment_change` says where no line is gone or new."""
IMAGE = re.compile(r"^(?:FROM\s+(?:--platform=\S+\s+)?|-?\s*image:\s*)[\"']?(?P<image>[^\s\"'#]+)", re.IGNORECASE)
USER = re.compile(r"^(?:USER\s+|user:\s*|runAsUser:\s*)[\"']?(?P<user>[^\s\"'#]+)", re.IGNORECASE)
ROOT = {"root", "0", "0:0", "root:root"}
OPEN = (
    ("starts a privileged container", r"privileged:\s*true|--privileged|allowPrivilegeEscalation:\s*true|^cap_add:"),
    ("shares the host's network", r"network_mode:\s*[\"']?host|hostNetwork:\s*true|--net(?:work)?[= ]host"),
    ("gives a container control of Docker", r"docker\.sock"),
    ("turns debugging on", r"\b(?:FLASK_)?DEBUG[\"']?\s*[=:]\s*[\"']?(?:1|true|yes|on)\b|--debug\b|--reload\b"),
    (
        "turns off checks of certificates",
        r"ssl_verify\w*\s+off|VERIFY\w*\s*[=:]\s*[\"']?(?:0|false|no|off)\b|insecure:\s*true",
    ),
    ("lists folders to everyone", r"autoindex\s+on"),
    ("switches a password off", r"auth_basic\s+off|HOST_AUTH_METHOD[\"']?\s*[=:]\s*[\"']?trust"),
    ("holds a secret", r"(?:SECRET|PASSW(?:OR)?D|TOKEN|API_?KEY)\w*[\"']?\s*[=:]\s*[\"']?[^\s\"'${}<>]{6,}"),
)
CLOSED = (
    ("no longer asks for a password", r"auth_basic(?:_user_file)?\s+(?!off)"),
    ("no longer restricts who may connect", r"^(?:allow|deny)\s|^Require\s|ssl_client_verify|limit_(?:req|conn)\b"),
    ("no longer serves TLS", r"listen\s.*\bssl\b|ssl_certificate\b|return\s+301\s+https"),
    ("no longer sends a security header", r"add_header\s+(?:Strict-Transport|X-Frame|X-Content|Content-Security)"),
)
CHANGED = (
    (
        "starts another command",
        r"^(?:CMD|ENTRYPOINT|command:|entrypoint:|ExecStart|exec\s|web:|worker:|release:|args:)",
    ),
    ("opens other ports", r"^(?:EXPOSE|ports:|expose:|listen\s|bind\b)|^-\s*[\"']?(?:[\d.]+:)?\d+(?:-\d+)?:\d+"),
    ("uses other volumes", r"^(?:VOLUME|volumes:)|^-\s*[\"']?[\w./~${}-]+:/[\w./-]+"),
    ("checks its health differently", r"HEALTHCHECK|healthcheck:|livenessProbe|readinessProbe"),
    (
        "serves other paths",
        r"^(?:location|proxy_pass|root|alias|rewrite|upstream|server_name|ProxyPass|DocumentRoot)\b",
    ),
    ("runs another number of processes or machines", r"replicas:|--workers\b|workers\s*=|processes\s*=|numprocs"),
)
OPEN_PATTERNS, CLOSED_PATTERNS, CHANGED_PATTERNS = (
    tuple((said, re.compile(pattern, re.IGNORECASE)) for said, pattern in table) for table in (OPEN, CLOSED, CHANGED)
)


def risks_of(removed: Sequence[str], added: Sequence[str]) -> list[str]:
    """What the new lines expose, or the lines that are gone protected.

    Args:
        removed: Lines that are gone, without comments.
        added: Lines that are new, without comments.
    """
    users = [[match["user"] for line in side if (match := USER.search(line.lstrip("- ")))] for side in (removed, added)]
    found = ["runs as root"] if (set(users[1]) & ROOT) or (users[0] and not users[1]) else []
    found += [said for said, pattern in OPEN_PATTERNS if any(map(pattern.search, added))]
    kept = [said for said, pattern in CLOSED_PATTERNS if any(map(pattern.search, added))]
    found += [said for said, pattern in CLOSED_PATTERNS if any(map(pattern.search, removed)) and said not in kept]
    old, new = ({source_of(image) for image in images(side)} for side in (removed, added))
    if old and new - old:
        found.append(f"takes the image {first(new - old)} instead of {first(old)}")
    return found


def what_it_does(removed: Sequence[str], added: Sequence[str]) -> list[str]:
    """What differs in how it runs."""
    if tuple(removed) == ANOTHER_ORDER:
        return ["has its lines in another order"]
    old, new = images(removed), images(added)
    updated = [f"updates {before} to {after}" for before in old for after in new if is_update(before, after)]
    lines = [line.lstrip("- ") if not line.startswith("-") else line for line in (*removed, *added)]
    return [*updated, *(said for said, pattern in CHANGED_PATTERNS if any(map(pattern.search, lines)))]


def images(lines: Sequence[str]) -> list[str]:
    """The images that lines name."""
    return [match["image"] for line in lines if (match := IMAGE.search(line.strip()))]


def source_of(image: str) -> str:
    """An image's name without its tag and digest."""
    name = image.partition("@")[0]
    head, _, tail = name.rpartition(":")
    return head if head and "/" not in tail else name


def is_update(before: str, after: str) -> bool:
    """Whether it is the same image with another tag."""
    return before != after and source_of(before) == source_of(after)


def first(names: set[str]) -> str:
    """One of them, always the same."""
    return min(names)
