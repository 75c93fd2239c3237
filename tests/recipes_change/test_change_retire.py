"""`beast change retire`: what clients are told, when the route goes, and what is refused meanwhile."""

from datetime import date

import pytest
from changing import new_shop, tree

from beast_command import beast_in
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import carry_out
from beastmode_tools.recipes.retire.recipe import change_retire
from beastmode_tools.recipes.retire.request import Retirement

ROUTE = "GET /api/v1/posts"
TODAY, SUNSET = date(2030, 1, 1), date(2030, 6, 1)
COMMAND = f"change retire '{ROUTE}'"
CALLS = "tests/test_posts.py:33, tests/test_posts.py:43, tests/test_posts.py:95"
METRICS = """# HELP http_requests_total Requests answered.
http_requests_total{method="GET",route="/api/v1/posts",status="200"} 40.0
http_requests_total{method="GET",route="/api/v1/posts",status="304"} 2.0
http_requests_total{method="GET",route="/api/v1/posts/<int:post_id>",status="200"} 9.0
http_requests_total{method="POST",route="/api/v1/posts",status="201"} 7.0
http_requests_deprecated_total{route="/api/v1/posts",caller="a1"} 30.0
http_requests_deprecated_total{route="/api/v1/posts",caller="b\\"2"} 12.0
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project that tests copy."""
    return new_shop(tmp_path_factory.mktemp("projects"))


def retire(shop, route=ROUTE, today=TODAY, **given):
    """Makes the next phase; the plan."""
    request = Retirement(route, today, **given)
    return carry_out(shop, lambda workspace: change_retire(workspace, request, COMMAND)).plan


def views(shop):
    """The module with the routes of posts."""
    return shop / "shop" / "posts" / "views.py"


def without_calls(shop):
    """Removes the tests that call the route, as a person does."""
    path = shop / "tests" / "test_posts.py"
    parts = path.read_text().split("\n\n\n")
    path.write_text("\n\n\n".join(each for each in parts if "get(URL" not in each and "?per_page" not in each))


def test_clients_are_told_first_and_the_route_goes_on(shop):
    """Until a day half a year away, unless the person says another one."""
    first = retire(shop)

    text = views(shop).read_text()
    assert (
        "LIST_POSTS_DEPRECATION = Deprecation(since=datetime(2030, 1, 1, tzinfo=UTC), "
        "sunset=datetime(2030, 6, 30, tzinfo=UTC))\n"
    ) in text
    assert "    deprecated=LIST_POSTS_DEPRECATION,\n)\ndef list_posts" in text
    assert first.verdict == "SAFE"
    assert first.next_steps[0] == f"phase 1 of 2: responses and documents say that {ROUTE} goes on until 2030-06-30"


def test_before_its_day_nothing_is_changed(shop):
    """The answer has the day, and who calls it as far as the metrics know."""
    (shop / "metrics.txt").write_text(METRICS)
    retire(shop, until=SUNSET)
    before = tree(shop)

    again = retire(shop, today=date(2030, 5, 31), metrics="metrics.txt")

    assert again.waits == (
        f"{ROUTE} goes on until 2030-06-01: clients were told so. Run this again then. So far, the metrics count 42 "
        'calls since the servers started, by caller, all methods: a1 30, b\\"2 12.'
    )
    assert tree(shop) == before


def test_another_day_than_clients_were_told_is_refused(shop):
    """It names the line."""
    retire(shop, until=SUNSET)

    with pytest.raises(CouldNotRun) as refused:
        retire(shop, until=TODAY.replace(month=2))

    assert str(refused.value) == (
        f"{ROUTE} goes on until 2030-06-01: shop/posts/views.py:10. Clients were told that; a later date is set there, "
        "an earlier one breaks them."
    )


def test_from_its_day_on_the_route_goes_with_what_only_it_used(shop):
    """A second run changes nothing, and undo gives everything back."""
    trees = [tree(shop)]
    retire(shop, until=SUNSET)
    without_calls(shop)
    trees.append(tree(shop))

    gone = retire(shop, today=SUNSET)

    text = views(shop).read_text()
    assert not any(
        word in text for word in ("list_posts", "DEPRECATION", "Deprecation", "datetime", "Listing", "models")
    )
    assert "def get_post(" in text
    assert gone.next_steps[1] == "nothing calls list_posts of shop/posts/service.py any longer"
    assert retire(shop, today=SUNSET).edits == ()
    assert beast_in(shop, "undo").status == 0
    assert tree(shop) == trees[1]


