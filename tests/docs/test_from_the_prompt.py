"""docs/why/from-the-prompt.md answers for every name of the prompt, and says of none what is not so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from names_of_the_prompt import EVERY_NAME
from pages import ROOT

from beastmode.core.settings import settings_table
from beastmode.extension import FEATURE_SETTINGS
from blog import create_app

PAGE = ROOT / "docs" / "why" / "from-the-prompt.md"
STATES = {"here", "differs", "planned"}
ROUTE = re.compile(r"(GET|POST) (/\S*)")
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
ABSENT = {404, 405}


def rows(*states):
    """Each row of the page's tables: the prompt's names, the state, what stands for it here, and the reason."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[1] in states:
            yield cells


def names_in(cell):
    return re.findall(r"`([^`]+)`", cell)


def claims(cells):
    """What a row names that either exists or does not: routes, commands, and names that can be imported."""
    routes = [name for name in names_in(cells[0]) if ROUTE.fullmatch(name)]
    named = [name for name in names_in(cells[2]) if ROUTE.fullmatch(name) or is_command(name) or is_dotted(name)]
    return list(dict.fromkeys([*routes, *named]))


def is_command(name):
    return name.startswith(("beast ", "flask beastmode "))


def is_dotted(name):
    return name.startswith(("beastmode.", "blog."))


@pytest.fixture(scope="module")
def visitor():
    """A client of the example that has not logged in."""
    return create_app({"ENVIRONMENT": "testing", "DATABASE_URL": "sqlite://"}).test_client()


@pytest.fixture(scope="module")
def known():
    """Says whether a command or a name exists; in a new process, because features add tables to the metadata."""
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, "-u", str(here / "existing.py")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(dotted):
            print(dotted, file=process.stdin, flush=True)
            return {"yes\n": True, "no\n": False}[process.stdout.readline()]

        yield ask


@pytest.fixture(scope="module")
def exists(visitor, known):
    """Says whether the product has a route, a command or a name."""

    def decide(name):
        if route := ROUTE.fullmatch(name):
            path = re.sub(r"<[^>]+>", "1", route[2])
            # A route that exists answers a visitor too, with 200, 401 or 422.
            return visitor.open(path, method=route[1], json={}).status_code not in ABSENT
        return known(name)

    return decide


@pytest.fixture(scope="module")
def mapped():
    return {name for cells in rows(*STATES) for name in names_in(cells[0])}


@pytest.mark.parametrize("name", EVERY_NAME)
def test_a_name_of_the_prompt_is_mapped_to_ours(mapped, name):
    """Every name of the prompt stands in a row."""
    assert name in mapped


def test_no_name_is_mapped_that_the_prompt_does_not_have(mapped):
    """The page invents no names."""
    assert not mapped - set(EVERY_NAME)


def test_no_name_is_mapped_twice():
    """Each name stands in one row, so that it has one state."""
    names = [name for cells in rows(*STATES) for name in names_in(cells[0])]

    assert sorted(names) == sorted(set(names))


def test_what_differs_says_why():
    """A row that differs gives its reason."""
    silent = [cells[0] for cells in rows("differs") if len(cells[3]) < 15]

    assert not silent


def test_what_is_planned_says_what_it_will_come_with():
    """A planned row names the part that will bring it."""
    silent = [cells[0] for cells in rows("planned") if len(cells[3]) < 5]

    assert not silent


def test_every_row_names_what_stands_for_it():
    """No row leaves its third column empty."""
    silent = [cells[0] for cells in rows(*STATES) if not cells[2]]

    assert not silent


@pytest.mark.parametrize("cells", [cells for cells in rows("here", "differs") if claims(cells)], ids=lambda c: c[0])
def test_what_the_page_says_is_here_exists(exists, cells):
    """A route, a command or a name that the page calls here is in the product."""
    missing = [name for name in claims(cells) if not exists(name)]

    assert not missing, f"{cells[0]} is called {cells[1]}, but these do not exist: {missing}"


def test_what_the_page_calls_planned_does_not_exist_yet(exists):
    """A planned row names a route, a command or a module, and the product does not have it yet."""
    wanted = {cells[0]: claims(cells) for cells in rows("planned")}

    built = {name: [each for each in names if exists(each)] for name, names in wanted.items()}

    assert all(wanted.values()), f"planned, but nothing is named whose existence can be checked: {wanted}"
    assert not any(built.values()), f"called planned, but these exist: {built}"


def test_a_setting_that_the_page_says_is_here_is_used():
    """A setting of a row that is here is in the table."""
    used = {row.name for row in settings_table(*FEATURE_SETTINGS)}
    shown = {name for cells in rows("here", "differs") for name in SETTING.findall(cells[2])}

    assert shown
    assert not shown - used


def test_a_setting_that_the_page_calls_planned_is_not_used_yet():
    """A setting of a planned row is not in the table."""
    used = {row.name for row in settings_table(*FEATURE_SETTINGS)}
    planned = {name for cells in rows("planned") for name in names_in(cells[0])}

    assert not planned & used


@pytest.mark.parametrize(
    ("name", "is_in_the_product"),
    [
        ("GET /health", True),
        ("POST /api/auth/login", True),
        ("GET /api/users/<int:user_id>", True),
        ("POST /api/auth/dance", False),
        ("beast check", True),
        ("beast dance", False),
        ("flask beastmode serve", True),
        ("flask beastmode dance", False),
        ("beastmode.accounts.Accounts.create_user", True),
        ("beastmode.accounts.Accounts.dance", False),
        ("beastmode.dance", False),
    ],
)
def test_what_exists_is_told_from_what_does_not(exists, name, is_in_the_product):
    """The checks of this file see the difference that they are for."""
    assert exists(name) is is_in_the_product


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("email", "beastmode.mail"),
        ("caching", "beastmode.cache"),
        ("background jobs", "beastmode.jobs"),
        ("uploads", "beastmode.uploads"),
        ("commands that generate code", "beast new"),
    ],
)
def test_the_features_that_a_page_says_are_missing_do_not_exist(exists, page, feature, name):
    """A feature is on the list of what is not included until it exists, and no longer."""
    text = (ROOT / page).read_text(encoding="utf-8")
    missing = re.split("## Not included yet|It does not include", text)[1].partition("Public names")[0]

    assert (feature in missing.lower()) is not exists(name)


def test_no_other_page_and_no_code_speaks_of_the_prompt(request):
    """A reader of the code or of another page knows no such document."""
    known = re.compile(r"user's document|Backend Beast Mode|original document", re.IGNORECASE)
    folders = [ROOT / "src", ROOT / "docs", ROOT / "examples", ROOT / "changes"]
    files = [ROOT / "README.md", *(path for folder in folders for path in folder.rglob("*"))]
    texts = [path for path in files if path.suffix in {".py", ".md", ".toml"} and path != PAGE]

    naming = [str(path.relative_to(ROOT)) for path in texts if known.search(path.read_text(encoding="utf-8"))]

    assert not naming
