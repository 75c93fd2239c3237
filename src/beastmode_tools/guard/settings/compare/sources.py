"""Settings that the source of a project makes, and environment variables that it reads."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.source.class_kinds import class_kind
from beastmode_tools.source.files import is_settings_file
from beastmode_tools.source.syntax import Module, dotted, resolved, text_of
from beastmode_tools.source.values import calculated, value_of

__all__ = ["EnvironmentRead", "SettingFact", "environment_reads", "plain_settings", "settings_of"]

UPPER = re.compile(r"^[A-Z][A-Z0-9_]+$")
READS = re.compile(r"environ|getenv|env[\w.]*\(|config\(")
READERS = re.compile(
    r"(?:^|\.)(?:os\.getenv|getenv|os\.environ\.get|environ\.get|env|env\.(?:str|int|bool|float|list|dict|url|json|get|path|log_level)|decouple\.config|"
    r"config|environ\.Env|get_env|get_env_variable|env_var|env_bool|env_int)$"
)


@dataclass(frozen=True, slots=True)
class SettingFact:
    """A setting as a file makes it.

    Args:
        path: The file.
        line: The line.
        scope: The class, or how it comes into the configuration; "" for a module of settings.
        name: The setting.
        text: The value as it is written.
        value: The literal, or the literal default that the environment replaces; Ellipsis where there is none.
    """

    path: str
    line: int
    scope: str
    name: str
    text: str
    value: object


@dataclass(frozen=True, slots=True)
class EnvironmentRead:
    """An environment variable that a file reads; `default` as text, None where the program fails without it."""

    path: str
    line: int
    name: str
    default: str | None


def settings_of(module: Module) -> dict[tuple[str, str], SettingFact]:
    """(scope, name) -> the setting as the file makes it."""
    facts = [*module_settings(module), *class_settings(module), *assigned_settings(module)]
    return {(fact.scope, fact.name): fact for fact in facts}


def module_settings(module: Module) -> Iterator[SettingFact]:
    """UPPER names at the top of a file of settings."""
    if is_settings_file(module.path):
        for name, value in module.constants.items():
            if UPPER.match(name):
                yield fact_of(module, "", name, value)


def class_settings(module: Module) -> Iterator[SettingFact]:
    """UPPER attributes of settings classes; every attribute of a pydantic one."""
    for class_name, node in module.classes.items():
        if class_kind(module, node) != "settings" and not (is_settings_file(module.path) and not node.bases):
            continue
        pydantic = any("BaseSettings" in dotted(base) for base in node.bases)
        for each in node.body:
            match each:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ) if UPPER.match(name) or pydantic:
                    yield fact_of(module, class_name, name, value)


def assigned_settings(module: Module) -> Iterator[SettingFact]:
    """`app.config["X"] = ...`, `app.config.update(X=...)`, `from_mapping`, `setdefault`, `app.secret_key = ...`."""
    for node in module.nodes:
        match node:
            case ast.Assign(
                targets=[
                    ast.Subscript(value=ast.Attribute(attr="config" | "conf"), slice=ast.Constant(value=str(name)))
                ],
                value=value,
            ):
                yield fact_of(module, "app.config", name, value)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="app" | "application"), attr=attribute)], value=value
            ):
                if attribute in {"secret_key", "debug", "testing", "permanent_session_lifetime", "session_cookie_name"}:
                    yield fact_of(module, "app.config", attribute.upper(), value)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="config"), attr="update" | "from_mapping")):
                yield from mapped(module, node)
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="config"), attr="setdefault"),
                args=[ast.Constant(value=str(name)), value],
            ):
                yield fact_of(module, "app.config", name, value)


def mapped(module: Module, call: ast.Call) -> Iterator[SettingFact]:
    """The settings of `update(X=1)` and `update({"X": 1})`."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield fact_of(module, "app.config", keyword.arg, keyword.value)
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            for key, value in zip(argument.keys, argument.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield fact_of(module, "app.config", key.value, value)


def fact_of(module: Module, scope: str, name: str, value: ast.expr) -> SettingFact:
    """A setting with the literal that it comes to where the environment says nothing."""
    return SettingFact(module.path, value.lineno, scope, name, text_of(value), effective(value, module))


def effective(value: ast.expr, module: Module) -> object:  # noqa: PLR0911 - one form a line
    """The literal value, looked for through readers of the environment, conversions and comparisons with "true"."""
    match value:
        case ast.Call(func=ast.Name(id="timedelta")) | ast.Call(func=ast.Attribute(attr="timedelta")):
            return seconds(value)
        case ast.Call(func=ast.Name(id="int" | "float" | "str" | "bool"), args=[inner]):
            return effective(inner, module)
        case ast.Call(func=ast.Attribute(value=inner, attr="lower" | "strip" | "split")):
            return effective(inner, module)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[right]):
            return answered(effective(left, module), value_of(right))
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            return effective(last, module)
        case ast.BinOp(left=left, op=ast.Mult() as times, right=right):
            return calculated(times, *(as_number(effective(each, module)) for each in (left, right)))
        case ast.Call() if (read := environment_read(value, module)) is not None:
            return default_of(value) if read.default is not None else ...
        case ast.Name(id=name) if name in module.constants:
            return value_of(module.constants[name])
        case _:
            return value_of(value)


