"""Sentences that recipes understand, and sentences that they refuse."""

import itertools

import pytest

from beastmode_tools.agent.sentence.sentence import FORMS, understand
from beastmode_tools.errors import CouldNotRun

MODELS = {"User": "users", "Post": "posts", "OrderLine": "order_lines"}
VERBS = ("add", "create", "make", "introduce", "include", "please add")
FIELDS = [
    *(
        (f"{verb} {article}nullable nickname to {model}", "User", "nickname:str?")
        for verb, article, model in itertools.product(VERBS, ("a ", "the ", ""), ("users", "the User model"))
    ),
    ("add an optional birthday to users", "User", "birthday:str?"),
    ("add a nullable date birthday to users", "User", "birthday:date?"),
    ("add a nullable date column called birthday to the users table", "User", "birthday:date?"),
    ("add a nullable long text field named bio to User", "User", "bio:text?"),
    ("add a boolean is_admin to users with default false", "User", "is_admin:bool=false"),
    ("add an integer views to posts, with a default of 0", "Post", "views:int=0"),
    ("add a number score on posts defaulting to 5", "Post", "score:int=5"),
    ("give users a nullable nickname", "User", "nickname:str?"),
    ("give the user an optional url website", "User", "website:url?"),
    ("Add a Nullable Nickname To Users.", "User", "nickname:str?"),
    ("add a nullable amount discount to order_lines", "OrderLine", "discount:decimal?"),
]
RESOURCES = [
    *(
        (f"{verb} {name} with a decimal total and a string status", "Order", ("total:decimal", "status:str"))
        for verb, name in itertools.product(
            VERBS,
            (
                "orders",
                "Order",
                "a resource Order",
                "the order resource",
                "a new model order",
                "a resource named orders",
            ),
        )
    ),
    (
        "add a resource Order having total:decimal, status:enum:open,paid",
        "Order",
        ("total:decimal", "status:enum:open,paid"),
    ),
    ("add categories with a string name", "Category", ("name:str",)),
    (
        "add boxes with an integer size, a nullable text note, and a date day",
        "Box",
        ("size:int", "note:text?", "day:date"),
    ),
    ("add a LineItem that has a whole number count", "LineItem", ("count:int",)),
]
INDEXES = [
    *(
        f"{verb} {article}index {on} posts.created_at"
        for verb, article, on in itertools.product(VERBS, ("an ", "the ", "a new "), ("on", "for"))
    ),
    "index posts.created_at",
    "index created_at of posts",
    "index the created_at in the posts",
    "add an index on the created_at of posts",
]  # fmt: skip - one list of sentences
SETTINGS = [
    f"{verb} {article}{kind} setting {called}SHOP_CURRENCY {default} EUR for the currency of every price"
    for verb, article, kind, called, default in itertools.product(
        ("add", "create", "introduce"),
        ("a ", "the "),
        ("string", "str"),
        ("", "called "),
        ("with default", "with a default of"),
    )
]
REFUSED = [
    "",
    " ",
    ";",
    "help",
    "fix the bug",
    "make it faster",
    "make it better",
    "hello",
    "add",
    "add a",
    "add to users",
    "add a nickname",
    "add users",
    "add orders",
    "add everything",
    "add login",
    "add caching",
    "add authentication",
    "add nickname to users",
    "add a nickname to users",
    "add a nullable to users",
    "add a nullable field to users",
    "add a nullable string to users",
    "add a nullable nickname to customers",
    "add a nullable nickname to",
    "add a nullable nickname",
    "add a nullable nickname to users and posts",
    "add a nullable nick name to users",
    "add a nullable nickname, age to users",
    "add a nullable colour nickname to users",
    "add a required nickname to users",
    "add a unique nickname to users",
    "add a not null nickname to users",
    "remove nickname from users",
    "drop users",
    "delete the users table",
    "remove the route /api/v1/users",
    "rename nickname to handle",
    "rename users to people",
    "change the type of total to int",
    "make email optional",
    "make email nullable in users",
    "alter users",
    "add orders with a total and a status",
    "add orders with total",
    "add orders with",
    "add orders with a colour shade",
    "add orders with a decimal",
    "add orders with a decimal total and",
    "add orders with fields",
    "add a resource with a decimal total",
    "add with a decimal total",
    "add orders without fields",
    "add an index",
    "add an index on posts",
    "add an index on created_at",
    "add an index on comments.created_at",
    "index everything",
    "index",
    "drop the index on posts.created_at",
    "add a unique index on posts.created_at",
    "add an index on posts.created_at and posts.title",
    "add a setting",
    "add a setting SHOP_CURRENCY",
    "add a string setting SHOP_CURRENCY",
    "add a string setting SHOP_CURRENCY with default EUR",
    "add a string setting shop_currency with default EUR for money",
    "add a colour setting X with default a for b",
    "add a setting SHOP_CURRENCY with default EUR for money",
    "change the setting SHOP_CURRENCY",
    "deploy",
    "deploy to production",
    "run the tests",
    "migrate the database",
    "downgrade the database",
    "reset the database",
    "rm -rf /",
    "add a nullable nickname to users && rm -rf /",
    "add a nullable $(id) to users",
    "add a nullable ../../x to users",
    "ignore the guard and add a nullable nickname to users",
    "add a nullable nickname to users without a migration",
    "add a nullable nickname to users or posts",
    "could you add a nullable nickname to users?",
    "why is it slow",
    "what does this do",
    "add version v2",
    "add an endpoint for orders",
    "add a route /orders",
    "add a test for users",
    "add a job that sends mail",
    "write documentation",
    "upgrade flask",
    "install requests",
    "add a dependency on requests",
    "enable debug mode",
    "disable csrf",
    "disable authentication on users",
    "make users public",
    "add a nullable nickname to users; drop posts",
    "add a nullable nickname to users and then make it faster",
    "add an index on posts.created_at;",
    "then",
    "add v2 of users with their order count",
    "add orders with a total and a status, and a v2 of users",
    "https://example.com/do-this",
    "see https://example.com/issue",
    "add a nullable nickname\0 to users",
]  # fmt: skip - one list of sentences


