"""What `beast add` refuses, in one line, before it changes anything."""

import pytest

from beastmode_tools.recipes.new.create import create_project

OPTIONS = (
    "a:str:0: '0' is not an option of str. Options are a length (str:80), digits (decimal:12,2), bounds (int:0..100), "
    "unique and index."
)
TYPES = (
    "'integer=1' is not a type with its default. Did you mean int=...? Types are str, int, float, bool, choice, secret."
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("projects")
    create_project(folder, "shop", "sqlite")
    return folder / "shop"


@pytest.fixture
def add(beast, shop, monkeypatch):
    """Adds something to the project; what was said."""
    monkeypatch.chdir(shop)

    def run(*arguments):
        before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
        done = beast("add", *arguments)
        after = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file() and ".beast" not in path.parts}
        assert done.status == 2, done.out
        assert after == {path: content for path, content in before.items() if ".beast" not in path.parts}
        return done.err.removeprefix("beast: ").removesuffix("\n")

    return run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Post"], "Post needs a field. Write at least one, such as name:str"),
        (["post", "a:str"], "'post' cannot name a resource: write a singular such as Product or OrderLine."),
        (["Läden", "a:str"], "'Läden' cannot name a resource: write a singular such as Product or OrderLine."),
        (["User", "a:str"], "there is a model User already, in shop/users/models.py."),
        (["Class", "a:str"], "'class' is a Python keyword, so it cannot name a resource."),
        (["Session", "a:str"], "beastmode has a table sessions of its own. Name another plural: --plural"),
        (["News", "a:str"], "'news' has no plural of its own. Name the resource's: --plural news_items"),
        (["Post", "title"], "title is not a field. Write NAME:TYPE, such as title:str or price:decimal=0."),
        (["Post", "title:strng"], "title:strng: there is no type 'strng'. Did you mean str?"),
        (["Post", "class:str"], "'class' is a Python keyword, so it cannot name a field."),
        (["Post", "id:int"], "'id' cannot name a field: every resource has it."),
        (["Post", "metadata:str"], "'metadata' cannot name a field: SQLAlchemy uses this name in every model."),
        (
            ["Post", "Title:str"],
            "'Title' is not a name for a field: use lowercase letters, digits and single underscores.",
        ),
        (["Post", "a:str", "a:int"], "the field a is given twice."),
        (["Post", "a:Nobody"], "there is no model Nobody. Models are User."),
        (["Post", "a:int=many"], "a:int=many: 'many' is not a value of int."),
        (
            ["Post", "a:str:0"],
            OPTIONS,
        ),
        (["Post", "a:enum"], "a:enum names no values. Write them after the type: a:enum:draft,published."),
        (["Post", "a:json=x"], "a:json=x: a json has no default here; make it optional with `?`."),
        (["Post", "a:str", "--version", "v9"], "the API has no version v9. Versions are v1."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip - one case a line
def test_a_resource_that_cannot_be_added_is_refused(add, arguments, told):
    assert add("resource", *arguments) == told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["field", "Nobody", "a:str?"], "there is no model Nobody. Models are User."),
        (
            ["field", "User", "age:int"],
            "rows of users that exist have no age. Give it a default (age:int=...), or let it be null (age:int?).",
        ),
        (["field", "User", "name:int?"], "User has an attribute name already: shop/users/models.py."),
        (["index", "users"], "'users' is not a column. Write TABLE.COLUMN, such as posts.created_at"),
        (
            ["index", "users.email"],
            "User in shop/users/models.py declares no column email. It declares id, name.",
        ),
        (
            ["setting", "shop", "int=1", "What."],
            "'shop' cannot name a setting: write an environment variable such as SHOP_CURRENCY.",
        ),
        (
            ["setting", "SHOP", "integer=1", "What."],
            TYPES,
        ),
        (["setting", "SHOP", "int=x", "What."], "'x' is not a value of int."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_part_that_cannot_be_added_is_refused(add, arguments, told):
    assert add(*arguments) == told


def test_a_module_that_is_not_python_is_refused_with_its_line(add, shop):
    broken = shop / "shop" / "broken.py"
    broken.write_text("def\n")
    try:
        assert add("resource", "Post", "a:str") == "shop/broken.py:1 is not valid Python; fix it first."
    finally:
        broken.unlink()


def test_outside_of_a_project_nothing_is_added(beast, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = beast("add", "resource", "Post", "a:str")

    assert (done.status, done.err) == (
        2,
        "beast: there is no project here. Change to its folder, or create one: beast new NAME\n",
    )
    assert list(tmp_path.iterdir()) == []
