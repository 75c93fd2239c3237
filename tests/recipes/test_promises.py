"""What every recipe promises, alone: a recipe without an example in `every_recipe.py` fails here."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from every_recipe import BASE, EXAMPLES
from schemathesis import openapi

from beast_command import beast_in
from beastmode_tools.guard.contract.read.openapi import read_document
from beastmode_tools.guard.documents import diff_documents
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.journal.undo import refuse_undo, to_undo
from beastmode_tools.recipes.journal.writing import apply
from beastmode_tools.recipes.new.create import create_project
from servers import empty_postgres, scratch_postgres

IS_LONG = "EVERY_RECIPE" in os.environ
INSPECT = Path(__file__).with_name("inspect_project.py")
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
MIGRATING = [
    *("add resource", "add field", "add index", "add relation", "add upload", "add limit"),
    *("change type", "change rename", "change required", "change drop"),
]
"""The recipes whose examples add migrations; `test_the_others_add_no_migration` looks."""
NOTHING = "Nothing to change: it is there already.\n"
TOOLS = (["ruff", "check", "--no-cache", "."], ["ruff", "format", "--no-cache", "--check", "."])


def contents(folder):
    """Path -> bytes of every file of the project."""
    files = (path for path in folder.rglob("*") if path.is_file() and not {".git", ".beast"} & set(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.suffix != ".pyc"}


def head_of(folder):
    """The newest revision."""
    texts = [path.read_text() for path in (folder / "migrations" / "versions").glob("*.py")]
    named = [text.split('\nrevision = "')[1][:12] for text in texts]
    (head,) = [name for name in named if not any(f'down_revision = "{name}"' in text for text in texts)]
    return head


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The project that every recipe starts from."""
    folder = tmp_path_factory.mktemp("base")
    create_project(folder, "shop", "sqlite")
    for command in BASE:
        assert beast_in(folder / "shop", *command).status == 0, command
    shutil.rmtree(folder / "shop" / ".beast")
    return folder / "shop"


@pytest.fixture(scope="module")
def made(base, tmp_path_factory):
    """Recipe -> the project after it, what each command said, what the last one said again, whether the tree stayed.

    At last for each command the trees of before and after what a person did for it.
    """
    found = {}
    for recipe, example in EXAMPLES.items():
        folder = tmp_path_factory.mktemp("made") / "shop"
        shutil.copytree(base, folder)
        said, trees, left = [], [], contents(folder)
        for step in example.steps:
            if callable(step):
                step(folder)
                continue
            trees.append((left, contents(folder)))
            done = beast_in(folder, *step, "--json")
            assert done.status == 0, (step, done.err)
            said.append(json.loads(done.out))
            left = contents(folder)
        after = contents(folder)
        again = beast_in(folder, *[step for step in example.steps if not callable(step)][-1])
        found[recipe] = folder, said, again, contents(folder) == after, trees
    return found


