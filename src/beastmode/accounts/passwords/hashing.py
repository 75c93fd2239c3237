"""Passwords: the requirements, how they are stored, and how they are compared.

argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, two passes, one lane), over the text in
normal form NFC, because keyboards produce the same letter in different ways (NIST SP 800-63B, 3.1.1.2). Hashes created
by werkzeug (scrypt, pbkdf2) are accepted and reported as outdated, and so are hashes of text in another normal form.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

from beastmode.core.secrets import SecretText

SHORTEST = 8
LONGEST = 256

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# The hash of a random password that nobody knows. It has the hasher's parameters, so that comparing with it costs the
# same as with a real hash; a test checks that.
DECOY = "$argon2id$v=19$m=19456,t=2,p=1$zfVKLSt3FHHkTCf768WclQ$RGHuMfBSHJRNYiNVCalHvlDBn4BX3KdIMMixsdZrUiU"

_COMPOSITION = (
    (re.compile(r"[A-Z]"), "Password must contain at least one uppercase letter"),
    (re.compile(r"[a-z]"), "Password must contain at least one lowercase letter"),
    (re.compile(r"[0-9]"), "Password must contain at least one number"),
)


@dataclass(frozen=True, slots=True)
class Match:
    """The result of comparing a password with a stored hash.

    Attributes:
        is_right: Whether the password matches.
        is_outdated: Whether the hash was created with other parameters than today's, and should be replaced.
    """

    is_right: bool
    is_outdated: bool = False


def weaknesses(
    password: str, rules: str = "length", about: Iterable[str] = (), *, may_be_common: bool = False
) -> list[str]:
    """What is wrong with a new password, one sentence each; empty if it is valid.

    Args:
        password: The new password; its length is counted in characters.
        rules: `length` (NIST SP 800-63B) or `composition` (upper case, lower case and digit too), as in PASSWORD_RULES.
        about: What others know about the owner: the email address, its local part, the name.
        may_be_common: Whether common passwords are allowed, as in a test.
    """
    problems = []
    if len(_normal(password)) < SHORTEST:
        problems.append(f"Password must be at least {SHORTEST} characters long")
    if len(password) > LONGEST:
        problems.append(f"Password must be at most {LONGEST} characters long")
    if not _is_text(password):
        problems.append("Password must be valid Unicode text")
    if rules == "composition":
        problems += [sentence for wanted, sentence in _COMPOSITION if not wanted.search(password)]
    if not problems and not may_be_common and _is_common(password):
        problems.append("Password is too common; choose one that others do not use")
    if not problems and folded(password) in {folded(text) for text in about}:
        problems.append("Password must not be your email address or name")
    return problems


def _is_common(password: str) -> bool:
    """Whether a password is among the 16 thousand most common ones, ignoring case.

    Args:
        password: The new password.
    """
    return folded(password) in common_passwords()


@cache
def common_passwords() -> frozenset[str]:
    """The most common passwords of at least eight characters; read on first use."""
    packed = files(__package__).joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().strip("\n").split("\n"))


def folded(text: str) -> str:
    """A string in the form for case-insensitive comparison."""
    return unicodedata.normalize("NFC", text.casefold())


def _normal(password: str) -> SecretText:
    """A password in the normal form that is hashed."""
    return SecretText(unicodedata.normalize("NFC", password))


def hash_password(password: str) -> str:
    """The argon2id hash to store for a password, in PHC string format, with salt and parameters.

    Args:
        password: A password in which `weaknesses` found nothing.
    """
    return hasher.hash(_normal(password))


def match(stored: str, password: str) -> Match:
    """Whether a password matches a stored hash, and whether that hash is outdated.

    Args:
        stored: An argon2 hash of any variant, or a werkzeug hash (scrypt, pbkdf2).
        password: What the caller says the password is.
    """
    if not _is_text(password):
        match_nothing("")
        return Match(is_right=False)
    matched = _match_form(stored, _normal(password))
    if not matched.is_right and _normal(password) != password:
        # The hash may be from before passwords were normalized.
        matched = _match_form(stored, password)
        return Match(matched.is_right, is_outdated=matched.is_right)
    return matched


def _match_form(stored: str, password: str) -> Match:
    """The same for a password without normalizing it."""
    if not stored.startswith("$argon2"):
        return Match(is_right=_matches_werkzeug(stored, password), is_outdated=True)
    try:
        hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return Match(is_right=False)
    return Match(is_right=True, is_outdated=hasher.check_needs_rehash(stored))


def match_nothing(password: str) -> Match:
    """Do the work of a comparison without a hash, so that the duration does not reveal who has an account.

    Args:
        password: What the caller says the password is.
    """
    match(DECOY, password)
    return Match(is_right=False)


def _matches_werkzeug(stored: str, password: str) -> bool:
    """Whether this is a werkzeug hash of this password; a damaged hash matches no password."""
    try:
        return check_password_hash(stored, password)
    except ValueError:
        return False


def _is_text(password: str) -> bool:
    """Whether this can be encoded as UTF-8; JSON can contain half a surrogate pair, which cannot."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return True
