"""What the recipes for routes, relations, versions and background work refuse, before anything is changed."""

import pytest

from beast_command import beast_in
from beastmode_tools.recipes.new.create import create_project

LIMITED = "POST /api/v1/products has @rate_limit(limit=5, window=60)"
PRODUCT = "/api/v1/products/<int:product_id>"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project with one resource and a few parts."""
    folder = tmp_path_factory.mktemp("projects")
    create_project(folder, "shop", "sqlite")
    for command in (
        ("resource", "Product", "name:str:80", "--public-read"),
        ("relation", "Product.fans", "User"),
        ("limit", "POST /api/v1/products", "5/minute"),
        ("permission", f"PATCH {PRODUCT}", "products:write"),
        ("job", "tidy_up"),
        ("webhook", "payments"),
        ("version", "users", "v2"),
    ):
        assert beast_in(folder / "shop", "add", *command).status == 0, command
    return folder / "shop"


def told_by(shop, *arguments):
    """The one line of a refusal that changed nothing."""
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    done = beast_in(shop, "add", *arguments)
    assert (done.status, done.out) == (2, ""), done
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before
    return done.err.removeprefix("beast: ").removesuffix("\n")


CASES = [
    ("endpoint users", "say what the response has, a field each: --returns posts:int"),
    ("endpoint Läden --returns a:int", "'Läden' is not a path. Write one such as users/<int:id>/stats."),
    ("endpoint users/<path:id> --returns a:int", "'<path:id>': use one of the converters int, string, uuid, float."),
    (
        "endpoint users/../x --returns a:int",
        "'..' in 'users/../x' is neither a word nor a parameter such as <int:id>.",
    ),
    (
        "endpoint users/class --returns user:User",
        "user is a relation, which belongs to a model. Use int or str here.",
    ),
    ("endpoint users --returns str:int", "'str' cannot name a value: it is the name of a Python type."),
    (
        "endpoint users --method DELETE --accepts a:int",
        "a request with DELETE has no body (RFC 9110). Use POST, PUT or PATCH.",
    ),
    (
        "endpoint users --method BREW --returns a:int",
        "'BREW' is not a method. Methods are GET, POST, PUT, PATCH, DELETE.",
    ),
    (
        "endpoint products --returns a:int",
        "shop/products/views.py serves GET /api/v1/products already, by list_products.",
    ),
    ("endpoint tests --version v9 --returns a:int", "the API has no version v9. Versions are v1, v2."),
    ("relation Product Tag", "'Product' is not a relation. Write MODEL.NAME, such as Post.tags or Post.author"),
    ("relation Product.tags Tag", "there is no model Tag. Models are Product, User."),
    ("relation Product.class User", "'class' is a Python keyword, so it cannot name a field."),
    ("relation Product.name User", "Product has an attribute name already: shop/products/models.py."),
    ("relation Product.parts Product", "Product would refer to itself in both columns; add this table by hand."),
    ("version orders v2", "no blueprint serves orders. Resources are products, users, webhooks/payments."),
    ("version products two", "'two' is not a version. Write one such as v2."),
    (
        "version products v2 --nest owner",
        "Product has no relation owner. Add it first: beast add relation Product.owner ...",
    ),
    ("version products v2 --nest fans", "shop/products/schemas.py shows fans in v1 already. Leave --nest fans out."),
    ("job class", "'class' is a Python keyword, so it cannot name a job."),
    ("job send when:datetime", "when:datetime: an argument is NAME:TYPE with one of the types str, int, float, bool."),
    (
        "job send --cron daily",
        "'daily' is not a schedule. Write five fields, such as \"0 3 * * *\" for every night at three.",
    ),
    ("job tidy_up n:int", "shop/jobs.py has a function tidy_up already. Choose another name."),
    ("mail hello to:str", "'to' is an argument of every mail. Choose another name."),
    ("mail ../hello", "'../hello' is not a name for a mail: use lowercase letters, digits and single underscores."),
    ("webhook users", "shop/users already exists. Choose another name."),
    ("webhook import", "'import' is a Python keyword, so it cannot name a webhook."),
    ("upload users", "/users is served already. Choose another name, such as avatars."),
    ("upload uploads", "/uploads is served already. Choose another name, such as avatars."),
    ("cache POST_/api/v1/products", "POST /api/v1/products changes something; only responses to GET are cached."),
    (
        "cache GET_/api/v1/product",
        "no blueprint of the project declares GET /api/v1/product. Did you mean 'GET /api/v1/products'?",
    ),
    ("cache GET_/products --seconds 0", "0 is not a number of seconds between 1 and 31536000."),
    (
        "limit POST_/api/v1/products often",
        "'often' is not a limit. Write NUMBER/UNIT, such as 60/minute; units: second, minute, hour, day.",
    ),
    (
        "limit POST_/api/v1/products 6/minute",
        f"{LIMITED} already, in shop/products/views.py. Change it there.",
    ),
    (
        "permission GET_/products products:read",
        "GET /api/v1/products is public, so nobody is asked who they are. Remove public=True first.",
    ),
    (
        f"permission PATCH_{PRODUCT} other",
        f"PATCH {PRODUCT} has permission='products:write' already, in shop/products/views.py. Change it there.",
    ),
    (f"permission DELETE_{PRODUCT} Delete!", "'Delete!' is not a permission. Write one such as products:delete."),
    (
        f"permission DELETE_{PRODUCT} products:delete --role operator",
        "'operator' cannot name a role: use lowercase letters; `operator` has every permission.",
    ),
    (
        "authenticator partner GET_/products",
        "GET /api/v1/products says itself who may call it, in shop/products/views.py. Add partner there by hand.",
    ),
]  # fmt: skip - a case on a line or four


@pytest.mark.parametrize(("command", "told"), CASES, ids=[command for command, _ in CASES])
def test_a_part_that_cannot_be_added_is_refused_in_one_line(shop, command, told):
    """Keywords, names that are taken, paths that lead elsewhere, versions out of order."""
    arguments = [word.replace("_/", " /") for word in command.split()]

    assert told_by(shop, *arguments) == told
