"""The result of a function is computed once for the same arguments."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from gazette import Article, articles, gazette

from beastmode.cache import drop_tags, init_cache, quick_cache
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, current_identity, identify


@pytest.fixture(params=["simple", "redis"], autouse=True)
def context(request):
    """A context of a small application, with the cache in memory, then in Redis."""
    config = {"ENVIRONMENT": "testing"}
    if request.param == "redis":
        config |= {"CACHE_TYPE": "redis", "REDIS_URL": request.getfixturevalue("own_redis").url}
    app = Flask("small")
    app.config.from_mapping(config)
    init_cache(app)
    with app.app_context():
        yield app


@pytest.fixture
def runs():
    return []


def test_the_same_arguments_give_the_same_result(runs):
    """However they are passed; other arguments have results of their own."""

    @quick_cache(timeout=300)
    def total(first, second=2, *others, scale=1):
        runs.append(1)
        return {"total": (first + second + sum(others)) * scale}

    assert total(1, 2) == total(1) == total(first=1, scale=1) == {"total": 3}
    assert len(runs) == 1
    assert total(1, 2, scale=2) == {"total": 6}
    assert total(1, 2, 3) == {"total": 6}
    assert len(runs) == 3


@pytest.mark.parametrize("result", [None, False, 0, "", [], {}, [1, {"a": None}], "ä", 2.5])
def test_any_json_value_is_kept(runs, result):
    """Also one that is not true."""

    @quick_cache()
    def answer(which):
        runs.append(1)
        return result

    assert answer(repr(result)) == answer(repr(result)) == result
    assert len(runs) == 1


def test_each_call_gets_its_own_copy():
    """A caller that changes its result changes nobody else's."""

    @quick_cache()
    def names():
        return ["ada"]

    names().append("bob")

    assert names() == ["ada"]


def test_a_result_is_the_same_type_the_first_time():
    """What JSON makes of it; nobody finds out only after the cache was filled."""

    @quick_cache()
    def pair():
        return 1, 2

    assert [pair(), pair()] == [[1, 2], [1, 2]]


def test_what_is_no_json_value_is_refused(runs):
    """The first time, with what to do; objects are not pickled."""

    @quick_cache()
    def moment():
        return datetime.now(UTC)

    @quick_cache()
    def by_object(article):
        return 1

    with pytest.raises(TypeError, match=r"^test_.*moment: quick_cache needs a result that is a JSON value") as refused:
        moment()
    assert str(refused.value).endswith("return plain values. To cache what a loading returns, use cached_response.")
    with pytest.raises(TypeError, match="quick_cache needs arguments that are JSON values"):
        by_object(Article(id=1))


def test_an_exception_is_not_stored(runs):
    """The next call tries again."""

    @quick_cache()
    def fragile():
        runs.append(1)
        if len(runs) == 1:
            raise LookupError("once")
        return len(runs)

    with pytest.raises(LookupError, match="once"):
        fragile()
    assert fragile() == fragile() == 2


def test_it_ends_with_its_timeout(runs, clock):
    @quick_cache(timeout=10)
    def count():
        runs.append(1)
        return len(runs)

    assert count() == 1
    clock.advance(seconds=9)
    assert count() == 1
    clock.advance(seconds=1)
    assert count() == 2


def test_each_caller_has_own_results_unless_declared_public(context, runs):
    """Since the function may look at the caller."""

    @quick_cache()
    def whose():
        runs.append(1)
        return current_identity().id

    @quick_cache(public=True)
    def shared():
        return current_identity().id

    found = []
    for name in ("ada", "bob", "ada"):
        with context.test_request_context():
            identify(Identity("account", name))
            found.append((whose(), shared()))

    assert found == [("ada", "ada"), ("bob", "ada"), ("ada", "ada")]
    assert len(runs) == 2


def test_two_functions_of_one_name_do_not_share_results():
    """The module and the qualified name are part of the key."""

    def made(result):
        @quick_cache()
        def same():
            return result

        return same

    one = made(1)
    one.__wrapped__.__qualname__ = "another"

    assert (one(), made(2)()) == (1, 2)


def test_tags_drop_results(runs):
    """Those of models by themselves, named ones by name."""

    @quick_cache(tags=[Article])
    def number():
        runs.append("number")
        return len(articles.all().data)

    @quick_cache(tags=["total:{year}"])
    def total(year):
        runs.append(year)
        return year

    with gazette().app_context():
        articles.insert(title="One")
        number(), number()
        articles.insert(title="Two")
        number()
        total(2025), total(2026)
        drop_tags("total:2025")
        total(2025), total(2026)

    assert runs == ["number", "number", 2025, 2026, 2025]


def test_a_tag_that_names_no_argument_is_refused():
    """When the function is declared."""
    with pytest.raises(ConfigurationError) as refused:

        @quick_cache(tags=["total:{jear}"])
        def total(year):
            return year

    assert str(refused.value).endswith("total: the tag 'total:{jear}' names 'jear'; known arguments: year.")


@pytest.mark.parametrize("timeout", [0, -1, "60", True])
def test_a_timeout_is_a_number_of_seconds(timeout):
    with pytest.raises(ConfigurationError) as refused:
        quick_cache(timeout=timeout)

    assert str(refused.value) == f"quick_cache(timeout={timeout!r}): expected a number of seconds above 0."


def test_forgotten_parentheses_are_found():
    """Otherwise the function would be the timeout."""
    with pytest.raises(ConfigurationError) as refused:

        @quick_cache
        def total():
            return 1

    assert str(refused.value) == "@quick_cache needs parentheses: @quick_cache() or @quick_cache(timeout=60)."


def test_what_returns_later_is_refused():
    """A coroutine could be awaited once only."""
    with pytest.raises(ConfigurationError, match="@quick_cache"):

        @quick_cache()
        async def later():
            return 1


def test_without_a_cache_it_says_what_to_do():
    @quick_cache()
    def total():
        return 1

    with Flask("bare").app_context(), pytest.raises(ConfigurationError) as refused:
        total()

    assert str(refused.value) == "The application 'bare' has no cache; pass cache=Cache() to Beastmode."


def test_an_application_without_beastmode_enables_it_by_init_cache(runs):
    """As in applications that call `init_cache(app)`."""

    @quick_cache()
    def total():
        runs.append(1)
        return 1

    app = Flask("plain")
    app.config.update(ENVIRONMENT="testing", CACHE_DEFAULT_TIMEOUT=60)
    init_cache(app)
    with app.app_context():
        assert (total(), total()) == (1, 1)

    assert len(runs) == 1
