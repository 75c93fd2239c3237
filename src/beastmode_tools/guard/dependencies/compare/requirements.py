"""What files of dependencies ask for: requirements files, pyproject, Pipfile, setup files, lock files."""

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name

from beastmode_tools.source.digest import json_text
from beastmode_tools.source.values import value_of

__all__ = ["TOOLS", "Requirement", "Requirements", "requirements_of"]

OPTION = re.compile(
    r"(-i|--index-url|--extra-index-url|--find-links|-f|--trusted-host|-r|--requirement|-c|--constraint)[ =]\s*(\S+)"
)
NAMED_LINE = re.compile(r"""\s*name\s*=\s*(["'])(.+?)\1""")
DEVELOPMENT = re.compile(
    r"(?:^|[^a-z])(?:dev(?:el\w*)?|tests?|testing|lint\w*|docs?|documentation|types?|typing|checks?|ci|build)(?:[^a-z]|$)",
    re.IGNORECASE,
)
TOOLS = re.compile(
    r"(?:pytest|flake8|types|sphinx|pylint|mkdocs|pep8)(?:-.+)?|black|ruff|mypy|isort|coverage|tox|nox|pre-commit|bandit"
    r"|codecov|coveralls|factory-boy|faker|freezegun|responses|moto|mock|nose2?|pycodestyle|pyflakes|autopep8|yapf|twine"
)
"""Packages that nothing in production calls, in whichever file they stand."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package that is asked for.

    Args:
        name: Normalised.
        specifier: "" for any version.
        extras: Sorted.
        source: Address, path or index it comes from; "" for the usual index.
        line: Where it is asked for.
        is_development: Whether only developers and tests get it.
    """

    name: str
    specifier: str
    extras: tuple[str, ...] = ()
    source: str = ""
    line: int = 1
    is_development: bool = False

    @property
    def text(self) -> str:
        """As a person writes it."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}{f' from {self.source}' if self.source else ''}"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one file asks for; `problem` says why it could not be read."""

    packages: dict[str, Requirement] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    python: str = ""
    problem: str = ""


def requirements_of(path: str, text: str) -> Requirements:
    """What a file of dependencies asks for, by the kind that its name says."""
    name = path.rpartition("/")[2]
    for suffix, reader in READERS:
        if name.endswith(suffix):
            try:
                return reader(path, text)
            except (
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
                configparser.Error,
                SyntaxError,
                RecursionError,
            ) as error:
                return Requirements(problem=f"{type(error).__name__}: {str(error)[:120]}")
    return lines(path, text)


def gathered(found: Iterable[Requirement]) -> dict[str, Requirement]:
    """By name; where a package is asked for twice, in production counts."""
    packages: dict[str, Requirement] = {}
    for each in found:
        if each.name not in packages or packages[each.name].is_development:
            packages[each.name] = each
    return packages


def lines(path: str, text: str) -> Requirements:
    """A requirements or constraints file."""
    packages: list[Requirement] = []
    indexes: list[str] = []
    included: list[str] = []
    development = bool(DEVELOPMENT.search(path.rpartition("/")[2].replace("requirements", "")))
    joined = re.sub(r"\\\r?\n", " ", text)
    for number, line in enumerate(joined.splitlines(), 1):
        content = re.sub(r"(?:^|\s)#.*$", "", line).strip()
        content = re.sub(r"\s--hash[= ]\S+", "", content).strip()
        option = OPTION.match(content)
        if option:
            (included if option[1] in {"-r", "--requirement", "-c", "--constraint"} else indexes).append(
                f"{option[1]} {option[2]}"
            )
        elif content and not content.startswith("--"):
            packages += parsed(re.sub(r"^(?:-e|--editable)[ =]\s*", "", content), number, development=development)
    return Requirements(gathered(packages), tuple(indexes), tuple(included))


def parsed(text: str, line: int, *, development: bool) -> list[Requirement]:
    """One requirement of PEP 508, or the address of one."""
    try:
        found = Parsed(text)
    except InvalidRequirement:
        name = (
            (re.search(r"#egg=([\w.-]+)", text) or re.search(r"([\w.-]+?)(?:\.git)?(?:@[\w./-]+)?(?:#.*)?$", text))
            if text
            else None
        )
        return [Requirement(str(canonicalize_name(name[1])), "", (), text, line, development)] if name else []
    return [
        Requirement(
            str(canonicalize_name(found.name)),
            str(found.specifier),
            tuple(sorted(found.extras)),
            found.url or "",
            line,
            development,
        )
    ]


def line_of(text: str, name: str) -> int:
    """The first line that names a package."""
    place = text.find(name)
    return text.count("\n", 0, place) + 1 if place >= 0 else 1