def test_a_route_that_the_project_calls_is_not_removed(shop):
    """The lines of its tests, whatever they call the path, and of other code."""
    client = 'ROOT = "/api"\n\n\ndef load(api):\n    url = ROOT + "/v1/posts"\n    return api.open(url, method="GET")\n'
    (shop / "shop" / "client.py").write_text(
        client + '\n\ndef one(api, n):\n    api.post("/api/v1/posts")\n    return api.get(f"/api/v1/posts/{n}")\n'
    )
    (shop / "shop" / "links.py").write_text('HOME = "posts.list_posts"\nOLD = call.get("/api/posts?page=2")\n')
    retire(shop, until=SUNSET)
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        retire(shop, today=SUNSET)

    assert str(refused.value) == (
        f"{ROUTE} could go since 2030-06-01, and this project calls it: shop/client.py:6, shop/links.py:1, "
        "shop/links.py:2, tests/test_posts.py:33, tests/test_posts.py:43 and 1 more. Remove these calls first, or add "
        "--yes if they may fail."
    )
    assert tree(shop) == before
    assert retire(shop, today=SUNSET, yes=True).edits


def test_routes_that_a_version_has_from_another_one_are_kept(shop):
    """A version extends the one before; removing a route from one changes what the other answers."""
    assert beast_in(shop, "add", "version", "users", "v2").status == 0

    with pytest.raises(CouldNotRun) as inherited:
        retire(shop)
    with pytest.raises(CouldNotRun) as uncovered:
        retire(shop, "GET /api/v2/users")

    assert str(inherited.value) == (
        "v2 has GET /posts from v1, and would lose it too. Give it a route of its own first: beast add version"
    )
    assert str(uncovered.value) == (
        "without it, v2 would answer GET /users as v1 does, which it extends. Retire it in v1 first."
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "Deprecation(since=NOW)",
            (
                f"{ROUTE} is deprecated without a date: shop/posts/views.py:1. Add until when it goes on: "
                "sunset=datetime(YEAR, MONTH, DAY, tzinfo=UTC)"
            ),
        ),
        (
            "Deprecation(since=NOW, sunset=later(NOW))",
            (
                f"the sunset of {ROUTE} is later(NOW), which is no plain date: shop/posts/views.py:1. Write it as "
                "datetime(YEAR, MONTH, DAY, tzinfo=UTC)"
            ),
        ),
        (
            "ELSEWHERE",
            (
                f"{ROUTE} has deprecated=ELSEWHERE, and shop/posts/views.py does not say what that is. Write there: "
                "Deprecation(since=datetime(...), sunset=datetime(...))"
            ),
        ),
    ],
    ids=["no day", "a computed day", "another module's"],
)
def test_a_deprecation_that_is_not_understood_is_refused(shop, written, told):
    """With what to write instead."""
    path = views(shop)
    path.write_text(
        path.read_text().replace(
            "    returns=schemas.Post,\n", f"    returns=schemas.Post,\n    deprecated={written},\n", 1
        )
    )

    with pytest.raises(CouldNotRun) as refused:
        retire(shop)

    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"route": "GET /api/v1/post"},
            "no blueprint of the project declares GET /api/v1/post. Did you mean 'GET /api/v1/posts'?",
        ),
        ({"until": TODAY}, "2030-01-01 is no date to come. Clients need time: --until YYYY-MM-DD"),
        (
            {"metrics": "pyproject.toml"},
            "pyproject.toml has no line http_requests_total. Store there what /metrics of beastmode returns.",
        ),
    ],
    ids=["no route", "no time", "no metrics"],
)
def test_a_request_that_makes_no_sense_is_refused(shop, given, told):
    """In one line, before anything is changed."""
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        retire(shop, **given)

    assert str(refused.value) == told
    assert tree(shop) == before


def test_the_command_takes_a_day_and_a_successor(shop):
    """A preview in JSON changes nothing."""
    before = tree(shop)

    shown = beast_in(
        shop, "change", "retire", ROUTE, "--until", "2999-12-31", "--successor", "/api/v2/posts", "--pretend", "--json"
    )

    assert shown.status == 0, shown.err
    assert '+    sunset=datetime(2999, 12, 31, tzinfo=UTC),\\n+    successor=\\"/api/v2/posts\\",\\n+)' in shown.out
    assert tree(shop) == before
