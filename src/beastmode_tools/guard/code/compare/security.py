"""Calls and texts that matter to security, in the changed files: what was added, taken out or written otherwise."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.secrets import compare_secrets
from beastmode_tools.guard.code.compare.sql import SqlBuilt, is_fixed, is_spoken, sql_in
from beastmode_tools.source.delta import Delta, Pair
from beastmode_tools.source.files import is_tool
from beastmode_tools.source.syntax import FunctionNode, Module, dotted, resolved, text_of
from beastmode_tools.source.values import value_of

__all__ = ["HeaderChanged", "SecretLogged", "compare_security"]

WATCHED = re.compile(
    r"(?:^|\.)(?:eval|exec|compile|__import__|import_module|pickle\.loads?|cPickle\.loads?|dill\.loads?|cloudpickle\.loads?|"
    r"joblib\.load|marshal\.loads?|shelve\.open|jsonpickle\.decode|read_pickle|yaml\.(?:load|load_all|unsafe_load|full_load)|"
    r"os\.(?:system|popen|exec\w+|spawn\w+)|subprocess\.\w+|Popen|commands\.getoutput|run|"
    r"requests\.\w+|httpx\.\w+|Session|Client|AsyncClient|urlopen|request|get|post|put|patch|delete|head|"
    r"_create_unverified_context|create_default_context|wrap_socket|SSLContext|"
    r"decode|jwt\.encode|generate_password_hash|pbkdf2_hmac|gensalt|hashpw|CryptContext|PasswordHasher|md5|sha1|using|"
    r"Markup|render_template_string|Environment|redirect|send_file|send_from_directory|open|ProxyFix|"
    r"CORS|cross_origin|Talisman|CSRFProtect|SeaSurf|LoginManager|JWTManager|Limiter|init_app|Security|HTTPBasicAuth|HTTPTokenAuth|"
    r"set_cookie|exempt|extractall|fromstring|parse|XMLParser|mktemp|"
    r"URLSafeTimedSerializer|URLSafeSerializer|create_access_token|create_refresh_token|timedelta|setLevel|loads)$"
)
SECRET_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|secret|token|api_?key|private_key|access_key|authorization|credentials?|card_number|cvv|ssn|otp|pin_code)"
    r"(?:_hash)?$",
    re.IGNORECASE,
)
LOGGING = re.compile(
    r"(?:^|[._])(?:log|logger|logging|LOG|LOGGER)\.(?:debug|info|warning|warn|error|exception|critical|log)$|^print$"
)


@dataclass(frozen=True, slots=True)
class SecretLogged:
    """A call that writes to a log what looks like a secret."""

    path: str
    line: int
    scope: str
    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderChanged:
    """A header that the code puts on answers: set, taken out, or with another value."""

    path: str
    line: int
    header: str
    old: str | None
    new: str | None


def compare_security(delta: Delta, compared: list[Pair]) -> Iterator[Any]:
    """Everything that matters to security in the changed files."""
    found = [change for pair in compared for change in changes_in(pair)]
    removed = {(change.path, change.old) for change in found if isinstance(change, CallChanged) and change.new is None}
    yield from (change for change in found if not is_moved(change, removed))
    yield from compare_secrets(delta.changes)


def is_moved(change: Any, removed: set[tuple[str, str | None]]) -> bool:
    """Whether a call is new in its file alone: another one of the changed files had it, and has it no more."""
    is_added = isinstance(change, CallChanged) and change.old is None
    return is_added and any(text == change.new and path != change.path for path, text in removed)


def changes_in(pair: Pair) -> Iterator[Any]:
    """What matters to security in one file."""
    if pair.old_problem or pair.new_problem or (is_tool(pair.path) and "app" not in pair.path):
        return
    same = unchanged(pair)
    old = Watched.of(pair.old, same) if pair.old else Watched.empty()
    new = Watched.of(pair.new, same) if pair.new else Watched.empty()
    yield from call_changes(pair.path, old, new)
    for text, (line, scope, values) in new.sql.items():
        if text not in old.sql:
            yield SqlBuilt(pair.path, line, scope, text, values)
    for text, (line, scope, names) in new.logged.items():
        if text not in old.logged:
            yield SecretLogged(pair.path, line, scope, text, names)
    for header in [*old.headers, *(each for each in new.headers if each not in old.headers)]:
        before, after = old.headers.get(header), new.headers.get(header)
        if (before and before[1]) != (after and after[1]):
            place = after or before or (1, "")
            yield HeaderChanged(pair.path, place[0], header, before[1] if before else None, after[1] if after else None)


def unchanged(pair: Pair) -> frozenset[str]:
    """Functions whose text is the same on both sides: nothing in them is new."""
    if pair.old is None or pair.new is None:
        return frozenset()
    old, new = pair.old, pair.new
    return frozenset(name for name in old.functions if name in new.functions and old.source(name) == new.source(name))


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What a file does that matters to security, each by its text."""

    calls: list[tuple[str, ast.Call, str, Module, frozenset[str]]]
    sql: dict[str, tuple[int, str, tuple[str, ...]]]
    logged: dict[str, tuple[int, str, tuple[str, ...]]]
    headers: dict[str, tuple[int, str]]
    skipped: frozenset[str] = frozenset()

    @classmethod
    def empty(cls) -> "Watched":
        """For a side that has no such file."""
        return cls([], {}, {}, {})

    @classmethod
    def of(cls, module: Module, skipped: frozenset[str]) -> "Watched":
        """What a file does, function by function; `skipped` ones are not looked into."""
        found = cls([], {}, {}, {}, skipped)
        walk(module.tree, "", found, module, frozenset())
        return found


