"""What protects callers and the server: certificates, tokens, hashes, headers, cookies, origins."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.security import HeaderChanged
from beastmode_tools.guard.code.compare.templates import TemplateRisk
from beastmode_tools.guard.code.rules.row import row
from beastmode_tools.guard.code.rules.security import ends, on_call, owner, subject_of
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

EXTENSIONS = {"Talisman", "CSRFProtect", "SeaSurf", "LoginManager", "JWTManager", "Limiter", "Security"}
WEAK_HASHES = ("md5", "sha1", "plaintext", "des_crypt", "hex_")
HEADERS = re.compile(
    r"X-Frame-Options|Content-Security-Policy|Strict-Transport-Security|X-Content-Type-Options|Referrer-Policy|Permissions-Policy|"
    r"Cross-Origin-\w+-Policy|X-XSS-Protection",
    re.IGNORECASE,
)


UNVERIFIED = re.compile(
    r"\bverify=False|\bcert_reqs=(?:ssl\.)?CERT_NONE|check_hostname=False|verify_ssl=False|ssl=False"
)
DECODES = re.compile(r"(?:jwt|jose|jws|authlib|joserfc).*decode$")
UNCHECKED = re.compile(r"verify=False|['\"]?verify_(?:signature|exp|aud|iss)['\"]?\s*[:=]\s*False|['\"]none['\"]")
STAR = re.compile(r"origins['\"]?\s*[=:]\s*\[?\s*['\"]\*|origins=['\"]?\.\*")
CREDENTIALS = "supports_credentials=True"
HASHERS = ("generate_password_hash", "pbkdf2_hmac", "gensalt", "CryptContext", "PasswordHasher", "using")


def skips_certificate(change: CallChanged) -> bool:
    """Whether a call connects without a look at the certificate."""
    unverified = UNVERIFIED.search(change.new or "") and not re.search(r"\bdecode$", change.name)
    return bool(ends(change, "_create_unverified_context") or unverified)


@rule("token-check-weakened", CallChanged)
def token_check_weakened(change: CallChanged) -> Iterator[Match]:
    """A token is accepted without verifying it, or with other algorithms."""
    if change.new is None or not DECODES.search(change.name):
        return
    old, new = dict(change.old_keywords).get("algorithms"), dict(change.new_keywords).get("algorithms")
    fields = {"owner": owner(change), "old_algorithms": old, "new_algorithms": new}
    is_lost = change.old is not None and old is not None and new is None
    if UNCHECKED.search(change.new) or is_lost:
        yield Match(where(change), subject_of(change), fields, "unverified")
    elif change.old is not None and old != new:
        yield Match(where(change), subject_of(change), fields, "algorithms", verdict=Verdict.CAUTIOUS)


def hashes_weaker(change: CallChanged) -> bool:
    """Whether passwords are hashed by a fast algorithm, or in fewer rounds than before."""
    new = change.new or ""
    if ends(change, *HASHERS):
        return any(each in new for each in WEAK_HASHES) or fewer_rounds(change.old, new)
    is_digest = change.old is None and re.search(r"hashlib\.(?:md5|sha1)$", change.name)
    return bool(is_digest and re.search(r"passw", f"{new} {change.scope}", re.IGNORECASE))


def fewer_rounds(old: str | None, new: str) -> bool:
    """Whether a number of the call is lower than before: rounds, iterations, memory."""
    before, after = re.findall(r"\d{1,9}", old or ""), re.findall(r"\d{1,9}", new)
    return (
        bool(before) and len(before) == len(after) and any(int(b) < int(a) for a, b in zip(before, after, strict=True))
    )


@rule("security-extension-changed", CallChanged)
def security_extension_changed(change: CallChanged) -> Iterator[Match]:
    """An extension that protects every request is removed, new, or gets other options."""
    last = change.name.rpartition(".")[2]
    fields = {"extension": last}
    if change.new is None:
        by_init = last == "init_app" and re.search(r"csrf|talisman|limiter|login|jwt|cors", change.name)
        if last in EXTENSIONS or by_init:
            yield Match(where(change), subject_of(change), fields, "removed")
    elif last in EXTENSIONS and change.old is None:
        yield Match(where(change), subject_of(change), fields, "added", verdict=Verdict.CAUTIOUS)
    elif last in EXTENSIONS:
        yield Match(where(change), subject_of(change), fields, "options")


@rule("security-header-changed", HeaderChanged)
def security_header_changed(change: HeaderChanged) -> Iterator[Match]:
    """A header that protects browsers is removed or has another value."""
    protects = bool(HEADERS.search(change.header))
    is_origin = change.header.lower() == "access-control-allow-origin"
    message, verdict = "other", Verdict.CAUTIOUS
    if protects and change.old is not None:
        message, verdict = "removed" if change.new is None else "changed", Verdict.DANGEROUS
    elif is_origin and change.new is not None and "*" in change.new:
        message, verdict = "any-origin", Verdict.DANGEROUS
    elif change.old is None:
        message, verdict = ("added", Verdict.CAUTIOUS) if protects else ("harmless", Verdict.SAFE)
    yield Match(where(change), f"{change.path} header {change.header}", {}, message, verdict=verdict)


@rule("cors-widened", CallChanged)
def cors_widened(change: CallChanged) -> Iterator[Match]:
    """Other sites may call the API with the visitor's browser."""
    if change.new is None or not ends(change, "CORS", "cross_origin"):
        return
    star = bool(STAR.search(change.new)) or "origins" not in change.new
    was_star = change.old is not None and ("*" in change.old or "origins" not in change.old)
    credentials, had_credentials = (CREDENTIALS in (each or "") for each in (change.new, change.old))
    if star and credentials and not (was_star and had_credentials):
        yield Match(where(change), subject_of(change), {}, "credentials")
    elif star and not was_star:
        verdict = None if change.old is not None else Verdict.CAUTIOUS
        yield Match(where(change), subject_of(change), {}, "any-origin", verdict=verdict)
    else:
        evidence = f"{change.old} -> {change.new}"
        yield Match(where(change), subject_of(change), {}, "origins", evidence, verdict=Verdict.CAUTIOUS)


def lost_flags(change: CallChanged) -> list[str]:
    """The flags that a cookie was set with and is no longer."""
    if not ends(change, "set_cookie") or change.old is None or change.new is None:
        return []
    old, new = dict(change.old_keywords), dict(change.new_keywords)
    lost = [name for name in ("secure", "httponly") if old.get(name) is True and new.get(name) is not True]
    if old.get("samesite") and (not new.get("samesite") or str(new["samesite"]).lower() == "none"):
        lost.append("samesite")
    return lost


RULES = (
    on_call("certificate-check-disabled", skips_certificate),
    token_check_weakened,
    on_call("password-hash-weakened", hashes_weaker, evidence=lambda c: f"{c.old or ''} -> {c.new}"),
    security_extension_changed,
    security_header_changed,
    cors_widened,
    row(
        "cookie-protection-removed",
        CallChanged,
        lambda c: bool(lost_flags(c)),
        subject=subject_of,
        evidence=lambda c: f"{c.old} -> {c.new}",
        flags=lambda c: ", ".join(lost_flags(c)),
    ),
    row(
        "proxy-trust-changed",
        CallChanged,
        lambda c: ends(c, "ProxyFix"),
        subject=subject_of,
        before=lambda c: c.old or "nothing",
        after=lambda c: c.new or "nothing",
    ),
    row(
        "csrf-token-removed",
        TemplateRisk,
        lambda c: c.what == "csrf token removed",
        subject="{path} csrf token",
    ),
)
