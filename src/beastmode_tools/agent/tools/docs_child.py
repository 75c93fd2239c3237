"""Runs in the project's interpreter: which packages are installed, and what their sources say; nothing is imported.

`docs_child.py QUESTION ANSWER`: two files of JSON. The question is `{"name", "text"}`, or `{}` for the packages.
"""

import ast
import importlib.machinery
import importlib.metadata
import json
import os
import re
import sys
from typing import Any

__all__ = ["main"]

MOST_DOC = 12_000
"""Characters of a docstring or a README in one answer: a few screens."""
MOST_MEMBERS = 150
"""Names of a module that are listed: of more, a search is the way to the one that is meant."""
MOST_FOUND = 30
"""Places where words occur: with more, other words are better."""
DEEPEST = 8
"""Imports that are followed from a package's front page to where a name is defined; a circle has no end."""
LONGEST = 1_000_000  # bytes of a module; generated tables are longer, and say nothing

Node = Any


def main(question: str, answer: str) -> None:
    """Answers the question."""
    sys.path[0] = os.getcwd()
    with open(question, encoding="utf-8") as file:
        asked = json.load(file)
    if "name" not in asked:
        found = {"packages": packages()}
    elif asked.get("text"):
        found = search(asked["name"], asked["text"])
    else:
        found = describe(asked["name"])
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(found, file)


def packages() -> dict[str, str]:
    """Name -> version of everything that is installed."""
    found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
    return {name: found[name] for name in sorted(filter(None, found), key=str.lower)}


def describe(name: str) -> dict[str, Any]:
    """What a package, module, class or function is."""
    name = name if top_of(name) else package_of(name)
    found = resolved(name)
    if found is None:
        return {"refused": f"{name!r} is not installed here, or has no source. Packages: {near(name)}"}
    module, path, node = found
    about = {"name": name, "module": module, "package": distribution_of(name), "place": os.path.basename(path)}
    if isinstance(node, ast.Module):
        return {**about, "kind": "module", "doc": doc_of(node) or readme(name), "members": members(node, path)}
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return {**about, "kind": "value", "line": node.lineno, "source": ast.unparse(node)[:MOST_DOC]}
    told = {**about, "kind": kind, "line": node.lineno, "signature": signature(node), "doc": doc_of(node)}
    return {**told, "members": methods(node)} if kind == "class" else told


def package_of(name: str) -> str:
    """What a distribution is imported as: Flask-Limiter is `flask_limiter`."""
    wanted = normal(name)
    known = importlib.metadata.packages_distributions()
    for top, owners in sorted(known.items(), key=lambda each: each[0].startswith("_")):
        if wanted in {normal(owner) for owner in owners}:
            return top
    return name


def normal(name: str) -> str:
    """The name of a distribution as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def near(name: str) -> str:
    """Names that are like it."""
    import difflib

    found = difflib.get_close_matches(name.partition(".")[0], [*importlib.metadata.packages_distributions()], 5)
    return ", ".join(found) or "`overview` lists them"


def distribution_of(name: str) -> str:
    """The distribution and version that a module comes from; "" for the project's own."""
    owners = importlib.metadata.packages_distributions().get(name.partition(".")[0], [])
    return ", ".join(sorted({f"{each} {importlib.metadata.version(each)}" for each in owners}))


def readme(name: str) -> str:
    """The description of the distribution."""
    for owner in importlib.metadata.packages_distributions().get(name.partition(".")[0], []):
        metadata: Any = importlib.metadata.metadata(owner)
        text = metadata.get("Description") or str(metadata.get_payload() or "") or metadata.get("Summary") or ""
        return text[:MOST_DOC]
    return ""


def top_of(name: str) -> Any:
    """Where the first module of a name is; nothing is imported for it."""
    top = name.partition(".")[0]
    if not top.isidentifier():
        return None
    for finder in sys.meta_path:
        if hasattr(finder, "find_spec") and (spec := finder.find_spec(top, None)) is not None:
            return spec
    return None


def resolved(name: str, depth: int = 0) -> "tuple[str, str, Node] | None":
    """The module, its file, and the node that a dotted name stands for."""
    spec = top_of(name)
    if spec is None or depth > DEEPEST:
        return None
    path, places = spec.origin, list(spec.submodule_search_locations or ())
    module, rest = name.partition(".")[0], name.split(".")[1:]
    while rest and places:
        below = importlib.machinery.PathFinder.find_spec(f"{module}.{rest[0]}", places)
        if below is None:
            break
        module, path, places = f"{module}.{rest.pop(0)}", below.origin, list(below.submodule_search_locations or ())
    if not path or not path.endswith(".py"):
        return None
    node = parsed(path)
    return within(module, path, node, rest, depth)