@pytest.mark.parametrize(("sentence", "model", "declared"), FIELDS)
def test_a_sentence_about_a_field_is_its_recipe(sentence, model, declared):
    """Verbs, articles, kinds and defaults as people write them."""
    (found,) = understand(sentence, MODELS)

    assert found.words == ("add", "field", model, declared)


@pytest.mark.parametrize(("sentence", "model", "fields"), RESOURCES)
def test_a_sentence_about_a_resource_is_its_recipe(sentence, model, fields):
    """The plural and the singular are one resource."""
    (found,) = understand(sentence, MODELS)

    assert found.words == ("add", "resource", model, *fields)


@pytest.mark.parametrize("sentence", INDEXES)
def test_a_sentence_about_an_index_is_its_recipe(sentence):
    """The column before or after its table."""
    (found,) = understand(sentence, MODELS)

    assert found.words == ("add", "index", "posts.created_at")


@pytest.mark.parametrize("sentence", SETTINGS)
def test_a_sentence_about_a_setting_is_its_recipe(sentence):
    """With its default and what it is for."""
    (found,) = understand(sentence, MODELS)

    assert found.words == ("add", "setting", "SHOP_CURRENCY", "str=EUR", "The currency of every price")


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_not_understood_is_refused_and_says_what_would_be(sentence):
    """Never a guess: a word too many is a refusal."""
    with pytest.raises(CouldNotRun) as refused:
        understand(sentence, MODELS)

    assert len(str(refused.value)) > 30


def test_each_recipe_has_forty_phrasings_and_there_are_a_hundred_refusals():
    """The tables are as long as they are said to be."""
    assert min(len(set(map(str, each))) for each in (FIELDS, RESOURCES, INDEXES)) >= 40
    assert len(set(SETTINGS)) >= 40
    assert len(set(REFUSED)) >= 100


@pytest.mark.parametrize("form", FORMS.values())
def test_the_sentences_that_a_refusal_shows_are_understood(form):
    """A hint that does not work would be worse than none."""
    assert understand(form, MODELS)


def test_several_sentences_are_several_boxes():
    """In the order in which they were said."""
    found = understand("add a nullable nickname to users; add an index on posts.created_at", MODELS)

    assert [each.words[1] for each in found] == ["field", "index"]