def walk(node: ast.AST, scope: str, found: Watched, module: Module, tainted: frozenset[str]) -> None:
    """Collects from a node and all below, with the function that it stands in and the names that callers fill."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            below = f"{scope}.{child.name}" if scope else child.name
            if below in found.skipped:
                continue
            more = from_callers(child) if not isinstance(child, ast.ClassDef) else frozenset[str]()
            walk(child, below, found, module, tainted | more)
            continue
        match child:
            case ast.Call():
                collect_call(child, scope, found, module, tainted)
            case ast.Assign(targets=[ast.Subscript(value=value, slice=ast.Constant(value=str(header)))]):
                if dotted(value).endswith("headers"):
                    found.headers[header] = (child.lineno, text_of(child.value))
        if (
            isinstance(child, ast.JoinedStr | ast.BinOp | ast.Call)
            and not isinstance(node, ast.BinOp)
            and (values := sql_in(child))
            and not is_spoken(node)
        ):
            found.sql.setdefault(text_of(child), (child.lineno, scope, values))
        walk(child, scope, found, module, tainted)


def from_callers(node: FunctionNode) -> frozenset[str]:
    """Local names that hold what came with the request."""
    names: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Assign) and (mentions_request(each.value) or names_of(each.value) & names):
            names |= {name.id for target in each.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return frozenset(names)


def mentions_request(node: ast.AST) -> bool:
    """Whether an expression reads the request."""
    return any(isinstance(each, ast.Name) and each.id in {"request", "req"} for each in ast.walk(node))


def names_of(node: ast.AST) -> set[str]:
    """The names in an expression."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def collect_call(call: ast.Call, scope: str, found: Watched, module: Module, tainted: frozenset[str]) -> None:
    """Keeps a call that is watched, and what a log call writes."""
    name = resolved(call.func, module.imports)
    if WATCHED.search(name):
        found.calls.append((name, call, scope, module, tainted))
    if LOGGING.search(name):
        names = tuple(
            sorted({each for argument in call.args for each in shown_names(argument) if SECRET_NAME.search(each)})
        )
        if names:
            found.logged[text_of(call)] = (call.lineno, scope, names)


def shown_names(node: ast.AST) -> Iterator[str]:
    """Names whose value ends up in the text; what is only measured, masked or compared does not."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(attr=name):
            yield name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            yield name
        case ast.Call() | ast.Compare() | ast.IfExp() | ast.BoolOp() | ast.UnaryOp():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from shown_names(child)


def call_changes(path: str, old: Watched, new: Watched) -> Iterator[CallChanged]:
    """Watched calls that one side has and the other has not; those of one name in one function belong together."""
    before, after = grouped(old), grouped(new)
    for key in [*before, *(each for each in after if each not in before)]:
        gone = [
            each
            for each in before.get(key, [])
            if text_of(each[1]) not in {text_of(call[1]) for call in after.get(key, [])}
        ]
        come = [
            each
            for each in after.get(key, [])
            if text_of(each[1]) not in {text_of(call[1]) for call in before.get(key, [])}
        ]
        for number in range(max(len(gone), len(come))):
            one = gone[number] if number < len(gone) else None
            other = come[number] if number < len(come) else None
            yield call_change(path, key, one, other)


Entry = tuple[str, ast.Call, str, Module, frozenset[str]]


def grouped(watched: Watched) -> dict[tuple[str, str], list[Entry]]:
    """The calls by function and name."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in watched.calls:
        found[entry[2], entry[0]].append(entry)
    return found


def call_change(path: str, key: tuple[str, str], old: Entry | None, new: Entry | None) -> CallChanged:
    """The facts of one call on both sides."""
    shown = new or old
    assert shown is not None  # noqa: S101 - one of the two is there
    call, tainted = shown[1], shown[4]
    arguments = [*call.args, *(each.value for each in call.keywords)]
    return CallChanged(
        path,
        call.lineno,
        key[0],
        key[1],
        text_of(old[1]) if old else None,
        text_of(new[1]) if new else None,
        keywords_of(old[1]) if old else (),
        keywords_of(new[1]) if new else (),
        is_fixed=all(is_fixed(each) for each in arguments),
        from_request=any(mentions_request(each) or names_of(each) & tainted for each in arguments),
        first=text_of(call.args[0]) if call.args else "",
        first_is_fixed=bool(call.args) and is_fixed(call.args[0]),
    )


def keywords_of(call: ast.Call) -> tuple[tuple[str, object], ...]:
    """Keyword arguments with literal values; those in a literal dict of options count as well."""
    found: list[tuple[str, object]] = []
    for keyword in call.keywords:
        if keyword.arg is not None:
            value = value_of(keyword.value)
            found.append((keyword.arg, repr(value) if isinstance(value, list | dict | set | tuple) else value))
            if isinstance(value, dict):
                found += [(str(name), each) for name, each in value.items() if isinstance(each, bool | str | int)]
    return tuple(found)
