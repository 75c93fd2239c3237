"""No module of the library needs, even for a type, another one that needs it."""

import ast
from pathlib import Path

import pytest


def test_no_two_modules_of_the_library_import_each_other(root):
    """An import for types alone is one too: whoever reads the one module has to read the other first."""
    modules = modules_below(root / "src" / "beastmode")
    edges = {name: imported(path, modules) - {name} for name, path in modules.items()}

    circles = sorted({tuple(sorted(part)) for name in edges if len(part := circle_of(name, edges)) > 1})

    assert not circles, "\n".join(" <-> ".join(part) for part in circles)


@pytest.mark.parametrize(
    "line",
    ["from shop.cart import Cart", "if TYPE_CHECKING:\n    import shop.cart", "def pay():\n    from shop import cart"],
)
def test_a_circle_of_any_kind_of_import_is_seen(tmp_path, line):
    """At the top, for types, and in a function."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "cart.py").write_text("from shop.till import Till")
    (tmp_path / "shop" / "till.py").write_text(line)
    modules = modules_below(tmp_path / "shop")

    edges = {name: imported(path, modules) - {name} for name, path in modules.items()}

    assert circle_of("shop.cart", edges) == {"shop.cart", "shop.till"}


def modules_below(folder: Path) -> dict[str, Path]:
    """Every module of a package, by its dotted name."""
    named = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


def imported(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules that a file imports, wherever in it; of `from package import module`, the module alone."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            dotted = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= dotted & set(modules) or {node.module}
    return names & set(modules)


def circle_of(name: str, edges: dict[str, set[str]]) -> set[str]:
    """The modules that a module reaches and that reach it, itself included."""
    return {other for other in reached(name, edges) if name in reached(other, edges)} | {name}


def reached(name: str, edges: dict[str, set[str]]) -> set[str]:
    """Every module that a module imports, directly or not."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for other in edges[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen
