"""Whatever part of a nested schema is asked for, over whatever rows: the JSON is the dump's, the statements are few."""

from filled import dumped, empty, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields
from shelves import Author, Book, Publisher, Reply, Review, library
from sqlalchemy import insert

from beastmode.api.json import write_json
from beastmode.query import loading
from beastmode.testing.queries import Queries


class PublisherShown(Schema):
    name = fields.String()
    city = fields.String()


class AuthorShown(Schema):
    id = fields.Integer()
    name = fields.String()
    publisher = fields.Nested(PublisherShown)
    books = fields.List(fields.Nested(lambda: BookShown(only=("title", "reviews.stars"))))


class ReviewShown(Schema):
    stars = fields.Integer()
    critic = fields.Nested(AuthorShown(exclude=("books",)))
    replies = fields.Nested({"text": fields.String()}, many=True)


class BookShown(Schema):
    title = fields.String()
    stars = fields.Integer()
    author = fields.Nested(AuthorShown)
    reviews = fields.List(fields.Nested(ReviewShown))
    writer = fields.Pluck(AuthorShown, "name", attribute="author", dump_only=True)


class BookCalled(BookShown):
    loud = fields.Function(lambda book: book.title.upper())


PATHS = (
    *("title", "stars", "writer", "author", "author.id", "author.publisher.city", "author.books"),
    *("reviews", "reviews.stars", "reviews.critic", "reviews.critic.publisher", "reviews.replies"),
)

some = st.none() | st.integers(0, 2)
graphs = st.fixed_dictionaries(
    {
        "publishers": st.lists(st.fixed_dictionaries({"city": st.none() | st.just("Ghent")}), min_size=3, max_size=3),
        "authors": st.lists(st.fixed_dictionaries({"publisher_id": some}), min_size=3, max_size=3),
        "books": st.lists(st.fixed_dictionaries({"author_id": some, "title": st.sampled_from("ABCDE")}), max_size=5),
        "reviews": st.lists(st.tuples(st.integers(0, 4), some, st.integers(1, 5)), max_size=8),
        "replies": st.lists(st.integers(0, 7), max_size=5),
    }
)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(graph=graphs, only=st.lists(st.sampled_from(PATHS), unique=True, min_size=1), falls_back=st.booleans())
def test_every_part_of_every_graph_is_written_as_it_is_dumped(shelves, graph, only, falls_back):
    empty()
    fill(graph)
    schema = BookCalled(only=[*only, "loud"]) if falls_back else BookShown(only=only)
    expected = dumped(schema, Book)
    found = loading(schema, Book)

    with Queries(shelves)() as sent:
        items = found.all()

    assert (found.falls_back is not None) is falls_back
    assert written(items) == expected
    # The rows, and each list that can be asked for: reviews, replies, the author's books, and their reviews.
    assert len(sent) <= 5
    assert write_json([found.get(key).data for key in range(1, len(graph["books"]) + 1)]) == expected


def fill(graph) -> None:
    """Fill the tables; numbers that name no row are left out."""
    rows = {
        Publisher: [{"name": f"House {number}", **row} for number, row in enumerate(graph["publishers"])],
        Author: [
            {"first_name": "A", "last_name": str(number), "publisher_id": up(row["publisher_id"])}
            for number, row in enumerate(graph["authors"])
        ],
        Book: [{"title": row["title"], "author_id": up(row["author_id"])} for row in graph["books"]],
        Review: [
            {"book_id": book + 1, "critic_id": up(critic), "stars": stars}
            for book, critic, stars in graph["reviews"]
            if book < len(graph["books"])
        ],
    }
    rows[Reply] = [
        {"review_id": review + 1, "text": str(number)}
        for number, review in enumerate(graph["replies"])
        if review < len(rows[Review])
    ]
    for model, found in rows.items():
        if found:
            library.execute(insert(model), [{"id": number, **row} for number, row in enumerate(found, 1)])


def up(index) -> int | None:
    """The id of the row with an index."""
    return None if index is None else index + 1
