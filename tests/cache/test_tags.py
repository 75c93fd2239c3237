"""What a response was computed from drops it when it changes, once the change is committed."""

import pytest
from gazette import Article, articles, gazette, press
from sqlalchemy import insert, update

from beastmode.cache import cached_response, drop_tags
from beastmode.core.errors import ConfigurationError
from beastmode.db import transaction

LIST = "/api/v1/open/articles"


@pytest.fixture(params=["simple", "redis"])
def kept(request):
    """A newspaper with one article, whose cache is in memory, then in Redis."""
    app = gazette() if request.param == "simple" else request.getfixturevalue("redis_app")
    with app.app_context():
        articles.insert(title="One")
    return app


def titles(app):
    return [article["title"] for article in app.test_client().get(LIST).json["data"]]


def test_a_committed_change_of_a_model_drops_what_has_its_tag(kept):
    """Whether a loading, the session or a statement makes it."""
    assert titles(kept) == ["One"]
    with kept.app_context():
        articles.insert(title="Two")
        assert titles(kept) == ["One", "Two"]
        press.session.add(Article(title="Three"))
        press.session.commit()
        assert titles(kept) == ["One", "Two", "Three"]
        press.execute(update(Article).values(title="All"))
        assert titles(kept) == ["All", "All", "All"]
        articles.delete(1)

    assert titles(kept) == ["All", "All"]


def test_before_the_commit_nothing_is_dropped_and_a_rollback_drops_nothing(kept):
    """What others cannot see yet does not concern them."""
    titles(kept)
    with kept.app_context(), pytest.raises(RuntimeError), transaction() as session:
        session.execute(insert(Article).values(title="Two"))
        titles_seen_by_others = titles(kept)
        raise RuntimeError

    assert titles_seen_by_others == titles(kept) == ["One"]
    assert kept.runs == ["articles"]


def test_a_named_tag_is_dropped_by_name(kept):
    """Only the entries with this value of the path."""
    client = kept.test_client()
    with kept.app_context():
        articles.insert(title="Two")
    for number in (1, 2):
        client.get(f"{LIST}/{number}")

    with kept.app_context():
        drop_tags("article:1")
    for number in (1, 2):
        client.get(f"{LIST}/{number}")

    assert kept.runs == [1, 2, 1]


def test_a_named_tag_is_dropped_after_the_commit(kept):
    """As the change that it goes with."""
    client = kept.test_client()
    client.get(f"{LIST}/1")

    with kept.app_context(), transaction() as session:
        session.execute(update(Article).values(title="New"))
        drop_tags("article:1")
        client.get(f"{LIST}/1")
        assert kept.runs == [1]

    assert client.get(f"{LIST}/1").json["data"]["title"] == "New"


def test_a_response_that_was_computed_from_old_rows_is_not_stored_as_a_new_one(kept):
    """A change that is committed after the view has read its rows drops its response too."""
    kept.after_reading = lambda: articles.insert(title="Two")

    first = titles(kept)
    kept.after_reading = lambda: None

    assert first == ["One"]
    assert titles(kept) == ["One", "Two"]


def test_a_tag_of_another_kind_is_refused():
    """At startup, with what is expected."""
    with pytest.raises(ConfigurationError) as refused:
        cached_response(60, tags=[7])
    assert str(refused.value) == "cached_response(): 7 is not a tag; expected a string or a model."

    with pytest.raises(ConfigurationError) as refused:
        cached_response(60, tags="posts")
    assert str(refused.value) == "cached_response(): tags='posts' is a string; expected a list, such as ['posts']."
