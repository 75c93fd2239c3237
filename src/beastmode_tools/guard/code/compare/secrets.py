"""Secrets written into files, told by known prefixes, by the name that they are given, and by how random they look."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.source.digest import digest
from beastmode_tools.source.files import is_example, is_test, kind_of
from beastmode_tools.source.public_names import is_version
from beastmode_tools.source.sides import FileChange

__all__ = ["SecretFound", "compare_secrets", "is_code", "looks_secret"]

KNOWN = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Stripe key", r"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("a Slack webhook", r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("an OpenAI or Anthropic key", r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    ("a package index token", r"\b(?:pypi-AgEI[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{36})"),
    ("a private key", r"-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY"),
    ("a Twilio key", r"\bSK[0-9a-f]{32}\b"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
)  # fmt: skip - a table
PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in KNOWN)
WORTH_A_LOOK = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|_live_|xox|slack|AIza|SG\.|sk-|pypi-|npm_|PRIVATE|SK[0-9a-f]|eyJ|://|"
    r"secret|passw|token|key|salt|credential",
    re.IGNORECASE,
)
HINT = re.compile(r"secret|passw|token|key|salt|credential", re.IGNORECASE)
NAMED = re.compile(
    r"""(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,60}?(?:secret|passw(?:or)?d|passwd|token|api[_-]?key|private[_-]?key|access[_-]?key|salt|credential|signing[_-]?key)"""
    r"""[\w-]*|(?:secret|passw(?:or)?d|passwd|token|api[_-]?key)[\w-]*)["'\]]*\s*(?::\s*\w+\s*)?(?:=|:)\s*(?P<fallback>[\w.]*(?:getenv|environ\.get|env|config)\(\s*"""
    r"""["'][^"']*["']\s*,\s*(?:default\s*=\s*)?)?b?(?P<quote>["'])(?P<value>[^"']{4,})(?P=quote)""",
    re.IGNORECASE,
)
PLAIN = re.compile(
    r"^\s*(?:export\s+|ENV\s+|-\s+)?(?P<name>\w*(?:SECRET|PASSW(?:OR)?D|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)\w*)\s*[=:]\s*(?P<value>[^\s\"'#]{6,})\s*$",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\b[a-z][a-z0-9+]*://[^\s:/@\"']*:(?P<value>[^\s:/@\"'{}$<>]{3,})@(?P<host>[\w.-]+)")
PLACEHOLDER = re.compile(
    r"\.\.\.|…|change.?me|example|placeholder|your[-_]|xxx+|\*\*\*|<[^>]*>|\$\{|\{\{|%\(|^\$|todo|dummy|fake|redacted|insert|replace|"
    r"^(?:none|null|true|false|test|password|passwd|postgres|root|admin|user|guest|secret|token|string|str)$",
    re.IGNORECASE,
)
HARMLESS_NAME = re.compile(
    r"(?:url|uri|path|file|name|field|header|prefix|type|label|help|message|error|hint|placeholder|expires?\w*|lifetime|length|location|"
    r"algorithm|class|id|param|template|endpoint|column|schema|scheme|policy|validator|regex|pattern|env|salt|issuer|audience|required|view|route|commit|sha(?:1|256|512)?|digest|checksum|integrity|version|revision|branch|_tag|_ref)$",
    re.IGNORECASE,
)
ENTRY_POINT = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+:[a-z_]\w*")
"""Where a command of a package starts: `shop.admin.keys:main`."""
CALL = re.compile(r"[\w.]+[(\[]")
ATTRIBUTE = re.compile(
    r"(?:[a-z_]+\d{0,2}|[A-Z_]+\d{0,2}|(?:[A-Z][a-z]+)+)(?:\.(?:[a-z_]+\d{0,2}|[A-Z_]+\d{0,2}|(?:[A-Z][a-z]+)+))+,?"
)
"""A name in code: `settings.API_KEY`."""
UNREAD = {"documentation", "translation", "static", "client code", "template"}
NO_SECRET = ("/", "http://", "https://", "./", "#/", "urn:")
LOCK = re.compile(r"(?:\.lock|lock\.json|lock\.yaml|requirements[^/]*\.txt|\.svg|\.min\.js)$")
LONGEST = 2000
"""Characters of a line; longer ones are generated (bundles, data), and patterns take long on them."""
SETTINGS_FILE = "beastmode.toml"
LOCAL = {
    "localhost",
    "127.0.0.1",
    "db",
    "postgres",
    "redis",
    "mysql",
    "database",
    "rabbitmq",
    "host",
    "mongo",
}


@dataclass(frozen=True, slots=True)
class SecretFound:
    """A secret that stands in a file now and did not before; never the secret itself.

    Args:
        path: Its file.
        line: Its line.
        name: What it is given to, or what kind it is.
        kind: How it was recognised.
        is_fallback: Whether it is used only where the environment gives none.
        is_weak: Whether it is a word for development, not a random value.
    """

    path: str
    line: int
    name: str
    kind: str
    is_fallback: bool
    is_weak: bool
    content: str = ""


def compare_secrets(changes: tuple[FileChange, ...]) -> Iterator[SecretFound]:
    """Secrets on lines that are new, one for each name and file; what stood in another file before was only moved."""
    before = frozenset(known_before(changes))
    for change in changes:
        if change.new is None or change.is_binary or is_example(change.path) or LOCK.search(change.path):
            continue
        known = {line.strip() for line in (change.old or "").splitlines()}
        seen = set()
        for number, line in enumerate(change.new.splitlines(), 1):
            if not WORTH_A_LOOK.search(line) or line.strip() in known:
                continue
            known.add(line.strip())
            if len(line) < LONGEST:
                for found in secrets_of(change.path, number, line):
                    is_moved = not before.isdisjoint({(found.content, False), (found.content, found.is_fallback)})
                    if found.name not in seen and not is_moved:
                        seen.add(found.name)
                        yield found


def known_before(changes: tuple[FileChange, ...]) -> Iterator[tuple[str, bool]]:
    """What the old sides of changed files hold, and whether it is used only where the environment gives none."""
    for change in changes:
        path = change.old_path or change.path
        if change.old is None or change.is_binary or is_example(path) or LOCK.search(path):
            continue
        for number, line in enumerate(change.old.splitlines(), 1):
            if WORTH_A_LOOK.search(line) and len(line) < LONGEST:
                yield from ((found.content, found.is_fallback) for found in secrets_of(path, number, line))


def secrets_of(path: str, number: int, line: str) -> Iterator[SecretFound]:
    """The secrets on one line."""
    for kind, pattern in PATTERNS:
        if (match := pattern.search(line)) and not PLACEHOLDER.search(match.group()):
            content = digest(match.group())
            yield SecretFound(path, number, kind, "prefix", is_fallback=False, is_weak=False, content=content)
            return
    if path.rpartition("/")[2] == SETTINGS_FILE:
        return  # what [guard] environment gives is for scratch only
    if is_test(path) or kind_of(path) in UNREAD or line.lstrip().startswith(("#", "//", "*", ">>>")):
        return
    if (match := ADDRESS.search(line)) and not PLACEHOLDER.search(match["value"]) and match["host"] not in LOCAL:
        yield SecretFound(
            path,
            number,
            f"the password for {match['host']}",
            "address",
            is_fallback="get" in line,
            is_weak=False,
            content=digest(match["value"]),
        )
        return
    if HINT.search(line):
        yield from named(path, number, line)


def named(path: str, number: int, line: str) -> Iterator[SecretFound]:
    """A secret told by the name that it is given."""
    for match in NAMED.finditer(line):
        name, value = match["name"].rpartition(".")[2].strip("\"'[]"), match["value"]
        if HARMLESS_NAME.search(name) or not looks_secret(name, value):
            continue
        yield SecretFound(
            path,
            number,
            name,
            "name",
            is_fallback=bool(match["fallback"]),
            is_weak=is_weak(value),
            content=digest(value),
        )
    if not path.endswith(".py") and (plain := PLAIN.match(line)):
        name, value = plain["name"], plain["value"]
        if not HARMLESS_NAME.search(name) and looks_secret(name, value) and not CALL.match(value):
            yield SecretFound(
                path, number, name, "name", is_fallback=False, is_weak=is_weak(value), content=digest(value)
            )


def looks_secret(name: str, value: str) -> bool:
    """Whether a text is a secret and not a name, a message or a placeholder."""
    if re.search(r"SECRET_KEY$", name, re.IGNORECASE):
        return not re.search(r"<[^>]*>|\$\{|\{\{|^\$", value)  # whatever it is, sessions are signed with it
    if ENTRY_POINT.fullmatch(value) or is_version(value) or words_of(value) == words_of(name):
        return False
    if PLACEHOLDER.search(value) or " " in value or value.startswith(NO_SECRET):
        return False
    # Words in small letters have up to 3.6 bits a character; only where a password is asked for are they one.
    if re.fullmatch(r"[a-z]+(?:[_.-][a-z]+)*", value) and entropy(value) < 3.6:
        # `test`, `admin`, `guest` and the like are what a placeholder is called.
        return bool(re.search(r"passw(?:or)?d$|passwd$|pwd$", name, re.IGNORECASE)) and len(value) > 5
    # Six different characters have 2.58 bits each; what has less repeats itself (`foobar`, `xxxxxx`).
    return len(value) >= 6 and (entropy(value) > 2.5 or bool(re.search(r"passw(?:or)?d$", name, re.IGNORECASE)))


def words_of(text: str) -> str:
    """The letters of a name, however it is written: `ResetPassword = "reset_password"` is a word for itself."""
    return re.sub(r"[^a-z]", "", text.lower())


def is_code(value: str) -> bool:
    """Whether a text without quotes is a call or an attribute, and so no value."""
    return bool(CALL.match(value) or ATTRIBUTE.fullmatch(value))


def is_weak(value: str) -> bool:
    """Whether the text is words for development and no random value."""
    return bool(
        PLACEHOLDER.search(value)
        or re.search(r"\bdev|devel|local|default|insecure|secret|test|key", value, re.IGNORECASE)
    )


def entropy(text: str) -> float:
    """Bits a character."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
