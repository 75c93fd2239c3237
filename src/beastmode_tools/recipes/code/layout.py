"""Where the parts of a project are: its models, its API, the loadings between schemas and models."""

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.attributes import COLUMNS
from beastmode_tools.recipes.names import snake
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.files import is_migration, is_test

__all__ = ["ApiPlace", "BlueprintPlace", "Layout", "LoadingPlace", "Model", "read_layout"]

SKIPPED = frozenset((".git", ".beast", ".venv", "venv", "env", "node_modules", "__pycache__", "build", "dist"))


@dataclass(frozen=True, slots=True)
class Model:
    """A mapped class.

    Args:
        name: Of the class.
        table: Its table.
        path: Of its module.
        attributes: Name -> annotation, "" without one; as written in the class, in their order.
        bases: The classes that it names.
    """

    name: str
    table: str
    path: str
    attributes: dict[str, str]
    bases: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module to import it from."""
        return module_of(self.path)


@dataclass(frozen=True, slots=True)
class LoadingPlace:
    """A call `loading(schemas.Post, Post)`.

    Args:
        schema: The last part of the schema's name.
        model: The model's name.
        path: Of the module with the call.
    """

    schema: str
    model: str
    path: str


@dataclass(frozen=True, slots=True)
class BlueprintPlace:
    """A call `Blueprint(...)`.

    Args:
        prefix: Its `url_prefix`.
        version: Of the API; "" if it is not written as a string.
        path: Of the module with the call.
    """

    prefix: str
    version: str
    path: str


@dataclass(frozen=True, slots=True)
class ApiPlace:
    """Where the project creates its API.

    Args:
        path: Of the module.
        name: Of the variable.
        versions: The names of the versions, in their order.
    """

    path: str
    name: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What recipes need to know about a project.

    Args:
        models: By name.
        schemas: Name of the class -> path, for each class of `schemas` modules; several have the same name in a list.
        loadings: Every one.
        api: Where it is created; None if there is none.
        settings: Class -> path, for subclasses of beastmode's Settings.
        blueprints: Every one.
        own: The top-level names that belong to the project.
    """

    models: dict[str, Model]
    schemas: dict[str, list[tuple[str, tuple[str, ...]]]]
    loadings: tuple[LoadingPlace, ...]
    api: ApiPlace | None
    settings: dict[str, str]
    blueprints: tuple[BlueprintPlace, ...]
    own: frozenset[str]

    def model(self, name: str) -> Model:
        """The model of this name, or of this table.

        Raises:
            CouldNotRun: There is none.
        """
        found = self.models.get(name) or next((each for each in self.models.values() if each.table == name), None)
        if found is None:
            near = difflib.get_close_matches(name, self.models, 1)
            hint = f"Did you mean {near[0]}? " if near else ""
            known = f"Models are {', '.join(sorted(self.models))}." if self.models else "The project has none."
            raise CouldNotRun(f"there is no model {name}. {hint}{known}")
        return found

    def the_api(self) -> ApiPlace:
        """Where the API is created.

        Raises:
            CouldNotRun: The project has none.
        """
        if self.api is None:
            raise CouldNotRun(
                "no module calls Api(...). Add beastmode's API first: see the tutorial, `Build your own`."
            )
        return self.api


def module_of(path: str) -> str:
    """The name under which a module is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")


def read_layout(workspace: Workspace) -> Layout:
    """Read the project's modules; none of them is imported.

    Raises:
        CouldNotRun: One of them is not valid Python.
    """
    models: dict[str, Model] = {}
    schemas: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    loadings: list[LoadingPlace] = []
    api: ApiPlace | None = None
    settings: dict[str, str] = {}
    blueprints: list[BlueprintPlace] = []
    for path in modules(workspace.folder):
        tree = parsed(workspace, path)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases)
                if (model := as_model(node, path, bases)) is not None:
                    models[model.name] = model
                elif "Settings" in bases:
                    settings[node.name] = path
                elif bases:
                    schemas.setdefault(node.name, []).append((path, bases))
            elif isinstance(node, ast.Call):
                read_call(node, path, loadings, blueprints)
            elif isinstance(node, ast.Assign) and api is None:
                api = as_api(node, path)
    own = frozenset(module_of(path).partition(".")[0] for path in modules(workspace.folder))
    return Layout(models, schemas, tuple(loadings), api, settings, tuple(blueprints), own)


def modules(folder: Path) -> Iterator[str]:
    """The project's modules that are neither tests nor migrations, relative to its folder."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder)
        if not SKIPPED.intersection(name.parts) and not is_test(name.as_posix()) and not is_migration(name.as_posix()):
            yield name.as_posix()


def parsed(workspace: Workspace, path: str) -> ast.Module:
    """The syntax of a module."""
    try:
        return ast.parse(workspace.read(path))
    except SyntaxError as problem:
        raise CouldNotRun(f"{path}:{problem.lineno} is not valid Python; fix it first.") from None


def as_model(node: ast.ClassDef, path: str, bases: tuple[str, ...]) -> Model | None:
    """The class as a model; None if it has no table."""
    table, attributes = "", {}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            attributes[statement.target.id] = ast.unparse(statement.annotation)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name == "__tablename__" and isinstance(statement.value, ast.Constant):
                table = str(statement.value.value)
            elif not name.startswith("__"):
                attributes[name] = ""
    if not table and "Model" in bases and any(is_column(statement) for statement in node.body):
        table = snake(node.name)  # as Flask-SQLAlchemy names it
    return Model(node.name, table, path, attributes, bases) if table else None


def is_column(statement: ast.stmt) -> bool:
    """Whether a statement of a class declares a column."""
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in COLUMNS


def as_api(node: ast.Assign, path: str) -> ApiPlace | None:
    """The assignment as the one that creates the API."""
    value, target = node.value, node.targets[0]
    if not isinstance(value, ast.Call) or not isinstance(target, ast.Name):
        return None
    if ast.unparse(value.func).rpartition(".")[2] != "Api":
        return None
    given = next((keyword.value for keyword in value.keywords if keyword.arg == "versions"), None)
    calls = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    names = tuple(
        str(call.args[0].value)
        for call in calls
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
    )
    return ApiPlace(path, target.id, names or ("v1",))


def read_call(node: ast.Call, path: str, loadings: list[LoadingPlace], blueprints: list[BlueprintPlace]) -> None:
    """Notes a call that connects a schema with a model, or that names a path."""
    name = ast.unparse(node.func).rpartition(".")[2]
    if name == "loading" and len(node.args) > 1:
        schema, model = (ast.unparse(argument).partition("(")[0].rpartition(".")[2] for argument in node.args[:2])
        loadings.append(LoadingPlace(schema, model, path))
    elif name == "Blueprint":
        given = {each.arg: each.value.value for each in node.keywords if isinstance(each.value, ast.Constant)}
        if "url_prefix" in given:
            blueprints.append(BlueprintPlace(str(given["url_prefix"]), str(given.get("version", "")), path))
