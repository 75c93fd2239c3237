"""Imports of changed files that cannot work, and whether two files differ in anything that runs."""

import ast
import sys
from collections.abc import Iterator, Mapping

from beastmode_tools.guard.code.compare.changes import ImportBroken, ImportReplaced
from beastmode_tools.guard.code.compare.normal import same_behaviour
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.files import module_name, package_of
from beastmode_tools.source.index import absolute
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.syntax import Module, inner_scopes, own_statements

__all__ = ["compare_imports", "same_module", "swapped_imports"]


def compare_imports(compared: list[Pair], usage: Usage) -> Iterator[ImportBroken]:
    """New imports from the project's own files that name what is not there, each once a file."""
    seen: set[tuple[str, str, str]] = set()
    for each in broken_imports(compared, usage):
        if (each.path, each.name, each.source) not in seen:
            seen.add((each.path, each.name, each.source))
            yield each


def broken_imports(compared: list[Pair], usage: Usage) -> Iterator[ImportBroken]:
    """The same, as often as they are written."""
    for pair in compared:
        if pair.change.new is None or pair.change.path != pair.change.old_path:
            yield from left_behind(pair.change.old_path, usage)
        if pair.new is None:
            continue
        old = import_keys(pair.old) if pair.old is not None else set()
        for node in pair.new.nodes:
            if isinstance(node, ast.ImportFrom) and ast.dump(node) not in old:
                yield from missing(pair.new, node, usage)


def left_behind(path: str, usage: Usage) -> Iterator[ImportBroken]:
    """Imports of a module whose file is gone, as `import shop.old` and `from shop import old`."""
    gone = module_name(path)
    package, _, last = gone.rpartition(".")
    if gone in usage.by_module or path in usage.files:
        return
    for user in [*usage.sources, *usage.tests]:
        text = usage.files[user]
        if last not in text or (module := usage.module(user)) is None:
            continue
        home = package_of(user)
        for node in module.nodes:
            if isinstance(node, ast.Import) and any(alias.name == gone for alias in node.names):
                yield ImportBroken(user, node.lineno, gone, path)
            elif isinstance(node, ast.ImportFrom):
                source = absolute("." * node.level + (node.module or ""), home)
                if source == gone or (source == package and any(alias.name == last for alias in node.names)):
                    yield ImportBroken(user, node.lineno, last, path)


def swapped_imports(compared: list[Pair], usage: Usage, old_files: Mapping[str, str]) -> Iterator[ImportReplaced]:
    """Names that files use as before and that now come from another place: the swap may be of a log-in check."""
    for pair in compared:
        if pair.old is None or pair.new is None:
            continue
        for name in sorted(set(pair.old.imports) & set(pair.new.imports)):
            old, new = (absolute_of(each.imports[name], each.path) for each in (pair.old, pair.new))
            old = beside(old, pair.old.path, old_files)
            if old != new and is_used(pair.new, name) and not is_same_thing(old, new, usage, old_files):
                line = next((getattr(each, "lineno", 1) for each in pair.new.nodes if imports_name(each, name)), 1)
                yield ImportReplaced(pair.path, line, name, old, new)


def absolute_of(dotted_name: str, path: str) -> str:
    """The dotted name without leading dots."""
    return absolute(dotted_name, package_of(path)) if dotted_name.startswith(".") else dotted_name


def beside(name: str, path: str, files: Mapping[str, str]) -> str:
    """The name as it is written from the top, where it was found beside the file, as Python 2 and scripts do."""
    place = name.rpartition(".")[0]
    package = package_of(path)
    is_beside = bool(package) and not text_in(files, place) and bool(text_in(files, f"{package}.{place}"))
    return f"{package}.{name}" if is_beside else name


def is_used(module: Module, name: str) -> bool:
    """Whether the file does anything with the name."""
    return any(isinstance(each, ast.Name) and each.id == name for each in module.nodes)


def imports_name(node: ast.AST, name: str) -> bool:
    """Whether an import makes the name known."""
    return isinstance(node, ast.Import | ast.ImportFrom) and any(
        name in {alias.asname, alias.name} for alias in node.names
    )


def is_same_thing(old: str, new: str, usage: Usage, old_files: Mapping[str, str]) -> bool:
    """Whether both places hold the same: of one published package, a part of the language, or moved with its text."""
    places = [name.rpartition(".")[0] for name in (old, new)]
    own = [is_own(files, place) for files, place in zip((old_files, usage.files), places, strict=True)]
    if not any(own):
        roots = {name.partition(".")[0] for name in (old, new)}
        return len(roots) == 1 or any(root in sys.stdlib_module_names for root in roots)
    if not all(own):
        return False
    name = new.rpartition(".")[2]
    texts = (definition_in(old_files, places[0], name), definition_in(usage.files, places[1], name))
    passed_on = any(
        name in text_in(usage.files, place) and text is None for place, text in zip(places, texts, strict=True)
    )
    return passed_on or (texts[0] is not None and texts[0] == texts[1])


def is_own(files: Mapping[str, str], module: str) -> bool:
    """Whether a module, or the package that it is of, is the project's."""
    root = module.partition(".")[0]
    return bool(text_in(files, module)) or any(path.startswith((f"{root}/", f"src/{root}/")) for path in files)


def text_in(files: Mapping[str, str], module: str) -> str:
    """The text of a module."""
    paths = (f"{module.replace('.', '/')}{end}" for end in (".py", "/__init__.py"))
    return next((files[f"{root}{path}"] for path in paths for root in ("", "src/") if f"{root}{path}" in files), "")


def definition_in(files: Mapping[str, str], module: str, name: str) -> str | None:
    """What a name is defined as in a module of the project; None where it is not defined there."""
    try:
        tree = ast.parse(text_in(files, module))
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return ast.dump(node)
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for each in node.targets
        ):
            return ast.dump(node.value)
    return None


def import_keys(module: Module) -> set[str]:
    """The imports of a file, to compare."""
    return {ast.dump(node) for node in module.nodes if isinstance(node, ast.Import | ast.ImportFrom)}


def missing(module: Module, node: ast.ImportFrom, usage: Usage) -> Iterator[ImportBroken]:
    """The names of one import that its source does not have."""
    source = absolute("." * node.level + (node.module or ""), package_of(module.path))
    path = usage.by_module.get(source)
    target = usage.module(path) if path is not None and path != module.path else None
    if target is None:
        return
    known = names_of(target)
    for alias in node.names:
        inside = f"{source}.{alias.name}"
        is_module = inside in usage.by_module or any(name.startswith(f"{inside}.") for name in usage.by_module)
        if alias.name not in known and "*" not in known and alias.name != "*" and not is_module:
            yield ImportBroken(module.path, node.lineno, alias.name, target.path)


def names_of(module: Module) -> set[str]:
    """Every name that the file may have; "*" where nobody can tell."""
    found = {*module.imports, *(each.name for each in inner_scopes(module.tree.body)), "__version__", "__name__"}
    for statement in own_statements(module.tree.body):
        found |= {
            each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
    if "__getattr__" in found or any(
        isinstance(each, ast.Call) and getattr(each.func, "id", "") == "globals" for each in module.nodes
    ):
        found.add("*")
    return found


def same_module(old: Module, new: Module) -> bool:
    """Whether two versions of a file run the same: docstrings, hints, layout and local names do not count."""
    if set(old.functions) != set(new.functions) or set(old.classes) != set(new.classes):
        return False
    for name, definition in old.functions.items():
        node = new.functions[name].node
        if not same_behaviour(definition.node, node) or outside(definition.node) != outside(node):
            return False
    if any(class_key(node) != class_key(new.classes[name]) for name, node in old.classes.items()):
        return False
    return top_key(old) == top_key(new)


def outside(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[object, ...]:
    """Decorators, names and defaults of parameters."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    values = [*node.decorator_list, *arguments.defaults, *(each for each in arguments.kw_defaults if each)]
    return type(node), [each.arg for each in every], bool(arguments.vararg), [ast.dump(each) for each in values]


def class_key(node: ast.ClassDef) -> list[str]:
    """What a class is besides its methods."""
    parts = [each for each in node.body if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    kept = [
        each
        for each in parts
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) and not isinstance(each, ast.Pass)
    ]
    return [ast.dump(each) for each in [*node.bases, *node.keywords, *node.decorator_list, *kept]]


def top_key(module: Module) -> tuple[object, ...]:
    """What runs at the top of a file, its imports in any order; unused ones of typing do not count."""
    imports = {
        name: source
        for name, source in module.imports.items()
        if not source.startswith(("typing", "__future__", "collections.abc"))
    }
    return (
        {name: ast.dump(value) for name, value in module.constants.items()},
        [ast.dump(each) for each in module.loose],
        imports,
    )