@pytest.fixture(scope="module")
def looked_at(base, made, tmp_path_factory):
    """Database -> recipe -> what `inspect_project.py` found; "" stands for the project of before."""
    folders = {"": base} | {recipe: each[0] for recipe, each in made.items()}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, INSPECT], **pipes) as process:

        def ask(recipe, url):
            given = url if recipe in MIGRATING else "-"
            process.stdin.write(f"{folders[recipe]} {head_of(base)} {given}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        files = tmp_path_factory.mktemp("databases")
        found = {each: ask(each, f"sqlite:///{files}/{number}.db") for number, each in enumerate(folders)}
        yield {"sqlite": found, "postgresql": {}}, ask


@pytest.fixture(scope="module")
def on(looked_at):
    """Gives what was found on a kind of database; PostgreSQL is asked when the first test wants it."""
    found, ask = looked_at

    def get(kind, recipe):
        if not found[kind]:
            with scratch_postgres() as url:
                for name in MIGRATING:
                    found[kind][name] = ask(name, url)
                    empty_postgres(url)
        assert "problem" not in found[kind][recipe], found[kind][recipe]["problem"]
        return found[kind][recipe]

    return get


def test_every_recipe_has_an_example(base):
    """The list is that of `beast recipes`, so that a new recipe is tested or fails."""
    listed = json.loads(beast_in(base, "recipes", "--json").out)

    assert {" ".join(each["usage"].split()[:2]) for each in listed} == set(EXAMPLES)


@pytest.mark.parametrize("recipe", EXAMPLES)
def test_each_step_declares_its_class(made, recipe):
    """The one that `make recipes` compares with what the guard says."""
    assert tuple(each["verdict"] for each in made[recipe][1]) == EXAMPLES[recipe].verdicts


@pytest.mark.parametrize("recipe", EXAMPLES)
def test_a_second_run_changes_nothing(made, recipe):
    """The command says so, or what it waits for."""
    _, _, again, is_same, _ = made[recipe]

    assert again.status == 0
    assert again.out == NOTHING or "Run this again then." in again.out
    assert is_same


def test_ruff_finds_nothing(made):
    """In any of the projects."""
    for recipe, (folder, *_) in made.items():
        for tool in TOOLS:
            done = subprocess.run(
                [sys.executable, "-m", *tool], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (recipe, done.stdout)


@pytest.mark.parametrize("recipe", EXAMPLES)
def test_the_documents_are_valid_and_clients_lose_nothing(on, recipe, tmp_path):
    """Existing operations change only by what `beast contract diff` calls SAFE, unless the recipe declares more."""
    before, after = on("sqlite", "")["documents"], on("sqlite", recipe)["documents"]
    broken = set()
    for version, document in after.items():
        openapi.from_dict(document).validate()
        if version in before:
            paths = [tmp_path / "before.json", tmp_path / "after.json"]
            for path, given in zip(paths, (before[version], document), strict=True):
                path.write_text(json.dumps(given))
            findings, _ = diff_documents(*map(read_document, paths), today=datetime.now(UTC).date())
            broken |= {each.rule for each in findings if each.verdict > Verdict.SAFE}

    assert set(before) <= set(after)
    assert broken <= set(EXAMPLES[recipe].declared)


def test_the_others_add_no_migration(made):
    """So that no recipe escapes the next test."""
    adding = {
        recipe
        for recipe, (_, said, *_) in made.items()
        if any("/versions/" in file["path"] for each in said for file in each["files"])
    }

    assert adding == set(MIGRATING)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("recipe", MIGRATING)
def test_the_migrations_run_up_down_and_up_with_rows(on, recipe, kind):
    """No row is lost, and the schema of before comes back, with the rows as they were."""
    found = on(kind, recipe)
    altered = {name.partition(".")[2] for name in EXAMPLES[recipe].alters}

    def kept(state):
        return {
            table: [{name: value for name, value in row.items() if name not in altered} for row in rows]
            for table, rows in state["rows"].items()
        }

    assert found["down"]["schema"] == found["before"]["schema"]
    assert found["down"]["triggers"] == found["before"]["triggers"]
    assert kept(found["down"]) == kept(found["before"])
    assert found["again"]["schema"] == found["after"]["schema"]
    assert kept(found["again"]) == kept(found["after"])
    for table, rows in found["before"]["rows"].items():
        assert len(found["after"]["rows"][table]) == len(rows)


@pytest.mark.parametrize("recipe", EXAMPLES)
@pytest.mark.skipif(not IS_LONG, reason="a complete check and a test run take a minute: make recipes")
def test_the_guard_and_the_tests_agree(base, recipe, tmp_path):
    """For each step, `beast check` gives the class that it declares, and the project's tests and mypy pass."""
    folder = tmp_path / "shop"
    shutil.copytree(base, folder)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    number = 0
    for step in EXAMPLES[recipe].steps:
        if callable(step):
            step(folder)
        subprocess.run([*git, "add", "--all"], cwd=folder, check=True)
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "before"], cwd=folder, check=True)
        if callable(step):
            continue
        assert beast_in(folder, *step).status == 0
        command = [sys.executable, "-m", "beastmode_tools.cli", "check", "--quiet", "--format", "json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        report = json.loads(done.stdout)
        assert report["verdict"] == EXAMPLES[recipe].verdicts[number], json.dumps(report["findings"])[:3000]
        number += 1
        for tool in (["mypy"], ["pytest", "-q", "-W", "error"]):
            done = subprocess.run(
                [sys.executable, "-m", *tool], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("recipe", EXAMPLES)
def test_undo_gives_back_the_tree_of_before_each_step(made, recipe):
    """Step by step; the last test of the projects that the others read."""
    folder, _, _, _, trees = made[recipe]
    journal = Journal(folder)

    for left, before in reversed(trees):
        entry = to_undo(journal, None)
        refuse_undo(journal, entry)
        apply(journal, entry, "undo")
        assert contents(folder) == before
        for path, content in left.items():  # what a person did is theirs to take back
            (folder / path).write_bytes(content)
