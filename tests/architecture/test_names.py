"""A module is named for the noun it holds."""

import ast
import importlib
import inspect
import pkgutil
import re
import runpy
from pathlib import Path

import pytest

import beastmode
import beastmode_tools

VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}


def test_no_module_has_a_name_that_says_nothing(ours):
    vague = [path.as_posix() for path in ours if {*path.with_suffix("").parts} & VAGUE]

    assert not vague, f"name these for what they hold: {vague}"


def test_every_module_of_the_tools_says_what_it_offers(root):
    tools = [name for name in modules() if name.startswith("beastmode_tools.")]
    silent = [name for name in tools if has_code(name) and not isinstance(names_of(name), list)]

    assert not silent, f"these modules have no __all__: {silent}"


def test_every_name_that_is_offered_exists_and_is_described():
    undescribed = [f"{module}.{name}" for module, name, value in offered() if not is_described(value)]

    assert not undescribed, f"these public names have no docstring: {undescribed}"


def test_no_two_classes_of_the_library_have_one_name(root, ours):
    """A name that has two meanings is told apart only by its module."""
    library = [path for path in ours if path.as_posix().startswith("src/beastmode/")]
    homes: dict[str, list[str]] = {}
    for path in library:
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name.lstrip("_"), []).append(path.as_posix())

    doubled = {name: paths for name, paths in homes.items() if len(paths) > 1}

    assert not doubled, doubled


def test_every_package_that_offers_something_is_among_the_documented_ones(root):
    public = runpy.run_path(str(root / "docs" / "names.py"))["PUBLIC"]
    library = [name for name in modules() if name.startswith("beastmode.")]
    packages = {name for name in library if hasattr(importlib.import_module(name), "__path__") and names_of(name)}

    missing = packages - set(public) - {"beastmode.api.docs"}

    assert not missing, f"docs/names.py does not list these: {sorted(missing)}"


@pytest.mark.parametrize("name", sorted(beastmode.__all__))
def test_a_name_of_the_front_page_is_the_one_of_its_part(name):
    parts = [
        importlib.import_module(f"beastmode.{part}")
        for part in ("api", "db", "query", "accounts", "extension", "core.errors")
    ]

    values = {id(getattr(part, name)) for part in parts if name in getattr(part, "__all__", vars(part))}

    assert values == {id(getattr(beastmode, name))}


def test_every_file_of_the_tests_has_a_name_of_its_own_since_they_are_imported_by_it(root, ours):
    # Projects that tests run are imported by nobody here.
    tests = [path for path in ours if path.parts[0] == "tests" and not {"apps", "projects"} & {*path.parts}]
    alone = [path for path in tests if not (root / path.parent / "__init__.py").exists()]
    names = [path.name for path in alone if path.name != "conftest.py"]

    assert len(set(names)) == len(names), sorted({name for name in names if names.count(name) > 1})


def test_no_test_imports_from_a_conftest_since_there_is_one_in_every_folder(root, ours):
    confused = [
        str(path) for path in ours if re.search(r"^\s*from conftest import", (root / path).read_text(), re.MULTILINE)
    ]

    assert not confused


def test_every_test_is_named_with_a_sentence(root, ours):
    curt = [f"{path}: {name}" for path in ours if path.name.startswith("test_") for name in curt_tests(root / path)]

    assert not curt, "\n".join(curt)


def modules():
    """Every module that is imported; the guard's probes are scripts for the interpreters of other projects."""
    packages = (beastmode, beastmode_tools)
    found = [each.name for one in packages for each in pkgutil.walk_packages(one.__path__, f"{one.__name__}.")]
    return [name for name in found if ".probes" not in name]


def names_of(module):
    return getattr(importlib.import_module(module), "__all__", None)


def has_code(module):
    """Whether a module is more than the mark that a folder is a package."""
    return bool(ast.parse(Path(importlib.import_module(module).__file__).read_text(encoding="utf-8")).body)


def offered():
    """What each module offers: the names of its `__all__`; without one, its own names that begin with no underscore."""
    for module in modules():
        imported = importlib.import_module(module)
        own = [name for name, value in vars(imported).items() if getattr(value, "__module__", None) == module]
        for name in names_of(module) or [name for name in own if not name.startswith("_")]:
            yield module, name, getattr(imported, name)


def is_described(value):
    """Whether a class or function has a docstring; constants and objects of described classes have one already."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return True
    if not (value.__module__ or "").startswith("beastmode"):
        return True  # made by another package, such as an option of a command
    doc = value.__doc__ or ""
    return bool(doc) and not doc.startswith(f"{value.__name__}(")  # what a dataclass writes on its own


def curt_tests(path):
    """Tests whose name has fewer than three words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [node.name for node in functions if node.name.startswith("test_") and node.name.count("_") < 3]
