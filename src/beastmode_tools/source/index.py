"""What an index of a project's names is made of: words of functions, names of imports, patterns of requests."""

import ast
import re

from beastmode_tools.source.syntax import Module, words_of

__all__ = [
    "IMPORT",
    "absolute",
    "ends_alike",
    "imported_names",
    "names_it",
    "requested",
    "same_function",
    "scopes_of",
]

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]*))", re.MULTILINE
)


def scopes_of(module: Module) -> dict[str, frozenset[str]]:
    """The words of each function of a file, and under "" those of the code outside of functions that runs something."""
    found = {name: words_of(each.node) for name, each in module.functions.items()}
    found |= {name: class_words(node) for name, node in module.classes.items()}
    found |= {name: words_of(value) for name, value in module.constants.items() if name not in found}
    return found | {"": frozenset[str]().union(*(words_of(each) for each in module.loose if not is_script_start(each)))}


def is_script_start(statement: ast.stmt) -> bool:
    """Whether it runs only where the file itself is started: `if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and "__name__" in words_of(statement.test)


def class_words(node: ast.ClassDef) -> frozenset[str]:
    """The words of a class outside of its methods."""
    parts = [each for each in node.body if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return frozenset[str]().union(*(words_of(each) for each in [*parts, *node.bases, *node.decorator_list]))


def names_it(module: Module, name: str, *, in_own_file: bool) -> bool:
    """Whether the file uses the name: as a variable, an attribute or in an import."""
    for node in module.nodes:
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) if word == name:
                return True
            case ast.alias(name=word) if word == name and not in_own_file:
                return True
    return False


def absolute(source: str, package: str) -> str:
    """The dotted name of a relative import's source."""
    level = len(source) - len(source.lstrip("."))
    if not level:
        return source
    parts = package.split(".")
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, *([source.lstrip(".")] if source.lstrip(".") else [])])


def imported_names(names: str) -> list[str]:
    """What `from x import` names, without aliases and parentheses."""
    return [part.strip().split(" as ")[0].strip() for part in names.strip("() \n").split(",")]


def ends_alike(source: str, wanted: str) -> bool:
    """Whether an import's source is the module, whichever folder Python starts from."""
    return bool(source) and (source == wanted or wanted.endswith(f".{source}") or source.endswith(f".{wanted}"))


def same_function(served: str, name: str) -> bool:
    """Whether Flask's name of a function is ours: `create_app.<locals>.index` is `create_app.index`."""
    return served.replace("<locals>.", "") == name.split("#", maxsplit=1)[0]


def requested(path: str) -> re.Pattern[str] | None:
    """A pattern that finds a request of the route's path in a test's text."""
    if not path.startswith("/"):
        return None
    if path == "/":
        return re.compile(r"""\.(?:get|post|put|patch|delete|open)\(\s*f?["']/["'?]""")
    pattern = "".join("[^/\"'?]+" if part.startswith("<") else re.escape(part) for part in re.split(r"(<[^>]*>)", path))
    return re.compile(pattern.rstrip("/") + r"""(?=["'?/]|$)""")
