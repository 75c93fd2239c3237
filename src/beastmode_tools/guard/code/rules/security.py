"""Code that executes what callers send, and secrets that others can read."""

import re
from collections.abc import Callable, Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.secrets import SecretFound
from beastmode_tools.guard.code.compare.security import SecretLogged
from beastmode_tools.guard.code.compare.sql import SqlBuilt
from beastmode_tools.guard.code.compare.templates import TemplateRisk
from beastmode_tools.guard.code.rules.row import row
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, Rule, Text, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES", "ends", "on_call", "owner", "subject_of"]

PICKLES = re.compile(r"(?:pickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle)\.|read_pickle$")
FORMATTED = re.compile(r"\(f['\"]|%|\+|\.format\(")


def owner(change: CallChanged | SqlBuilt | SecretLogged) -> str:
    """The function that something stands in, or the file."""
    return change.scope or change.path


def subject_of(change: CallChanged) -> str:
    """The function, and what it calls."""
    return f"{change.path} {change.scope} {change.new or change.old}"


def ends(change: CallChanged, *names: str) -> bool:
    """Whether the call's name is one of these, or ends with it."""
    return any(change.name == name or change.name.endswith(f".{name}") for name in names)


def on_call(name: str, when: Callable[[CallChanged], bool], *, evidence: Text = "") -> Rule:
    """A rule on a call that is new or has other arguments."""
    is_found = lambda change: change.new is not None and when(change)  # noqa: E731 - shorter than a function
    return row(name, CallChanged, is_found, subject=subject_of, evidence=evidence, owner=owner)


def executes(change: CallChanged) -> bool:
    """Whether a call executes a string that may vary."""
    imports = ends(change, "import_module") and change.from_request
    return not change.is_fixed and (change.name in {"eval", "exec", "__import__"} or imports)


def deserialises(change: CallChanged) -> bool:
    """Whether a call makes objects of a format that can run code."""
    options = (change.new or "").lower()
    pickles = PICKLES.search(change.name) and ends(change, "load", "loads", "open", "decode", "read_pickle")
    is_safe = "safeloader" in options or "safe_load" in options
    loads = change.name.endswith(("yaml.load", "yaml.load_all")) and not is_safe
    return bool(pickles) or loads or change.name.endswith("yaml.unsafe_load")


@rule("shell-command-added", CallChanged)
def shell_command_added(change: CallChanged) -> Iterator[Match]:
    """A command is run by a shell, or contains what callers send."""
    if change.new is None or change.is_fixed:
        return
    shell = change.name.startswith("subprocess.") and dict(change.new_keywords).get("shell") is True
    from_request = change.name.startswith(("subprocess.", "os.")) and change.from_request
    if shell or change.name in {"os.system", "os.popen"} or from_request:
        is_list = change.first.startswith(("[", "(")) and not shell
        verdict = Verdict.CAUTIOUS if is_list else None
        yield Match(where(change), subject_of(change), {"owner": owner(change)}, verdict=verdict)


@rule("output-unescaped", CallChanged, TemplateRisk)
def output_unescaped(change: CallChanged | TemplateRisk) -> Iterator[Match]:
    """A value is shown without escaping it."""
    if isinstance(change, CallChanged):
        if shows_unescaped(change):
            yield Match(where(change), subject_of(change), {"owner": owner(change)}, "code")
    elif change.what == "unescaped" and change.filter:
        subject = f"{change.path} {change.filter}"
        yield Match(where(change), subject, {}, "filter", change.text, verdict=Verdict.CAUTIOUS)
    elif change.what == "unescaped":
        yield Match(where(change), f"{change.path} {change.text}", {}, "template", change.text)


def shows_unescaped(change: CallChanged) -> bool:
    """Whether a call inserts a value that varies into a page as markup."""
    if change.new is None:
        return False
    markup = ends(change, "Markup") and not change.is_fixed
    varies = change.from_request or bool(FORMATTED.search(change.new))
    source = ends(change, "render_template_string") and not change.first_is_fixed and varies
    plain = ends(change, "Environment") and change.name.startswith("jinja2")
    return markup or source or (plain and dict(change.new_keywords).get("autoescape") is False)


@rule("path-from-request", CallChanged)
def path_from_request(change: CallChanged) -> Iterator[Match]:
    """A request determines the file that is opened, or the page that is shown next."""
    if change.new is None or not change.from_request:
        return
    if change.name == "open" or ends(change, "send_file", "extractall"):
        if "secure_filename" not in change.new and "safe_join" not in change.new:
            yield Match(where(change), subject_of(change), {}, "file")
    elif ends(change, "redirect") and not change.first.startswith("url_for("):
        yield Match(where(change), subject_of(change), {}, "redirect", change.new, verdict=Verdict.CAUTIOUS)


RULES = (
    on_call("code-execution-added", executes),
    on_call("unsafe-deserialisation", deserialises, evidence="{new}"),
    shell_command_added,
    row(
        "sql-built-from-text",
        SqlBuilt,
        lambda _: True,
        subject="{path} {scope} {text}",
        evidence="{text}",
        owner=owner,
        values=lambda c: ", ".join(c.values),
    ),
    output_unescaped,
    path_from_request,
    row("secret-added", SecretFound, lambda c: not c.is_fallback, message="stored"),
    row("secret-added", SecretFound, lambda c: c.is_fallback, message="fallback", verdict=Verdict.CAUTIOUS),
    row(
        "secret-logged",
        SecretLogged,
        lambda _: True,
        subject="{path} {scope} {text}",
        evidence="{text}",
        owner=owner,
        names=lambda c: ", ".join(c.names),
    ),
)
