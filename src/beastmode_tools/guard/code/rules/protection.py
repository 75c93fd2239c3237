"""What protects callers and the server: certificates, tokens, hashes, headers, cookies, origins."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.security import HeaderChanged
from beastmode_tools.guard.code.compare.templates import TemplateRisk
from beastmode_tools.guard.code.rules.security import ends, subject_of
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

EXTENSIONS = {"Talisman", "CSRFProtect", "SeaSurf", "LoginManager", "JWTManager", "Limiter", "Security"}
WEAK_HASHES = ("md5", "sha1", "plaintext", "des_crypt", "hex_")
HEADERS = re.compile(
    r"X-Frame-Options|Content-Security-Policy|Strict-Transport-Security|X-Content-Type-Options|Referrer-Policy|Permissions-Policy|"
    r"Cross-Origin-\w+-Policy|X-XSS-Protection",
    re.IGNORECASE,
)


@rule("certificate-check-disabled", Verdict.DANGEROUS, CallChanged)
def certificate_check_disabled(change: CallChanged) -> Iterator[Found]:
    """A connection no longer looks whom it talks to."""
    if change.new is None:
        return
    unchecked = re.search(
        r"\bverify=False|\bcert_reqs=(?:ssl\.)?CERT_NONE|check_hostname=False|verify_ssl=False|ssl=False", change.new
    )
    if ends(change, "_create_unverified_context") or (unchecked and not re.search(r"\bdecode$", change.name)):
        problem = f"{change.scope or change.path} talks to a server without checking its certificate: {change.new}"
        instead = "Give the certificate of a private authority by verify='/path/ca.pem'."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("token-check-weakened", Verdict.DANGEROUS, CallChanged)
def token_check_weakened(change: CallChanged) -> Iterator[Found]:
    """A token is believed without a look at its signature, or by other algorithms."""
    if change.new is None or not re.search(r"(?:jwt|jose|jws|authlib|joserfc).*decode$", change.name):
        return
    unchecked = re.search(
        r"verify=False|['\"]?verify_(?:signature|exp|aud|iss)['\"]?\s*[:=]\s*False|['\"]none['\"]", change.new
    )
    old, new = dict(change.old_keywords).get("algorithms"), dict(change.new_keywords).get("algorithms")
    lost = change.old is not None and old is not None and new is None
    if unchecked or lost:
        problem = f"{change.scope or change.path} believes tokens that it does not check: {change.new}"
        instead = "Keep the signature, expiry and audience checked, and name the algorithms."
        yield Found(where(change), problem, instead, subject_of(change))
    elif change.old is not None and old != new:
        problem = f"{change.scope or change.path} takes other algorithms for tokens: {old} became {new}"
        instead = "Tokens that are signed by the old algorithm are refused: take both until they have run out."
        yield Found(where(change), problem, instead, subject_of(change), verdict=Verdict.CAUTIOUS)


@rule("password-hash-weakened", Verdict.DANGEROUS, CallChanged)
def password_hash_weakened(change: CallChanged) -> Iterator[Found]:
    """Passwords are hashed in a way that is quicker to guess."""
    if change.new is None or not ends(
        change, "generate_password_hash", "pbkdf2_hmac", "gensalt", "CryptContext", "PasswordHasher", "using"
    ):
        weak_digest = (
            change.new is not None and change.old is None and re.search(r"hashlib\.(?:md5|sha1)$", change.name)
        )
        if not weak_digest or not re.search(r"passw", f"{change.new} {change.scope}", re.IGNORECASE):
            return
    elif not any(each in change.new for each in WEAK_HASHES) and not fewer_rounds(change.old, change.new):
        return
    problem = f"{change.scope or change.path} hashes passwords in a weaker way: {change.new}"
    instead = "Use argon2 or scrypt with the library's defaults, and hash again when people sign in."
    yield Found(where(change), problem, instead, subject_of(change), f"{change.old or ''} -> {change.new}")


def fewer_rounds(old: str | None, new: str) -> bool:
    """Whether a number of the call is lower than before: rounds, iterations, memory."""
    before, after = re.findall(r"\d{1,9}", old or ""), re.findall(r"\d{1,9}", new)
    return (
        bool(before) and len(before) == len(after) and any(int(b) < int(a) for a, b in zip(before, after, strict=True))
    )


@rule("security-extension-removed", Verdict.DANGEROUS, CallChanged)
def security_extension_removed(change: CallChanged) -> Iterator[Found]:
    """An extension that protects every request is no longer installed."""
    last = change.name.rpartition(".")[2]
    if change.new is None and (
        last in EXTENSIONS or (last == "init_app" and re.search(r"csrf|talisman|limiter|login|jwt|cors", change.name))
    ):
        problem = f"{change.old} is gone: what it did for every request is not done any more"
        yield Found(where(change), problem, "Put it back, or show what does the same now.", subject_of(change))


@rule("security-extension-changed", Verdict.DANGEROUS, CallChanged)
def security_extension_changed(change: CallChanged) -> Iterator[Found]:
    """An extension that protects every request gets other options, or is new."""
    last = change.name.rpartition(".")[2]
    if change.new is None or last not in EXTENSIONS:
        return
    if change.old is None:
        problem = f"{change.new} is new: requests that were answered before may be refused"
        instead = (
            "Try every client against it before the deploy; begin with a mode that only reports, where there is one."
        )
        yield Found(where(change), problem, instead, subject_of(change), verdict=Verdict.CAUTIOUS)
        return
    problem = f"{last} is installed with other options: {change.old} became {change.new}"
    instead = "Say for each option what it let through before and what it lets through now."
    yield Found(where(change), problem, instead, subject_of(change))


@rule("security-header-changed", Verdict.DANGEROUS, HeaderChanged)
def security_header_changed(change: HeaderChanged) -> Iterator[Found]:
    """A header that protects browsers is gone or says something else."""
    subject = f"{change.path} header {change.header}"
    if HEADERS.search(change.header) and change.old is not None:
        how = "is no longer set" if change.new is None else f"was {change.old} and is {change.new}"
        instead = "Keep it; browsers rely on it from one answer to the next."
        yield Found(where(change), f"the header {change.header} {how}", instead, subject)
    elif change.header.lower() == "access-control-allow-origin" and change.new is not None and "*" in change.new:
        problem = "every site may read the answers: Access-Control-Allow-Origin is *"
        yield Found(where(change), problem, "Name the sites.", subject)
    elif change.old is None or not HEADERS.search(change.header):
        problem = f"the header {change.header} {'is new' if change.old is None else 'differs'}"
        verdict = Verdict.SAFE if change.old is None and not HEADERS.search(change.header) else Verdict.CAUTIOUS
        instead = "Look in a browser's console whether pages still load." if verdict else ""
        yield Found(where(change), problem, instead, subject, verdict=verdict)


@rule("cors-widened", Verdict.DANGEROUS, CallChanged)
def cors_widened(change: CallChanged) -> Iterator[Found]:
    """Other sites may call the API with the visitor's browser."""
    if change.new is None or not ends(change, "CORS", "cross_origin"):
        return
    star = (
        bool(re.search(r"origins['\"]?\s*[=:]\s*\[?\s*['\"]\*|origins=['\"]?\.\*", change.new))
        or "origins" not in change.new
    )
    was_star = change.old is not None and (bool(re.search(r"\*", change.old)) or "origins" not in change.old)
    credentials = "supports_credentials=True" in change.new
    if star and credentials and (not was_star or "supports_credentials=True" not in (change.old or "")):
        problem = f"every site may call it with the visitor's cookies: {change.new}"
        yield Found(where(change), problem, "Name the sites: origins=['https://app.example.org'].", subject_of(change))
    elif star and not was_star:
        problem = f"every site may call it and read the answer: {change.new}"
        verdict = None if change.old is not None else Verdict.CAUTIOUS
        yield Found(where(change), problem, "Name the sites that shall.", subject_of(change), verdict=verdict)
    else:
        problem = f"other sites than before may call it: {change.new}"
        verdict = Verdict.CAUTIOUS
        instead = "A site that is no longer named fails in browsers only; try it there."
        yield Found(
            where(change), problem, instead, subject_of(change), f"{change.old} -> {change.new}", verdict=verdict
        )