def pyproject(_path: str, text: str) -> Requirements:
    """PEP 621, dependency groups, Poetry, PDM and uv's development lists."""
    data = tomllib.loads(text)
    project, tool = data.get("project", {}), data.get("tool", {})
    groups: list[tuple[bool, Iterable[Any]]] = [(False, project.get("dependencies", []))]
    groups += [
        (bool(DEVELOPMENT.search(name)), each) for name, each in project.get("optional-dependencies", {}).items()
    ]
    groups += [(True, each) for each in data.get("dependency-groups", {}).values()]
    groups += [(True, tool.get("uv", {}).get("dev-dependencies", []))]
    groups += [(True, each) for each in tool.get("pdm", {}).get("dev-dependencies", {}).values()]
    packages = [
        each
        for development, texts in groups
        for one in texts
        if isinstance(one, str)
        for each in parsed(one, line_of(text, re.split(r"[^\w.-]", one)[0]), development=development)
    ]
    poetry = tool.get("poetry", {})
    packages += table(poetry.get("dependencies", {}), text, development=False)
    packages += table(poetry.get("dev-dependencies", {}), text, development=True)
    for name, group in poetry.get("group", {}).items():
        packages += table(group.get("dependencies", {}), text, development=bool(DEVELOPMENT.search(name)))
    indexes = [
        str(each.get("url"))
        for key in ("poetry", "uv", "pdm")
        for each in as_list(tool.get(key, {}).get("source" if key != "uv" else "index"))
    ]
    sources = tool.get("uv", {}).get("sources", {})
    indexes += [f"{name} from {json_text(source)}" for name, source in sources.items()]
    python = project.get("requires-python") or poetry.get("dependencies", {}).get("python", "")
    return Requirements(gathered(packages), tuple(indexes), (), str(python))


def as_list(value: Any) -> list[Any]:
    """The tables of a list, whatever else stands there."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def table(items: dict[str, Any], text: str, *, development: bool) -> Iterator[Requirement]:
    """Poetry's and Pipenv's tables: name -> version or a table with one."""
    for name, value in items.items():
        if name.lower() == "python":
            continue
        given = value if isinstance(value, dict) else {"version": value}
        place = next((key for key in ("git", "url", "path", "source", "file") if key in given), None)
        at = next((f" {given[key]}" for key in ("ref", "rev", "branch", "tag") if key in given), "")
        source = f"{place} {given[place]}{at}" if place is not None else ""
        version = str(given.get("version", "")).strip()
        yield Requirement(
            str(canonicalize_name(name)),
            "" if version == "*" else version,
            tuple(sorted(given.get("extras", ()))),
            source,
            line_of(text, name),
            development,
        )  # fmt: skip - two lines read better than eight


def pipfile(_path: str, text: str) -> Requirements:
    """Pipenv's file."""
    data = tomllib.loads(text)
    packages = [
        *table(data.get("packages", {}), text, development=False),
        *table(data.get("dev-packages", {}), text, development=True),
    ]
    indexes = tuple(str(each.get("url")) for each in as_list(data.get("source")))
    return Requirements(gathered(packages), indexes, (), str(data.get("requires", {}).get("python_version", "")))


def pipfile_lock(_path: str, text: str) -> Requirements:
    """Pipenv's lock file."""
    data = json.loads(text or "{}")
    packages = [
        *table(data.get("default", {}), text, development=False),
        *table(data.get("develop", {}), text, development=True),
    ]
    return Requirements(gathered(packages))


def lock(_path: str, text: str) -> Requirements:
    """The lock files of uv, Poetry and PDM, and PEP 751."""
    data = tomllib.loads(text)
    found = []
    lines = {match[2]: number for number, line in enumerate(text.splitlines(), 1) if (match := NAMED_LINE.match(line))}
    for each in [*as_list(data.get("package")), *as_list(data.get("packages"))]:
        source = each.get("source") or {}
        address = next(
            (str(source[key]) for key in ("git", "url", "path", "editable", "directory", "virtual") if key in source),
            "",
        )
        version = f"=={each['version']}" if "version" in each else ""
        found.append(
            Requirement(str(canonicalize_name(each["name"])), version, (), address, lines.get(str(each["name"]), 1))
        )
    return Requirements(gathered(found), (), (), str(data.get("requires-python", "")))


def setup_cfg(_path: str, text: str) -> Requirements:
    """The options of setuptools."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    listed = [(False, parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        listed += [(bool(DEVELOPMENT.search(name)), value) for name, value in parser.items("options.extras_require")]
    packages = [
        each
        for development, block in listed
        for one in block.splitlines()
        if one.strip()
        for each in parsed(one.strip(), line_of(text, re.split(r"[^\w.-]", one.strip())[0]), development=development)
    ]  # fmt: skip - as it is read aloud
    return Requirements(gathered(packages), (), (), parser.get("options", "python_requires", fallback=""))


def setup_py(_path: str, text: str) -> Requirements:
    """Literal arguments of `setup()`."""
    packages: list[Requirement] = []
    python = ""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.keyword) or node.arg not in {
            "install_requires",
            "extras_require",
            "python_requires",
        }:
            continue
        value = value_of(node.value)
        if value is ...:
            continue
        if node.arg == "python_requires":
            python = str(value)
        for name, items in (
            value.items() if isinstance(value, dict) else [("", value if isinstance(value, list | tuple) else [])]
        ):
            for one in items:
                packages += parsed(str(one), node.value.lineno, development=bool(name and DEVELOPMENT.search(name)))
    return Requirements(gathered(packages), (), (), python)


def python_version(_path: str, text: str) -> Requirements:
    """`.python-version` and `runtime.txt`."""
    return Requirements(python=text.strip())


READERS: tuple[tuple[str, Callable[[str, str], Requirements]], ...] = (
    ("pyproject.toml", pyproject),
    ("Pipfile.lock", pipfile_lock),
    ("Pipfile", pipfile),
    (".lock", lock),
    (".toml", lock),
    ("setup.cfg", setup_cfg),
    ("setup.py", setup_py),
    (".python-version", python_version),
    ("runtime.txt", python_version),
)
