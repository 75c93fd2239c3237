"""`beast add`: what every recipe promises, in one project that gets all of them."""

import json
import os
import sys
from pathlib import Path

import pytest

from beast_command import beast_in

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
    (
        "endpoint",
        "products/<int:id>/price",
        "--method",
        "PUT",
        "--accepts",
        "price:decimal",
        "--returns",
        "at:datetime",
    ),
    ("endpoint", "users/<uuid:token>/<int:id>", "--returns", "found:bool", "--returns", "days:date[]"),
    ("relation", "Product.relatives", "Category"),
    ("version", "products", "v2", "--nest", "category"),
    ("version", "users", "v2"),
    ("cache", "GET /api/v1/products/<int:product_id>"),
    ("limit", "DELETE /api/v1/products/<int:product_id>", "5/second"),
    ("permission", "PATCH /api/v1/users/<int:user_id>", "users:write"),
)
"""Every type of field, and every recipe that there is."""
NEW = (
    ("endpoint", "users/<int:id>/stats", "--returns", "posts:int", "--returns", "latest:datetime?"),
    ("endpoint", "search", "--accepts", "words:str[]", "--returns", "hits:int", "--public"),
    ("resource", "Tag", "name:str:40"),
    ("relation", "Product.topics", "Tag"),
    ("relation", "Tag.author", "User"),
    ("job", "send_receipt", "order_id:int"),
    ("job", "tidy_up", "--cron", "0 3 * * *"),
    ("mail", "order_shipped", "order_id:int", "--subject", "On its way"),
    ("webhook", "payments"),
    ("upload", "avatars"),
    ("cache", "GET /api/v1/products"),
    ("limit", "POST /api/v1/products", "60/minute"),
    ("permission", "DELETE /api/v1/products/<int:id>", "products:delete", "--role", "manager"),
    ("authenticator", "partner", "GET /api/v1/tags"),
)
FEW = (
    ("resource", "Product", "name:str:120:unique", "price:decimal", "stock:int=0", "tags:str[]", "day:date", "--owned"),
    ("field", "User", "nickname:str:40?"),
    ("index", "products.created_at"),
    ("setting", "SHOP_CURRENCY", "choice:EUR,USD=EUR", "The currency of every price"),
    *NEW,
    ("version", "products", "v2", "--nest", "user"),
)
"""One of each; all of them take minutes."""
CHOSEN = (*RECIPES, *NEW) if "EVERY_RECIPE" in os.environ else FEW


@pytest.fixture(scope="module")
def story(terminal, tmp_path_factory):
    """A project after every recipe, with its tree after each, and what each command said."""
    folder = tmp_path_factory.mktemp("projects")
    assert terminal(folder, "beast", "new", "shop").returncode == 0
    shop = folder / "shop"
    steps = []
    for recipe in CHOSEN:
        before = tree_of(terminal, shop)
        done = beast_in(shop, "add", *recipe, "--json")
        assert done.status == 0, (recipe, done.err)
        steps.append((recipe, before, json.loads(done.out), beast_in(shop, "add", *recipe)))
    return shop, steps


def tree_of(terminal, folder):
    """The hash that git gives the work tree."""
    index = folder / ".beast-test-index"
    try:
        terminal(folder, "git", "add", "--all", "--", ".", ":!.beast-test-index*", GIT_INDEX_FILE=str(index))
        return terminal(folder, "git", "write-tree", GIT_INDEX_FILE=str(index)).stdout.strip()
    finally:
        index.unlink(missing_ok=True)


def test_a_second_run_changes_nothing(story):
    """Each command was repeated at once."""
    _, steps = story

    said = {recipe: again.out or again.err for recipe, _, _, again in steps}

    assert said == {recipe: "Nothing to change: it is there already.\n" for recipe, *_ in steps}


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
    for url in ("sqlite:///fresh.db", postgres) if CHOSEN is not FEW else (postgres,):
        for command in (["upgrade"], ["check"], ["downgrade", "base"], ["upgrade"]):
            done = terminal(shop, "flask", "db", *command, DATABASE_URL=url)
            assert done.returncode == 0, (url, command, done.stdout[-1000:], done.stderr[-2000:])
    (shop / "fresh.db").unlink(missing_ok=True)


@pytest.mark.skipif(CHOSEN is FEW, reason="a complete check takes a minute: EVERY_RECIPE=1")
def test_the_guard_gives_the_class_that_the_recipes_declare(terminal, story):
    """Nothing that a recipe adds is DANGEROUS, except another way to authenticate on a route that exists."""
    shop, steps = story
    done = terminal(shop, "beast", "check", "--on", "sqlite", "--format", "json", "--quiet")

    report = json.loads(done.stdout)
    assert {recipe[0] for recipe, _, step, _ in steps if step["verdict"] == "DANGEROUS"} == {"authenticator"}
    found = {each["rule"] for each in report["findings"] if each["verdict"] == "DANGEROUS"}
    assert found == {"security-way-added"}, json.dumps(report["findings"], indent=1)[:3000]


def test_undo_gives_back_the_tree_of_before_each(terminal, story):
    """The last of the tests that share the project: it takes everything back."""
    shop, steps = story
    for recipe, before, *_ in reversed(steps):
        done = terminal(shop, "beast", "undo", "--yes")
        assert done.returncode == 0, (recipe, done.stderr)
        assert tree_of(terminal, shop) == before, recipe

    assert terminal(shop, "git", "status", "--porcelain").stdout == ""
