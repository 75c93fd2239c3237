"""Who uses a piece of code: an index of imports and names over the work side, built only when somebody asks."""

import ast
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.files import is_migration, is_test, is_tool, matches, module_name, package_of
from beastmode_tools.source.index import (
    IMPORT,
    absolute,
    ends_alike,
    imported_names,
    names_it,
    requested,
    same_function,
    scopes_of,
)
from beastmode_tools.source.routes import declared_routes, roles_of
from beastmode_tools.source.syntax import Module, dotted, module_of
from beastmode_tools.source.values import value_of

__all__ = ["Reach", "Usage"]

NAME = re.compile(r"[A-Za-z_][\w.]*")
FACTORIES = {"create_app", "make_app", "build_app", "app_factory", "create_application", "init_app"}
REGISTERS = re.compile(r"(?:register_blueprint|register_api|add_namespace)$")
ANY_REQUEST = re.compile(r"""\.(?:get|post|put|patch|delete|open)\(\s*f?["']/""")
"""In a test's text: a request, which runs every hook whatever its route is."""
MOST_STEPS = 400
"""Callers of callers; a function with more is called from everywhere, and its routes are not worth a list."""
MOST_PARSED = 80
"""Files that are parsed to find callers: a check costs what the change is big, not what the project is."""
ENTRY_ROLES = {"route", "job", "command", "hook", "error handler", "listener", "validator"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Who comes to a piece of code.

    Args:
        entries: Routes, jobs, hooks and commands from which it can be reached, as a person names them.
        tested_by: Test files that execute it, as far as reading can tell.
        is_core: Whether its file is under `[guard] core`.
        is_tool: Whether its file is a script for developers that nothing else imports.
    """

    entries: tuple[str, ...] = ()
    tested_by: tuple[str, ...] = ()
    is_core: bool = False
    is_tool: bool = False


class Usage:
    """Answers who names, imports, serves and tests a function.

    Args:
        files: Path -> text of the side that is asked about.
        app: Its application, if it started.
        core: `[guard] core`.
    """

    def __init__(self, files: Mapping[str, str], app: Application | None = None, core: tuple[str, ...] = ()) -> None:
        self.files = files
        self.app = app
        self.core = core
        self.parsed = 0
        self.words: dict[str, dict[str, frozenset[str]]] = {}
        self.reached: dict[tuple[str, str], Reach] = {}
        self.named_by: dict[tuple[str, str], list[tuple[str, str]]] = {}

    @cached_property
    def sources(self) -> list[str]:
        """The Python files that belong to the product: no tests, no migrations."""
        return [path for path in self.files if path.endswith(".py") and not is_test(path) and not is_migration(path)]

    @cached_property
    def tests(self) -> dict[str, str]:
        """Path -> text of the test files."""
        return {path: self.files[path] for path in self.files if path.endswith(".py") and is_test(path)}

    @cached_property
    def by_module(self) -> dict[str, str]:
        """Dotted name -> path; a project may be imported from its root or from `src`."""
        return {module_name(path): path for path in self.files if path.endswith(".py")}

    @cached_property
    def importers(self) -> dict[str, set[str]]:
        """Path -> paths of the files that import it, also through the packages that pass its names on."""
        direct: dict[str, set[str]] = defaultdict(set)
        for path in self.sources:
            for target in self.imported(path):
                direct[target].add(path)
        found = {path: set(users) for path, users in direct.items()}
        for path, users in direct.items():
            for package in [user for user in users if user.endswith("__init__.py")]:
                found[path] |= direct.get(package, set())
        return found

    @cached_property
    def prefixes(self) -> dict[tuple[str, str], str]:
        """(file, name of the blueprint there) -> the prefix under which another file registers it."""
        found = {}
        for path in self.sources:
            text = self.files[path]
            if "register_blueprint(" not in text and "add_namespace(" not in text:
                continue
            module = self.module(path)
            for call in module.nodes if module is not None else ():
                if isinstance(call, ast.Call) and call.args and REGISTERS.search(dotted(call.func)):
                    target = self.defined_at(module, path, dotted(call.args[0]))
                    prefix = next(
                        (value_of(each.value) for each in call.keywords if each.arg in {"url_prefix", "path"}), None
                    )
                    if target is not None and isinstance(prefix, str):
                        found[target] = prefix
        return found

    def defined_at(self, module: Module | None, path: str, name: str) -> tuple[str, str] | None:
        """The file and the name there of something that a file imports."""
        first, _, attribute = name.partition(".")
        source = module.imports.get(first, "") if module is not None else ""
        package = package_of(path)
        full = absolute(source, package)
        if attribute and full in self.by_module:
            return self.by_module[full], attribute
        owner, _, last = full.rpartition(".")
        return (self.by_module[owner], last) if owner in self.by_module else None

    def imported(self, path: str) -> Iterator[str]:
        """Paths that a file imports."""
        package = package_of(path)
        for source, names, plain in IMPORT.findall(self.files[path]):
            if plain:
                candidates = NAME.findall(plain)
            else:
                base = absolute(source, package)
                candidates = [base, *(f"{base}.{name}" for name in NAME.findall(names))]
            for name in candidates:
                target = self.by_module.get(name) or self.by_module.get(f"{package}.{name}")
                if target is not None and target != path:
                    yield target

    def module(self, path: str) -> Module | None:
        """The parsed file; None where there is none that can be read."""
        if path not in self.files:
            return None
        found = module_of(path, self.files[path])
        return found if isinstance(found, Module) else None

    def scopes(self, path: str) -> dict[str, frozenset[str]]:
        """Qualified name of each function of a file -> the words in it; "" for the code outside of functions.

        Only so many files are parsed for it: a check costs what the change is big, not what the project is.
        """
        if path not in self.words:
            self.parsed += 1
            module = self.module(path) if self.parsed <= MOST_PARSED else None
            self.words[path] = {} if module is None else scopes_of(module)
        return self.words[path]

    def used_at(self, path: str, name: str) -> list[str]:
        """Places outside of tests that still name a definition of `path`, besides its own definition."""
        last = name.rpartition(".")[2]
        pattern = re.compile(rf"\b{re.escape(last)}\b")
        places = []
        for user in sorted({path, *self.importers.get(path, set())} & set(self.files)):
            text = self.files[user]
            if last not in text:
                continue
            module = self.module(user)
            if module is None or not names_it(module, last, in_own_file=user == path):
                continue
            line = text[: match.start()].count("\n") + 1 if (match := pattern.search(text)) else 1
            places.append(f"{user}:{line}")
        return places

    def imported_at(self, path: str, name: str) -> list[str]:
        """Places, tests included, that import a name from a file by `from ... import name`."""
        wanted, places = module_name(path), []
        for user in self.files:
            if not user.endswith(".py") or name not in (text := self.files[user]):
                continue
            package = package_of(user)
            for match in IMPORT.finditer(text):
                source, names, _ = match.groups()
                if not source or name not in imported_names(names):
                    continue
                full = absolute(source, package)
                # Where the same name leads to another file, that one came in its place.
                if self.by_module.get(full, path) == path and ends_alike(full, wanted):
                    places.append(f"{user}:{text[: match.start()].count(chr(10)) + 1}")
        return places

    def reach(self, path: str, name: str) -> Reach:
        """From where a function can be reached, and which tests execute it."""
        if (path, name) not in self.reached:
            self.reached[path, name] = self.looked_up(path, name)
        return self.reached[path, name]

    def looked_up(self, path: str, name: str) -> Reach:
        """The same, without a look at what is known already."""
        visited = self.visited(path, name)
        entries = dict.fromkeys(label for place in visited for label in self.labels(*place))
        return Reach(
            entries=tuple(islice(entries, 12)),
            tested_by=tuple(self.tested_by(visited, tuple(entries))),
            is_core=matches(path, self.core),
            is_tool=is_tool(path) and not self.importers.get(path),
        )

    def visited(self, path: str, name: str) -> list[tuple[str, str]]:
        """The function, and all that come to it by name: callers, callers of callers."""
        seen = {(path, name)}
        waiting = deque(seen)
        while waiting and len(seen) < MOST_STEPS:
            here, asked = waiting.popleft()
            for place in self.callers(here, asked):
                if place not in seen:
                    seen.add(place)
                    waiting.append(place)
        return sorted(seen)

    def callers(self, path: str, name: str) -> Iterator[tuple[str, str]]:
        """Functions that name the one asked for, in its file and in those that import it."""
        wanted = name.split("#", maxsplit=1)[0].split(".")
        last = wanted[-1]
        if last.startswith("__") and len(wanted) > 1:
            last = wanted[-2]  # a special method is called through its class
        if not last:
            return
        yield from (place for place in self.naming(path, last) if place != (path, name))
        if len(wanted) > 1 and wanted[:-1] != [""]:
            # Whoever wraps or holds it: a closure runs with its outer function, a method with its class.
            yield path, ".".join(wanted[:-1])

    def naming(self, path: str, last: str) -> list[tuple[str, str]]:
        """Every function that names a word, in a file and in those that import it."""
        if (path, last) not in self.named_by:
            self.named_by[path, last] = [
                (user, scope)
                for user in [path, *sorted(self.importers.get(path, ()))]
                if last in self.files.get(user, "")
                for scope, words in self.scopes(user).items()
                if last in words
            ]
        return self.named_by[path, last]

    def labels(self, path: str, name: str) -> Iterator[str]:
        """How a person calls the entry that a function is: `GET /orders`, `job send_receipt`."""
        yield from self.served(path, name)
        module = self.module(path) if path in self.words or self.app is None else None
        if module is None:
            return
        if not name:
            yield f"import of {path}"
        if name in FACTORIES:
            yield f"start of the application, {name}"
        for declared in declared_routes(module):
            if declared.function == name or name.startswith(f"{declared.function}."):
                prefix = self.prefixes.get((path, declared.target), "").rstrip("/")
                yield f"{'|'.join(declared.methods)} {f'{prefix}{declared.path}' or '/'}"
        if name in module.functions:
            for role in sorted(roles_of(module.functions[name], module) & ENTRY_ROLES - {"route"}):
                yield f"{role} {name}"

    def served(self, path: str, name: str) -> Iterator[str]:
        """What the started application does with the function."""
        for route in self.app.routes if self.app else ():
            served = [route.view, *route.handlers.values()]
            if any(each.path == path and same_function(each.name, name) for each in served):
                yield f"{'|'.join(route.methods)} {route.path}"
        if self.app and any(each.path == path and same_function(each.name, name) for each in self.app.jobs):
            yield f"job {name}"

    def tested_by(self, visited: list[tuple[str, str]], entries: tuple[str, ...]) -> list[str]:
        """Test files that name one of the functions, or that request one of the routes."""
        common = METHOD_NAMES if len(visited) == 1 else METHOD_NAMES | FACTORIES
        names = {name.split("#")[0].rpartition(".")[2] for _, name in visited} - {"", "wrapper", *common}
        names |= {name.split(".")[0] for _, name in visited if "." in name} - FACTORIES
        paths = [pattern for entry in entries if (pattern := requested(entry.partition(" ")[2])) is not None]
        if any(entry.startswith("hook ") for entry in entries):
            paths.append(ANY_REQUEST)
        found = []
        for path, text in self.tests.items():
            called = any(name in text and re.search(rf"\b{re.escape(name)}\b", text) for name in names)
            if called or any(pattern.search(text) for pattern in paths):
                found.append(path)
        return sorted(found)


METHOD_NAMES = {
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "__init__",
    "decorator",
    "inner",
    "run",
    "main",
}