@rule("cookie-protection-removed", Verdict.DANGEROUS, CallChanged)
def cookie_protection_removed(change: CallChanged) -> Iterator[Found]:
    """A cookie is set without a flag that protected it."""
    if not ends(change, "set_cookie") or change.old is None or change.new is None:
        return
    old, new = dict(change.old_keywords), dict(change.new_keywords)
    lost = [name for name in ("secure", "httponly") if old.get(name) is True and new.get(name) is not True]
    if old.get("samesite") and (not new.get("samesite") or str(new["samesite"]).lower() == "none"):
        lost.append("samesite")
    if lost:
        problem = f"a cookie loses {', '.join(lost)}: {change.new}"
        instead = "Keep secure, httponly and samesite; switch secure off on a desk only, by a setting."
        yield Found(where(change), problem, instead, subject_of(change), f"{change.old} -> {change.new}")


@rule("proxy-trust-changed", Verdict.CAUTIOUS, CallChanged)
def proxy_trust_changed(change: CallChanged) -> Iterator[Found]:
    """Whose word about the caller's address is taken differs."""
    if ends(change, "ProxyFix"):
        problem = f"forwarded headers are trusted otherwise: {change.old or 'nothing'} became {change.new or 'nothing'}"
        instead = "Trust as many proxies as really stand in front: one more and callers choose their own address."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("csrf-token-removed", Verdict.DANGEROUS, TemplateRisk)
def csrf_token_removed(change: TemplateRisk) -> Iterator[Found]:
    """A form no longer carries its token."""
    if change.what == "csrf token removed":
        problem = f"a form in {change.path} lost its CSRF token: it is refused, or was taken out of the protection"
        yield Found(where(change), problem, "Put {{ csrf_token() }} back.", f"{change.path} csrf token")


RULES = (
    certificate_check_disabled,
    token_check_weakened,
    password_hash_weakened,
    security_extension_removed,
    security_extension_changed,
    security_header_changed,
    cors_widened,
    cookie_protection_removed,
    proxy_trust_changed,
    csrf_token_removed,
)
