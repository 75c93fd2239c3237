"""Recipes in any order: refused in one line, or applied whole, repeated without effect, and taken back exactly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from beast_command import beast_in
from beastmode_tools.recipes.new.create import create_project

IS_LONG = "EVERY_RECIPE" in os.environ
COMMANDS = tuple(
    tuple(text.split("|"))
    for text in (
        "resource|Product|name:str:80|price:decimal|--owned",
        "resource|Tag|name:str:40:unique|--public-read",
        "resource|Note|text:text|product:Product?",
        "field|User|nickname:str:40?",
        "field|Product|stock:int=0|state:enum:draft,sold=draft",
        "index|products.created_at",
        "index|tags.name",
        "setting|SHOP_OPEN|bool=true|Whether orders are accepted.",
        "relation|Product.tags|Tag",
        "relation|Tag.maker|User",
        "relation|Note.readers|User",
        "endpoint|products/<int:id>/price|--returns|at:datetime|--returns|price:decimal",
        "endpoint|search|--accepts|words:str[]|--returns|hits:int",
        "version|products|v2",
        "version|users|v2",
        "version|tags|v3",
        "job|tidy_up|--cron|0 3 * * *",
        "job|send_receipt|order_id:int",
        "mail|welcome|name:str",
        "webhook|payments",
        "upload|avatars",
        "cache|GET /api/v1/products",
        "cache|GET /api/v1/users/<int:user_id>",
        "limit|POST /api/v1/products|60/minute",
        "limit|PATCH /api/v1/users/<int:user_id>|5/second",
        "permission|DELETE /api/v1/products/<int:product_id>|products:delete",
        "permission|PATCH /api/v1/users/<int:user_id>|users:write|--role|manager",
        "authenticator|partner|GET /api/v1/users",
    )
)
CHANGES = tuple(
    tuple(text.split("|"))
    for text in (
        "type|products.stock|bigint",
        "type|products.stock|bigint|--deployed",
        "rename|products.name|title|--deployed",
        "required|users.nickname|--fill|none|--deployed",
        "retire|GET /api/v1/users|--until|2999-12-31",
    )
)


APPLIED = set()
FEWEST = 6
"""Different commands that were applied: fewer would mean that nearly all were refused."""


def contents(folder):
    """Path -> bytes of every file of the project."""
    files = (path for path in folder.rglob("*") if path.is_file() and not {".git", ".beast"} & set(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


class Recipes(RuleBasedStateMachine):
    """A project, and the trees that undo has to give back."""

    origin: Path

    @initialize()
    def create(self):
        """A copy of one new project."""
        self.folder = Path(mkdtemp()) / "shop"
        shutil.copytree(self.origin, self.folder)
        self.trees = []

    @rule(command=st.sampled_from((*COMMANDS, *CHANGES)))
    def run(self, command):
        """A part is added, or the next phase of a change made."""
        if command in CHANGES:
            self.change(command)
        else:
            self.add(command)

    def add(self, command):
        """Applied, repeated without effect; or refused without effect."""
        before = contents(self.folder)
        done = beast_in(self.folder, "add", *command)
        if done.status == 2:
            assert done.err.startswith("beast: ")
            assert done.err.count("\n") == 1
            assert "bug in beast" not in done.err
            assert contents(self.folder) == before
        elif done.out != "Nothing to change: it is there already.\n":
            after = contents(self.folder)
            assert after != before
            assert beast_in(self.folder, "add", *command).out == "Nothing to change: it is there already.\n"
            assert contents(self.folder) == after
            self.trees.append(before)
            APPLIED.add(command)

    def change(self, command):
        """The next phase; or what it waits for, or a refusal in one line, without effect."""
        before = contents(self.folder)
        done = beast_in(self.folder, "change", *command)
        if done.out.startswith("Change "):
            assert contents(self.folder) != before
            self.trees.append(before)
            APPLIED.add(command)
        else:
            assert done.status == 0 or done.err.startswith("beast: ")
            assert done.err.count("\n") <= 1
            assert "bug in beast" not in done.err
            assert contents(self.folder) == before

    @precondition(lambda self: self.trees)
    @rule()
    def undo(self):
        """The tree of before the last change; no database exists here."""
        done = beast_in(self.folder, "undo")

        assert done.status == 0, done.err
        assert contents(self.folder) == self.trees.pop()

    @invariant()
    def it_is_python(self):
        """Whatever was added, every module can be compiled."""
        for path in self.folder.rglob("*.py"):
            compile(path.read_text(), path.as_posix(), "exec")

    def teardown(self):
        """Ruff has nothing to change; then everything is taken back."""
        self.check()
        while self.trees:
            self.undo()
        shutil.rmtree(self.folder.parent)

    def check(self):
        """What the project's own checks say; its tests and types in the long form."""
        commands = [["ruff", "check", "--quiet", "."], ["ruff", "format", "--quiet", "--check", "."]]
        commands += [["mypy"], ["pytest", "-q", "-x"]] if IS_LONG else []
        for name, *arguments in commands:
            tool = [sys.executable, "-m", name, *arguments]
            done = subprocess.run(tool, cwd=self.folder, check=False, capture_output=True, text=True)
            assert done.returncode == 0, (name, done.stdout, contents(self.folder).keys())
        for folder in (".mypy_cache", ".pytest_cache", ".ruff_cache"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        for folder in list(self.folder.rglob("__pycache__")):
            shutil.rmtree(folder)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """A project with two resources."""
    folder = tmp_path_factory.mktemp("origin")
    create_project(folder, "shop", "sqlite")
    for command in COMMANDS[:2]:
        assert beast_in(folder / "shop", "add", *command).status == 0
    shutil.rmtree(folder / "shop" / ".beast")
    return folder / "shop"


def test_recipes_in_any_order_keep_their_promises(origin):
    """A few sequences; `make recipes` tries more, and runs the tests of each project."""
    machine = type("RecipesOfOneProject", (Recipes,), {"origin": origin})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40 if IS_LONG else 4,
            stateful_step_count=10,
            deadline=None,
            derandomize="SEARCH" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert len(APPLIED) > FEWEST, APPLIED
