"""What a module of the library keeps to itself begins with an underscore, and `__all__` is for what projects import."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = "src/beastmode/"
IMPORT = re.compile(r"from (beastmode[\w.]*) import (\([^)]*\)|[^\n]+)")
DOTTED = re.compile(r"\b(beastmode[\w.]*|\w+)(?:\"\))?[.:](\w+)")
ALIAS = re.compile(r"import (\w+) as (\w+)")
REPLACED = re.compile(r"setattr\((\w+), \"(\w+)\"")
FOUND_BY_NAME = {"log"}
"""Names that every module may have."""


@pytest.fixture(scope="session")
def documented(root):
    """The modules that the reference describes."""
    return set(runpy.run_path(str(root / "docs" / "names.py"))["PUBLIC"])


@pytest.fixture(scope="session")
def used(root, ours):
    """The names that files take from modules, by module; programs in strings count too."""
    names: dict[str, set[str]] = {}
    for path in [*ours, Path("pyproject.toml")]:
        text = (root / path).read_text(encoding="utf-8")
        for module, imported in IMPORT.findall(text):
            names.setdefault(module, set()).update(re.findall(r"\w+", imported))
        aliases = {alias: module for module, alias in ALIAS.findall(text)}
        for module, name in (*DOTTED.findall(text), *REPLACED.findall(text)):
            names.setdefault(aliases.get(module, module), set()).add(name)
    return names


def test_only_packages_and_documented_modules_have_an_all(root, ours, documented):
    """Elsewhere the underscore says the same, where the name stands."""
    listed = [
        str(path)
        for path in library(ours)
        if path.name != "__init__.py" and module_name(path) not in documented and "__all__" in top_names(root / path)
    ]

    assert [path for path in listed if not is_former(root / path)] == []


def test_a_name_without_an_underscore_is_used_by_another_module(root, ours, documented, used):
    """Whoever changes a private name need not look further than its file."""
    inside = [
        f"{path}: {name}"
        for path in library(ours)
        if path.name != "__init__.py" and module_name(path) not in documented
        for name in public_names(root / path)
        if name not in used.get(module_name(path), set()) | used.get(path.stem, set())
    ]

    assert not inside, "give these a leading underscore:\n" + "\n".join(inside)


@pytest.mark.parametrize(
    ("code", "public"),
    [
        ("def shown(): ...", ["shown"]),
        ("def _hidden(): ...", []),
        ("LIMIT = 5\n_PRIVATE = 6", ["LIMIT"]),
        ("log = 1", []),
        ("import pytest\n@pytest.fixture\ndef shop(): ...", []),
        ("class Cart: ...\ndef pay(cart: Cart): ...", ["pay"]),
        ("class Cart: ...\ndef _pay(cart: Cart): ...", ["Cart"]),
        ("from typing import TypeVar\nT = TypeVar('T')", []),
    ],
)
def test_public_names_are_told_from_others(tmp_path, code, public):
    """Those that pytest, a decorator or a public signature make known are public without being imported."""
    (tmp_path / "module.py").write_text(code)

    assert public_names(tmp_path / "module.py") == public


def library(ours: list[Path]) -> list[Path]:
    """The files of the library, but for templates, and for modules that name what is private to other libraries."""
    found = [path for path in ours if path.as_posix().startswith(LIBRARY) and "templates" not in path.parts]
    return [path for path in found if not path.stem.startswith("private_")]


def module_name(path: Path) -> str:
    """The dotted name of a file of the library."""
    return ".".join(path.relative_to("src").with_suffix("").parts)


def is_former(path: Path) -> bool:
    """Whether a module only knows what its names are called now."""
    return "__getattr__" in path.read_text(encoding="utf-8")


def public_names(path: Path) -> list[str]:
    """The names of a module that only an import could make known."""
    names = top_names(path)
    signatures = {word for name, node in names.items() if not name.startswith("_") for word in signature(node)}
    return sorted(
        name
        for name, node in names.items()
        if not name.startswith(("_", "pytest_"))
        and name not in FOUND_BY_NAME | signatures
        and not is_decorated(node)
        and not is_type_variable(node)
    )


def top_names(path: Path) -> dict[str, ast.stmt]:
    """The names that a module defines at its top, each with its definition."""
    names: dict[str, ast.stmt] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return names


def signature(node: ast.stmt) -> Iterator[str]:
    """The words of the annotations of a function, or of a class and its methods."""
    for part in ast.walk(node):
        annotations = [getattr(part, "annotation", None), getattr(part, "returns", None)]
        for annotation in filter(None, annotations):
            yield from re.findall(r"\w+", ast.unparse(annotation))


def is_decorated(node: ast.stmt) -> bool:
    """Whether a decorator may have handed a function or a class to somebody else."""
    kept = {"contextmanager", "cache", "lru_cache", "dataclass", "overload", "compiles", "wraps", "final"}
    decorators = [set(re.findall(r"\w+", ast.unparse(each))) for each in getattr(node, "decorator_list", [])]
    return any(decorator.isdisjoint(kept) for decorator in decorators)


def is_type_variable(node: ast.stmt) -> bool:
    """Whether a name is a type variable, which mypy wants to have its own name."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {"TypeVar", "ParamSpec"}