def within(module: str, path: str, node: Node, rest: "list[str]", depth: int) -> "tuple[str, str, Node] | None":
    """What stands under the rest of a name, followed through imports."""
    for index, part in enumerate(rest):
        found = defined(node, part)
        if found is None:
            return None
        if isinstance(found, (ast.Import, ast.ImportFrom)):
            return resolved(".".join([imported(found, part, module, path), *rest[index + 1 :]]), depth + 1)
        node = found
    return module, path, node


def parsed(path: str) -> ast.Module:
    """A module's source."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return ast.parse(file.read())


def defined(node: Node, name: str) -> Node:
    """The last statement of a body that binds a name."""
    bound = [each for each in statements(node) if name in names_of(each)]
    return bound[-1] if bound else None


def statements(node: Node) -> Any:
    """The statements of a body, those under `if` and `try` included."""
    for each in getattr(node, "body", ()):
        yield each
        if isinstance(each, (ast.If, ast.Try)):
            yield from statements(each)


def names_of(statement: Node) -> "set[str]":
    """What a statement binds."""
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {each.asname or each.name for each in statement.names}
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def imported(statement: Node, name: str, module: str, path: str) -> str:
    """The dotted name that an imported one stands for."""
    original: str = next(each.name for each in statement.names if (each.asname or each.name) == name)
    if isinstance(statement, ast.Import):
        return original
    parts = module.split(".")
    if not statement.level:
        return f"{statement.module}.{original}"
    up = statement.level - (1 if os.path.basename(path) == "__init__.py" else 0)
    home = parts[: len(parts) - up] if up else parts
    return ".".join([*home, *([statement.module] if statement.module else []), original])


def doc_of(node: Node) -> str:
    """A docstring."""
    return (ast.get_docstring(node) or "")[:MOST_DOC]


def signature(node: Node) -> str:
    """How a function or class is written, up to the colon."""
    if not isinstance(node, ast.ClassDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"def {node.name}({ast.unparse(node.args)}){returns}"
    bases = ", ".join(ast.unparse(each) for each in node.bases)
    start = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None)
    made = f"; {signature(start)}" if start is not None else ""
    return f"class {node.name}({bases}){made}"


def methods(node: Node) -> "list[str]":
    """The public methods and fields of a class, with the first line of what they say."""
    found = []
    for each in node.body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and not each.name.startswith("_"):
            found.append(f"{signature(each)}: {doc_of(each).partition(chr(10))[0]}")
        elif isinstance(each, ast.AnnAssign):
            found.append(ast.unparse(each))
    return found[:MOST_MEMBERS]


def members(node: Node, path: str) -> "list[str]":
    """The public names of a module, with the modules below it."""
    names = {name for each in statements(node) for name in names_of(each) if not name.startswith("_")}
    if os.path.basename(path) == "__init__.py":
        below = os.listdir(os.path.dirname(path))
        names |= {each[:-3] for each in below if each.endswith(".py") and not each.startswith("_")}
        names |= {each for each in below if os.path.exists(os.path.join(os.path.dirname(path), each, "__init__.py"))}
    return sorted(names)[:MOST_MEMBERS]


def search(name: str, text: str) -> dict[str, Any]:
    """The functions and classes of a package whose name or docstring has every word of a text."""
    top = name.partition(".")[0] if top_of(name) else package_of(name)
    spec = top_of(top)
    if spec is None:
        return {"refused": f"{name!r} is not installed here. Packages: {near(name)}"}
    words = text.lower().split()
    found: list[dict[str, str]] = []
    for home in spec.submodule_search_locations or [os.path.dirname(spec.origin or "")]:
        for path in sources(home, spec):
            module = ".".join([top, *os.path.relpath(path, home)[:-3].split(os.sep)]).replace(".__init__", "")
            found += described(path, module, words)
    return {"package": distribution_of(top), "found": found[:MOST_FOUND], "is_complete": len(found) <= MOST_FOUND}


def sources(home: str, spec: Any) -> Any:
    """The files of a package."""
    if not spec.submodule_search_locations:
        yield spec.origin
        return
    for folder, folders, names in os.walk(home):
        folders[:] = sorted(each for each in folders if each not in ("tests", "test", "__pycache__"))
        for each in sorted(names):
            path = os.path.join(folder, each)
            if each.endswith(".py") and os.path.getsize(path) < LONGEST:
                yield path


def described(path: str, module: str, words: "list[str]") -> "list[dict[str, str]]":
    """What in a file has every word."""
    try:
        tree = parsed(path)
    except (SyntaxError, ValueError, OSError):
        return []
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("_"):
            continue
        doc = ast.get_docstring(node) or ""
        if all(word in f"{node.name} {doc}".lower() for word in words):
            found.append({"name": f"{module}.{node.name}", "says": doc.strip().partition("\n")[0]})
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
