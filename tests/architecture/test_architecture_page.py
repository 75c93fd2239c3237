"""ARCHITECTURE.md draws the import contracts of pyproject.toml, and names files and functions that exist."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
HOMES = ("", "src/beastmode", "src/beastmode_tools", "src/beastmode_tools/guard")
DRAWN = re.compile(r"^(beastmode\S*):\n((?: .+\n?)+)", re.MULTILINE)
NAMED = re.compile(r"`([\w./<>-]+\.py|[\w.-]+(?:/[\w.<>-]+)*/)(?:::([\w.]+))?`")


def contracts():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def layered():
    """The layers of pyproject.toml by the package that has them; the subjects of the guard are one."""
    found = {}
    for contract in contracts():
        if contract["type"] == "layers":
            containers = contract["containers"]
            parent = containers[0].rpartition(".")[0]
            name = containers[0] if len(containers) == 1 else f"{parent}.<subject>"
            found[name] = [layer.replace("(", "").replace(")", "") for layer in contract["layers"]]
    return found


def drawn():
    """The layers as the page draws them."""
    return {name: [" ".join(layer.split()) for layer in text.split(">")] for name, text in DRAWN.findall(PAGE)}


def named_in(text):
    """The files and folders in backticks, each with the name behind `::`; `/api/posts` is a URL."""
    return [(path, name) for path, name in NAMED.findall(text) if "<" not in path]


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def place_of(path):
    """Where a path of the page is; None if it is nowhere."""
    places = [ROOT / home / path for home in HOMES]
    return next((place for place in places if place.exists()), None)


def defines(file, dotted):
    """Whether a file defines a function, a class, or a method of a class."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    for part in dotted.split("."):
        found = [node for node in body if getattr(node, "name", None) == part]
        if not found:
            return False
        body = found[0].body
    return True


def test_the_page_draws_the_layers_that_are_enforced():
    """Each contract about layers is drawn, and nothing is drawn that no contract enforces."""
    assert drawn() == layered()


def test_the_page_lists_the_other_contracts_by_name():
    """Each contract that is not about layers is one line of the list, and the list has no other line."""
    names = {contract["name"] for contract in contracts() if contract["type"] != "layers"}

    listed = set(re.findall(r"^- (.+)$", section("Who may import whom"), re.MULTILINE))

    assert listed == names


@pytest.mark.parametrize(
    ("title", "package"), [("The runtime: `src/beastmode`", "beastmode"), ("The tools: `src/beastmode_tools`", None)]
)
def test_the_tables_of_parts_name_what_exists(title, package):
    """Each row of a table names a file or a folder; the table of the runtime has a row for each part."""
    cells = re.findall(r"^\| (`.+?) \|", section(title), re.MULTILINE)
    parts = {path for cell in cells for path, _ in named_in(cell)}

    assert not [path for path in parts if place_of(path) is None]
    if package:
        expected = {part for layer in layered()[package] for part in layer.split(" | ")}
        assert {Path(path).stem for path in parts} == expected


@pytest.mark.parametrize(("path", "name"), sorted(set(named_in(PAGE))))
def test_a_file_that_the_page_names_exists_with_what_it_names_in_it(path, name):
    """A file that moves, or a function that is renamed, takes the page with it."""
    place = place_of(path)

    assert place is not None, f"{path} does not exist"
    assert not name or defines(place, name), f"{path} does not define {name}"


@pytest.mark.parametrize("title", ["Follow one request", "Follow one migration"])
def test_a_walk_goes_through_many_files_and_names_a_place_in_each(title):
    """A walk is followed in an editor, from one function to the next."""
    steps = re.split(r"^\d+\. ", section(title), flags=re.MULTILINE)[1:]

    places = {path for step in steps for path, name in named_in(step) if name}

    assert all(named_in(step) for step in steps)
    assert len(places) >= 10


def test_what_does_not_exist_is_told_from_what_does():
    """The checks of this file see a file that is gone, and a method that is gone."""
    middleware = place_of("core/middleware.py")

    assert place_of("core/gone.py") is None
    assert defines(middleware, "Middleware.__call__")
    assert not defines(middleware, "Middleware.gone")
    assert not defines(middleware, "gone")
