"""Gates on programs, pages, recipes and queries: what may run, and with which arguments."""

import ipaddress
import re
from urllib.parse import urlsplit

from beastmode_tools.agent.gate.decision import Refused
from beastmode_tools.agent.gate.effect import ApplyRecipe, Effect, OpenUrl, QueryDatabase, RunCommand, writes
from beastmode_tools.agent.gate.facts import Facts
from beastmode_tools.agent.gate.grants import Grants

__all__ = ["COMMANDS", "RECIPES", "command", "may_write", "page", "query", "recipe"]

COMMANDS: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (("flask", "routes"), frozenset(("--sort", "--all-methods"))),
    (("flask", "db", "migrate"), frozenset(("-m", "--message"))),
    (("flask", "db", "heads"), frozenset(("-v", "--verbose"))),
    (("flask", "db", "history"), frozenset(("-v", "--verbose"))),
    (("flask", "db", "check"), frozenset()),
    (("flask", "beastmode", "settings"), frozenset(("--describe",))),
    (("flask", "beastmode", "doctor"), frozenset(("--json",))),
    (("ruff", "check"), frozenset(("--fix", "-q"))),
    (("ruff", "format"), frozenset(("-q", "--check", "--diff"))),
    (("mypy",), frozenset()),
    (("git", "status"), frozenset(("--short", "--porcelain"))),
    (("git", "log"), frozenset(("--oneline", "-n", "--stat"))),
    (("git", "diff"), frozenset(("--stat", "--name-only"))),
)
"""Programs that a run may start, and the options that each may have. `upgrade` and `downgrade` are not among them: the
harness proves migrations on databases of its own, and tests are run by the harness alone."""
RECIPES = ("add", "change")
"""Commands of `beast` that change a project and have an exact inverse."""
WORD = re.compile(r"[\w.,:/=@+ '\"()!?%-]*")
READING = re.compile(r"\s*(?:select|with|values|explain(?!\s+analy[sz]e))\b", re.IGNORECASE)


def may_write(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """Who only reads changes nothing."""
    if writes(effect) and not grants.may_write:
        return Refused("This client may only read.", "Ask the person to start a run: beast do.", "may_write")
    return None


def command(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """A program is on the list, with options that are on it, and with words that name nothing outside."""
    if not isinstance(effect, RunCommand):
        return None
    for start, options in COMMANDS:
        if effect.arguments[: len(start)] == start:
            return next((wrong for each in effect.arguments[len(start) :] if (wrong := bad_word(each, options))), None)
    names = ", ".join(" ".join(start) for start, _ in COMMANDS)
    return Refused(f"`{' '.join(effect.arguments)[:120]}` is not on the list.", f"Commands are {names}.", "command")


def bad_word(word: str, options: frozenset[str]) -> Refused | None:
    """A word that a listed program may not have."""
    if word.startswith("-") and word.partition("=")[0] not in options:
        allowed = ", ".join(sorted(options)) or "none"
        return Refused(f"the option {word[:60]!r} is not on the list.", f"Options here are {allowed}.", "command")
    if not WORD.fullmatch(word) or word.startswith(("/", "~")) or ".." in word or "://" in word:
        return Refused(f"{word[:60]!r} is not a plain word or a path of the project.", "Leave it out.", "command")
    return None


def recipe(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """A recipe is one that changes a project, with words that any shell would hand over whole."""
    if not isinstance(effect, ApplyRecipe):
        return None
    if not effect.words or effect.words[0] not in RECIPES:
        return Refused(
            f"`beast {' '.join(effect.words[:1])}` is not a recipe.", "Recipes begin with add or change.", "recipe"
        )
    strange = [word for word in effect.words if not word.isprintable() or word in ("--python", "--help", "-h")]
    if strange:
        return Refused(f"{strange[0][:60]!r} is not a word of a recipe.", "Leave it out.", "recipe")
    return None


def page(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """A page is on a host that the person named, over HTTP; private addresses are refused again after resolving."""
    if not isinstance(effect, OpenUrl):
        return None
    instead = "Ask the person to name the URL in the request, or to add its host to [agent] hosts."
    try:
        url = urlsplit(effect.url)
        host, port = (url.hostname or "").rstrip(".").lower(), url.port
    except ValueError:
        return Refused(f"{effect.url[:80]!r} is not a URL.", instead, "page")
    if url.scheme not in ("http", "https") or not host or url.username or url.password:
        return Refused(f"{effect.url[:80]!r} is not an http or https URL without a login.", instead, "page")
    if is_address(host) or host == "localhost" or host.endswith((".localhost", ".internal", ".local")):
        return Refused(f"{host} is an address of this network.", instead, "page")
    if host not in grants.hosts or port not in (None, 80, 443):
        return Refused(f"{host} is not among the hosts of this run.", instead, "page")
    return None


def is_address(host: str) -> bool:
    """Whether a host is written as an address, in any form that a resolver takes."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*", host))
    return True


def query(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """A query begins as one that reads; the engine's read-only transaction is what holds it to that."""
    if not isinstance(effect, QueryDatabase):
        return None
    if not READING.match(effect.sql) or ";" in effect.sql.rstrip().rstrip(";"):
        return Refused("the statement is not one SELECT.", "Write one SELECT.", "query")
    return None
