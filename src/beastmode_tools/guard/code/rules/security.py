"""Code that runs what strangers send, and secrets in the open."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.secrets import SecretFound
from beastmode_tools.guard.code.compare.security import SecretLogged
from beastmode_tools.guard.code.compare.sql import SqlBuilt
from beastmode_tools.guard.code.compare.templates import TemplateRisk
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES", "ends", "subject_of"]


def subject_of(change: CallChanged) -> str:
    """The function, and what it calls."""
    return f"{change.path} {change.scope} {change.new or change.old}"


def ends(change: CallChanged, *names: str) -> bool:
    """Whether the call's name is one of these, or ends with it."""
    return any(change.name == name or change.name.endswith(f".{name}") for name in names)


@rule("code-execution-added", Verdict.DANGEROUS, CallChanged)
def code_execution_added(change: CallChanged) -> Iterator[Found]:
    """Text is run as Python."""
    if change.new is None or change.is_fixed:
        return
    if change.name in {"eval", "exec", "__import__"} or (ends(change, "import_module") and change.from_request):
        problem = f"{change.scope or change.path} runs text as Python: {change.new}"
        instead = "Use ast.literal_eval for values, json.loads for data, or a table from name to function."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("unsafe-deserialisation", Verdict.DANGEROUS, CallChanged)
def unsafe_deserialisation(change: CallChanged) -> Iterator[Found]:
    """Bytes are turned into objects by a format that can run code."""
    if change.new is None:
        return
    options = change.new.lower()
    pickles = re.search(r"(?:pickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle)\.|read_pickle$", change.name)
    yaml = (
        change.name.endswith(("yaml.load", "yaml.load_all"))
        and "safeloader" not in options
        and "safe_load" not in options
    )
    if (
        (pickles and ends(change, "load", "loads", "open", "decode", "read_pickle"))
        or yaml
        or change.name.endswith("yaml.unsafe_load")
    ):
        problem = f"{change.scope or change.path} makes objects of bytes by {change.name}, which can run code"
        yield Found(where(change), problem, "Use JSON, or yaml.safe_load for YAML.", subject_of(change), change.new)


@rule("shell-command-added", Verdict.DANGEROUS, CallChanged)
def shell_command_added(change: CallChanged) -> Iterator[Found]:
    """A command goes through a shell, or is made of what callers send."""
    if change.new is None or change.is_fixed:
        return
    shell = change.name.startswith("subprocess.") and dict(change.new_keywords).get("shell") is True
    if (
        shell
        or change.name in {"os.system", "os.popen"}
        or (change.name.startswith(("subprocess.", "os.")) and change.from_request)
    ):
        problem = f"{change.scope or change.path} starts a command from text: {change.new}"
        instead = "Give a list of arguments, without a shell, and check each that a caller sent against a list."
        is_list = change.first.startswith(("[", "(")) and not shell
        yield Found(where(change), problem, instead, subject_of(change), verdict=Verdict.CAUTIOUS if is_list else None)


@rule("sql-built-from-text", Verdict.DANGEROUS, SqlBuilt)
def sql_built_from_text(change: SqlBuilt) -> Iterator[Found]:
    """SQL is put together with values inside."""
    problem = f"{change.scope or change.path} puts {', '.join(change.values)} into SQL text: a caller may write SQL"
    instead = 'Bind the values: text("... WHERE name = :name"), {"name": name}, or use select().'
    yield Found(where(change), problem, instead, f"{change.path} {change.scope} {change.text}", change.text)


@rule("output-unescaped", Verdict.DANGEROUS, CallChanged, TemplateRisk)
def output_unescaped(change: CallChanged | TemplateRisk) -> Iterator[Found]:
    """A value is shown without escaping it."""
    instead = "Let Jinja escape it; if it must hold markup, clean it with a list of allowed tags (nh3) first."
    if isinstance(change, TemplateRisk):
        if change.what == "unescaped":
            problem = f"{change.path} shows a value without escaping it"
            if change.filter:
                problem = f"{change.path} shows what the filter {change.filter} makes unescaped, as other templates did"
                instead = f"Look whether {change.filter} escapes what it is given; let it return Markup without `safe`."
                subject = f"{change.path} {change.filter}"
                yield Found(where(change), problem, instead, subject, change.text, verdict=Verdict.CAUTIOUS)
                return
            yield Found(where(change), problem, instead, f"{change.path} {change.text}", change.text)
        return
    markup = ends(change, "Markup") and not change.is_fixed
    source = (
        ends(change, "render_template_string")
        and not change.first_is_fixed
        and (change.from_request or re.search(r"\(f['\"]|%|\+|\.format\(", change.new or ""))
    )
    plain = (
        ends(change, "Environment")
        and change.name.startswith("jinja2")
        and dict(change.new_keywords).get("autoescape") is False
    )
    if change.new is not None and (markup or source or plain):
        problem = f"{change.scope or change.path} puts a value into a page without escaping it: {change.new}"
        yield Found(where(change), problem, instead, subject_of(change))


@rule("path-from-request", Verdict.DANGEROUS, CallChanged)
def path_from_request(change: CallChanged) -> Iterator[Found]:
    """A caller names the file that is opened, or the page that is gone to."""
    if change.new is None or not change.from_request:
        return
    if change.name == "open" or ends(change, "send_file", "extractall"):
        if "secure_filename" in change.new or "safe_join" in change.new:
            return
        problem = f"{change.scope} opens a file whose name comes from the request: {change.new}"
        instead = "Use send_from_directory, or secure_filename and a folder of your own."
        yield Found(where(change), problem, instead, subject_of(change))
    elif ends(change, "redirect") and not change.first.startswith("url_for("):
        problem = f"{change.scope} sends people to an address that comes from the request"
        instead = "Take only paths of this site: check that the address has no host."
        yield Found(where(change), problem, instead, subject_of(change), change.new, verdict=Verdict.CAUTIOUS)


@rule("secret-added", Verdict.DANGEROUS, SecretFound)
def secret_added(change: SecretFound) -> Iterator[Found]:
    """A secret stands in a file."""
    subject = f"{change.path} {change.name}"
    if change.is_fallback:
        problem = f"{change.name} falls back to a value that everybody can read, where the environment has none"
        instead = (
            "Fail at start without it in production: os.environ['...']; keep the fallback in the development settings."
        )
        yield Found(where(change), problem, instead, subject, verdict=Verdict.CAUTIOUS)
        return
    problem = f"{change.name} stands in {change.path}: it stays in the history for everybody who can read it"
    instead = "Read it from the environment, and replace the secret where it is in use: it is known now."
    yield Found(where(change), problem, instead, subject)


@rule("secret-logged", Verdict.DANGEROUS, SecretLogged)
def secret_logged(change: SecretLogged) -> Iterator[Found]:
    """A log line shows a secret."""
    problem = f"{change.scope or change.path} writes {', '.join(change.names)} to the log"
    yield Found(
        where(change), problem, "Log an id instead.", f"{change.path} {change.scope} {change.text}", change.text
    )


RULES = (
    code_execution_added,
    unsafe_deserialisation,
    shell_command_added,
    sql_built_from_text,
    output_unescaped,
    path_from_request,
    secret_added,
    secret_logged,
)
