"""`beast add`: what every recipe promises, in one project that gets all of them."""

import json
import os
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
RECIPES = (
    ("resource", "Category", "name:str:60:unique"),
    (
        "resource",
        "Product",
        "name:str:120",
        "price:decimal",
        "stock:int=0",
        "owner:User?",
        "tags:str[]",
        "category:Category?",
        "parent:Product?",
    ),
    (
        "resource",
        "OrderLine",
        "amount:int:1..99",
        "note:text?",
        "weight:float=1.5",
        "is_gift:bool=false",
        "date:date",
        "at:datetime?",
        "code:uuid",
        "extra:json?",
        "status:enum:draft,sent=draft",
        "mail:email",
        "site:url?",
        "big:bigint",
        "product:Product",
        "--owned",
        "--public-read",
    ),
    ("field", "User", "nickname:str:40?", "is_admin:bool=false"),
    ("field", "OrderLine", "category:Category?", "level:enum:low,high=low"),
    ("index", "products.created_at"),
    ("index", "products.name"),
    ("setting", "SHOP_CURRENCY", "choice:EUR,USD=EUR", "The currency of every price"),
    ("setting", "SHOP_OPEN", "bool=true", "Whether orders are accepted."),
)
"""Every type of field, and every recipe that there is."""
FEW = (
    ("resource", "Product", "name:str:120:unique", "price:decimal", "stock:int=0", "tags:str[]", "day:date", "--owned"),
    ("field", "User", "nickname:str:40?"),
    ("index", "products.created_at"),
    ("setting", "SHOP_CURRENCY", "choice:EUR,USD=EUR", "The currency of every price"),
)
"""One of each; all of them take minutes."""
CHOSEN = RECIPES if "EVERY_RECIPE" in os.environ else FEW


@pytest.fixture(scope="module")
def story(terminal, tmp_path_factory):
    """A project after every recipe, with its tree after each, and what each command said."""
    folder = tmp_path_factory.mktemp("projects")
    assert terminal(folder, "beast", "new", "shop").returncode == 0
    shop = folder / "shop"
    steps = []
    for recipe in CHOSEN:
        before = tree_of(terminal, shop)
        done = terminal(shop, "beast", "add", *recipe, "--json")
        assert done.returncode == 0, (recipe, done.stderr)
        steps.append((recipe, before, json.loads(done.stdout)))
    return shop, steps


def tree_of(terminal, folder):
    """The hash that git gives the work tree."""
    index = folder / ".beast-test-index"
    try:
        terminal(folder, "git", "add", "--all", "--", ".", ":!.beast-test-index*", GIT_INDEX_FILE=str(index))
        return terminal(folder, "git", "write-tree", GIT_INDEX_FILE=str(index)).stdout.strip()
    finally:
        index.unlink(missing_ok=True)


def test_a_second_run_changes_nothing(terminal, story):
    shop, steps = story
    before = tree_of(terminal, shop)

    said = [terminal(shop, "beast", "add", *recipe).stdout for recipe, *_ in steps[-3:]]

    assert said == ["Nothing to change: it is there already.\n"] * 3
    assert tree_of(terminal, shop) == before


def test_ruff_and_mypy_find_nothing(terminal, story):
    shop, _ = story
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = terminal(shop, *command)
        assert done.returncode == 0, done.stdout


def test_the_tests_of_the_project_pass(terminal, story):
    shop, _ = story
    done = terminal(shop, sys.executable, "-m", "pytest", "-q", "-W", "error")

    assert done.returncode == 0, done.stdout


@pytest.mark.postgres
def test_the_migrations_lead_to_the_models_on_both_databases(terminal, story, postgres):
    """Up, compared with the models, down and up again."""
    shop, _ = story
    for url in ("sqlite:///fresh.db", postgres) if CHOSEN is RECIPES else (postgres,):
        for command in (["upgrade"], ["check"], ["downgrade", "base"], ["upgrade"]):
            done = terminal(shop, "flask", "db", *command, DATABASE_URL=url)
            assert done.returncode == 0, (url, command, done.stdout[-1000:], done.stderr[-2000:])
    (shop / "fresh.db").unlink(missing_ok=True)


@pytest.mark.skipif(CHOSEN is not RECIPES, reason="a complete check takes a minute: EVERY_RECIPE=1")
def test_the_guard_gives_the_class_that_the_recipes_declare(terminal, story):
    """Nothing that a recipe adds is DANGEROUS."""
    shop, steps = story
    done = terminal(shop, "beast", "check", "--on", "sqlite", "--format", "json", "--quiet")

    report = json.loads(done.stdout)
    assert {step["verdict"] for *_, step in steps} == {"CAUTIOUS"}
    assert report["verdict"] == "CAUTIOUS", json.dumps(report["findings"], indent=1)[:3000]


def test_undo_gives_back_the_tree_of_before_each(terminal, story):
    """The last of the tests that share the project: it takes everything back."""
    shop, steps = story
    for recipe, before, _ in reversed(steps):
        done = terminal(shop, "beast", "undo", "--yes")
        assert done.returncode == 0, (recipe, done.stderr)
        assert tree_of(terminal, shop) == before, recipe

    assert terminal(shop, "git", "status", "--porcelain").stdout == ""