def as_number(value: object) -> object:
    """A number that stands in the environment's place as text, as the conversion around it makes it one."""
    return float(value) if isinstance(value, str) and value.isdigit() else value


def answered(default: object, wanted: object) -> object:
    """What a comparison with "true" or a list of such words comes to, where the environment says nothing."""
    shown = [str(each).lower() for each in (wanted if isinstance(wanted, list | tuple | set) else (wanted,))]
    if isinstance(default, bool):
        return default is bool({"true", "1", "yes", "on"} & set(shown))
    return default.lower() in shown if isinstance(default, str) else ...


def seconds(call: ast.Call) -> object:
    """The length of a literal timedelta in seconds."""
    units = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1, "milliseconds": 0.001}
    given: dict[object, object] = {
        name: value_of(each) for name, each in zip(("days", "seconds"), call.args, strict=False)
    }
    given |= {each.arg: value_of(each.value) for each in call.keywords}
    if not all(isinstance(each, int | float) for each in given.values()):
        return ...
    return sum(each * units.get(str(unit), 0) for unit, each in given.items() if isinstance(each, int | float))


def default_of(call: ast.Call) -> object:
    """The literal default of a reader of the environment."""
    given = (
        call.args[1]
        if len(call.args) > 1
        else next((each.value for each in call.keywords if each.arg == "default"), None)
    )
    value = value_of(given)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return value


def environment_reads(module: Module) -> dict[str, EnvironmentRead]:
    """Environment variable -> how the file reads it; the strictest way where it does so twice."""
    found: dict[str, EnvironmentRead] = {}
    if not any(READS.search(line) for line in module.lines):
        return found
    guarded = {
        id(each) for node in module.nodes if isinstance(node, ast.If | ast.Try | ast.IfExp) for each in ast.walk(node)
    }
    for node in module.nodes:
        read = environment_read(node, module)
        if read is None or (read.name in found and found[read.name].default is None):
            continue
        if read.default is None and id(node) in guarded:
            continue  # whoever asks first does not fail
        found[read.name] = read
    return found


def environment_read(node: ast.AST, module: Module) -> EnvironmentRead | None:
    """The variable that an expression reads, if it reads one."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
            if resolved(value, module.imports) in {"os.environ", "environ"}:
                return EnvironmentRead(module.path, node.lineno, name, None)
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *rest]) if UPPER.match(name):
            reader = resolved(function, module.imports)
            if READERS.search(reader):
                given = rest[0] if rest else next((each.value for each in node.keywords if each.arg == "default"), None)
                lenient = "None" if reader.endswith(("getenv", "environ.get")) else None
                return EnvironmentRead(module.path, node.lineno, name, text_of(given) if given is not None else lenient)
    return None


def plain_settings(text: str) -> dict[str, tuple[int, str]]:
    """`NAME=value` lines of an env file -> line and value."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*)$", line)
        if match:
            found[match[1]] = (number, match[2].strip().strip("\"'"))
    return found
