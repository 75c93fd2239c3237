"""The effective settings, with what looks secret taken out, and the versions of what is installed."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import re
import sys
from typing import Any

from ..confine import confinement
from . import sources

__all__ = ["own_files", "packages", "settings"]

SECRET = re.compile(
    r"SECRET|PASSW|PASSPHRASE|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE|CREDENTIAL|SALT|PEPPER|FERNET|ENCRYPTION_KEY|SIGNING|DSN"
    r"|AUTH_?KEY|(^|_)PWD?$|(^|_)PASS$",
    re.IGNORECASE,
)
NOT_SECRET = re.compile(
    r"(LOCATION|NAME|HEADER|TYPE|FIELD|FIELDS|ENDPOINT|ALGORITHM|ALGORITHMS|METHOD|METHODS|EXPIRES|EXPIRY|LIFETIME|TTL|AGE"
    r"|PATH|MIN_LENGTH|MAX_LENGTH|ROUNDS|SCHEMES|HASH|CLAIM|ISSUER|AUDIENCE|DOMAIN|SAMESITE|SECURE|HTTPONLY|KEYWORD)S?$",
    re.IGNORECASE,
)
KNOWN_VALUE = re.compile(
    r"^(sk_live_|sk_test_|rk_live_|AKIA|ASIA|ghp_|gho_|github_pat_|xox[abp]-|AIza|SG\.|glpat-|eyJ[\w-]+\.|-----BEGIN|pypi-)"
)
URL_WITH_PASSWORD = re.compile(r"^[\w+.-]+://[^/\s:@]*:[^/\s@]+@")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
NOT_SAID = ("", "none", "null")
MOST_TEXT = 2000
"""Characters of a setting: a certificate fits, a page of data need not."""
RANDOM_LENGTH = 32
"""`secrets.token_hex(16)` has 32 characters; names and addresses of that length have words in them."""
RANDOM_ENTROPY = 3.5
"""Bits a character: 32 random hexadecimal digits have 3.6 on average, longer keys and larger alphabets more; digits in
order and repeated words have less."""
DEEPEST = 6
"""Settings nest two or three levels; one that holds itself ends here."""


def settings(application: Any, request: dict[str, Any]) -> dict[str, Any]:
    """`app.config` as JSON; what looks secret is a hash, a length, and whether it stands in the sources."""
    named = {request["scratch"]: "<scratch>", request["root"]: "<root>", request["folder"]: "<project>"}
    places = {place: named[place] for place in sorted(named, key=len, reverse=True)}
    return {
        str(name): safely_shown(str(name), value, places)
        for name, value in application.config.items()
        if not is_ours(name, value)
    }


def is_ours(name: Any, value: Any) -> bool:
    """Whether a setting is only what the probe told Flask (`from_prefixed_env` takes FLASK_APP for a setting too)."""
    return name == "APP" and value == os.environ.get("FLASK_APP")


def safely_shown(name: str, value: Any, places: dict[str, str]) -> Any:
    """One value; its type where it cannot be looked at outside of a request, as a proxy."""
    try:
        return shown(name, value, places)
    except Exception:  # the project's own objects answer here
        return f"<{type(value).__module__}.{type(value).__qualname__}>"


def shown(name: str, value: Any, places: dict[str, str], depth: int = 0) -> Any:  # noqa: PLR0911 - one a type
    """One value."""
    if isinstance(value, dict) and depth < DEEPEST:
        return {str(key): shown(str(key), inner, places, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)) and depth < DEEPEST:
        return [shown(name, inner, places, depth + 1) for inner in value]
    if isinstance(value, (set, frozenset)) and depth < DEEPEST:
        return sorted((shown(name, inner, places, depth + 1) for inner in value), key=repr)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    value = placed(value, places) if isinstance(value, str) else value
    if is_secret(name, value):
        return hidden(value)
    if isinstance(value, dt.timedelta):
        return f"timedelta({value.total_seconds():.15g} seconds)"
    words = value if isinstance(value, str) else placed(described(value), places)
    return words[:MOST_TEXT]


def placed(words: str, places: dict[str, str]) -> str:
    """A text without the folders that are others in every run."""
    for place, stands in places.items():
        words = words.replace(place, stands)
    return words


def described(value: Any) -> str:
    """What a value that JSON cannot hold is: the same in every run."""
    name = getattr(value, "__qualname__", None)
    if name is not None:
        return "{}.{}".format(getattr(value, "__module__", ""), name)
    try:
        words = ADDRESS.sub("", repr(value))
    except Exception:
        words = ""
    if not words or KNOWN_VALUE.search(words) or SECRET.search(words):
        return f"<{type(value).__module__}.{type(value).__qualname__}>"
    return words


def is_secret(name: str, value: Any) -> bool:
    """Whether a value must not be shown: by its name, or by what it looks like."""
    if isinstance(value, (bytes, bytearray)):
        return True
    if not isinstance(value, str):
        return SECRET.search(name) is not None and not NOT_SECRET.search(name) and type(value).__module__ != "datetime"
    if value.lower() in NOT_SAID:
        return False
    if SECRET.search(name) and not NOT_SECRET.search(name):
        return True
    return bool(KNOWN_VALUE.search(value) or URL_WITH_PASSWORD.search(value) or looks_random(value))


def looks_random(value: str) -> bool:
    """Whether a text looks like a key: long, of one word, with letters and digits mixed, and without order."""
    if len(value) < RANDOM_LENGTH or value.startswith(("/", ".", "<")) or not re.fullmatch(r"[\w+/=-]+", value):
        return False
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    shares = [value.count(letter) / len(value) for letter in set(value)]
    return -sum(share * math.log2(share) for share in shares) >= RANDOM_ENTROPY


def hidden(value: Any) -> dict[str, Any]:
    """What may be told of a secret."""
    data = bytes(value) if isinstance(value, (bytes, bytearray)) else str(value).encode("utf-8", "replace")
    return {"secret": hashlib.sha256(data).hexdigest()[:12], "length": len(data), "literal": is_literal(data)}


def is_literal(data: bytes) -> bool:
    """Whether a value stands in the project's own sources, so that everybody who reads them has it."""
    words = data.decode("utf-8", "replace")
    if words in os.environ.values():
        return False
    return any(words in sources.text(path) for path in own_files())


def own_files() -> list[str]:
    """The project's own modules that were imported, as files."""
    paths = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    real = {os.path.realpath(path) for path in paths if path and path.startswith(confinement.current().folder)}
    return sorted(path for path in real if sources.is_own(path))


def packages() -> dict[str, str]:
    """Versions of what is installed, read from the names of the folders that say so."""
    found: dict[str, str] = {}
    for entry in sys.path:
        try:
            names = os.listdir(entry or ".")
        except OSError:
            continue
        for name in names:
            match = re.match(r"^(.+?)-([^-]+)\.(?:dist|egg)-info$", name) or re.match(
                r"^(.+?)-([^-]+)-py[\d.]+\.egg-info$", name
            )
            if match:
                found.setdefault(re.sub(r"[-_.]+", "-", match.group(1)).lower(), match.group(2))
    return found
