"""Walking a list by position gives each row once, in the database's own order; pages by number are slices of it."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields
from shelves import Author, Book, Entry, library
from sqlalchemy import bindparam, delete, event, func, insert, select, text

from beastmode.core.errors import ConfigurationError
from beastmode.query import Condition, Ordering, Window, loading

COLUMNS = ("id", "rank", "mark", "score", "day", "seen_at", "flag")
quiet = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


class EntryShown(Schema):
    id = fields.Integer()
    rank = fields.Integer()


class EntryWithAuthor(EntryShown):
    author = fields.Nested({"last_name": fields.String()})


class EntryCalled(EntryShown):
    twice = fields.Function(lambda entry: entry.rank * 2)


entries = st.lists(
    st.fixed_dictionaries(
        {
            "rank": st.integers(-2, 2),
            "mark": st.none() | st.sampled_from(["", "a", "B", "b", "ä", "a b", "Z", "%", "_"]),
            "score": st.none() | st.sampled_from([-1.5, 0.0, 0.1, 2.5, 1e22]),
            "day": st.dates(date(2026, 1, 1), date(2026, 1, 3)),
            "seen_at": st.none()
            | st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 5000, tzinfo=UTC)]),
            "flag": st.none() | st.booleans(),
        }
    ),
    max_size=14,
)
orders = st.lists(st.tuples(st.sampled_from(COLUMNS), st.booleans()), max_size=3).map(
    lambda chosen: tuple(Ordering(getattr(Entry, name), descending) for name, descending in chosen)
)
schemas = st.sampled_from([EntryShown(), EntryWithAuthor(), EntryCalled()])


@quiet
@given(rows=entries, orderings=orders, schema=schemas, limit=st.integers(1, 4))
def test_walking_by_position_gives_every_row_once_in_order(shelves, rows, orderings, schema, limit):
    fill(rows)
    everything = ids_in_order(orderings)
    found = loading(schema, Entry)

    forwards = walk(found, orderings, limit)
    assert [item["id"] for page in forwards for item in page.items] == everything
    assert [page.has_more for page in forwards] == [True] * (len(forwards) - 1) + [False]

    if everything:
        last = forwards[-1].last_key
        backwards = walk(found, orderings, limit, before=last)
        assert [item["id"] for page in reversed(backwards) for item in page.items] == everything[:-1]
        assert [page.has_more for page in backwards] == [True] * (len(backwards) - 1) + [False]


@quiet
@given(
    rows=entries,
    orderings=orders,
    schema=schemas,
    limit=st.integers(1, 5),
    offset=st.integers(0, 16),
    count_limit=st.none() | st.integers(0, 16),
)
def test_a_page_by_number_is_a_slice_of_the_list(shelves, *, rows, orderings, schema, limit, offset, count_limit):
    fill(rows)
    everything = ids_in_order(orderings)

    page = loading(schema, Entry).page(Window(orderings=orderings, limit=limit, offset=offset, count_limit=count_limit))

    assert [item["id"] for item in page.items] == everything[offset : offset + limit]
    assert page.has_more is (offset + limit < len(everything))
    assert page.total == (len(rows) if count_limit is not None and len(rows) <= count_limit else None)


values = st.one_of(
    st.tuples(st.just("rank"), st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]), st.integers(-2, 2)),
    st.tuples(st.just("rank"), st.just("in"), st.lists(st.integers(-2, 2), max_size=3)),
    st.tuples(
        st.just("mark"),
        st.sampled_from(["eq", "ne", "contains", "startswith"]),
        st.sampled_from(["", "a", "b", "%", "_", "ä"]),
    ),
    st.tuples(st.just("mark"), st.just("in"), st.lists(st.none() | st.sampled_from(["a", "B", ""]), max_size=3)),
    st.tuples(st.just("score"), st.sampled_from(["eq", "ne", "lt"]), st.none() | st.sampled_from([0.0, 0.1])),
    st.tuples(st.just("flag"), st.sampled_from(["eq", "ne"]), st.none() | st.booleans()),
)

MEANING = {
    "eq": lambda found, value: found == value,
    "ne": lambda found, value: found != value,
    "lt": lambda found, value: None not in (found, value) and found < value,
    "lte": lambda found, value: None not in (found, value) and found <= value,
    "gt": lambda found, value: None not in (found, value) and found > value,
    "gte": lambda found, value: None not in (found, value) and found >= value,
    "in": lambda found, value: found in value,
    "contains": lambda found, value: found is not None and value in found,
    "startswith": lambda found, value: found is not None and found.startswith(value),
}


@quiet
@given(rows=entries, asked=st.lists(values, max_size=2))
def test_a_filter_means_the_same_on_every_database(shelves, rows, asked):
    fill(rows)
    window = Window(
        orderings=(),
        conditions=tuple(Condition(getattr(Entry, name), operator) for name, operator, _ in asked),
        values=tuple(value for _, _, value in asked),
        limit=100,
        offset=0,
        count_limit=100,
    )

    page = loading(EntryShown, Entry).page(window)

    expected = [
        number
        for number, row in enumerate(rows, 1)
        if all(MEANING[operator](row[name], value) for name, operator, value in asked)
    ]
    assert [item["id"] for item in page.items] == expected
    assert page.total == len(expected)


def test_a_page_before_the_limit_is_joined_costs_one_statement(queries):
    fill([entry(rank=number, author_id=1) for number in range(30)])
    found = loading(EntryWithAuthor, Entry)
    window = Window(orderings=(Ordering(Entry.rank, descending=True),), limit=10, offset=5, count_limit=100)

    with queries() as sent:
        page = found.page(window)

    assert [item["rank"] for item in page.items] == list(range(24, 14, -1))
    assert {item["author"]["last_name"] for item in page.items} == {"Moore"}
    assert len(sent) == 1
    assert sent[0].index("LIMIT") < sent[0].index("JOIN")


def test_a_page_beyond_the_end_is_counted_again(queries):
    fill([entry() for _ in range(3)])
    found = loading(EntryShown, Entry)

    with queries() as sent:
        page = found.page(Window(orderings=(), limit=10, offset=50, count_limit=100))

    assert (page.items, page.total, page.has_more, page.first_key, page.last_key) == ([], 3, False, None, None)
    assert len(sent) == 2


def test_a_short_list_is_counted_whole_the_next_time_and_never_wrongly(queries):
    found = loading(EntryShown, Entry)
    window = Window(orderings=(), limit=1, offset=0, count_limit=12)
    fill([entry() for _ in range(2)])

    with queries() as sent:
        totals = [found.page(window).total, found.page(window).total]
        fill([entry() for _ in range(20)])
        totals += [found.page(window).total, found.page(window).total]

    assert totals == [2, 2, None, None]
    assert ["LIMIT 13" in sql for sql in sent if "count(" in sql] == [True, False, False, True]


def test_a_total_stays_exact_while_the_list_grows_and_shrinks(shelves):
    found = loading(EntryShown, Entry)
    window = Window(orderings=(), limit=2, offset=0, count_limit=8)

    for rows in (1, 1, 7, 8, 8, 9, 20, 1, 20, 20):
        fill([entry() for _ in range(rows)])
        assert found.page(window).total == (rows if rows <= 8 else None)


def test_pages_of_odd_sizes_share_statements(shelves):
    fill([entry() for _ in range(150)])
    found = loading(EntryShown, Entry)

    for limit in range(1, 140):
        page = found.page(Window(orderings=(), limit=limit))
        assert len(page.items) == limit
        assert page.last_key == (limit,)
        assert page.has_more

    assert len(found.query.pages._statements) == 7


def test_an_empty_list_is_not_counted_again(queries):
    with queries() as sent:
        page = loading(EntryShown, Entry).page(Window(orderings=(), limit=10, offset=0, count_limit=100))

    assert page.total == 0
    assert len(sent) == 1


def test_rows_that_come_and_go_are_neither_shown_twice_nor_skipped(shelves):
    fill([entry(rank=number) for number in range(6)])
    found = loading(EntryShown, Entry)
    first = found.page(Window(orderings=(Ordering(Entry.rank),), limit=3))

    library.execute(delete(Entry).where(Entry.rank == 2))
    library.execute(insert(Entry), [entry(rank=-5)])
    second = found.page(Window(orderings=(Ordering(Entry.rank),), limit=3, after=first.last_key))

    assert [item["rank"] for item in second.items] == [3, 4, 5]


def test_a_loadings_own_order_is_that_of_its_pages(shelves):
    fill([entry(rank=number % 3) for number in range(6)])
    found = loading(EntryShown, Entry).order_by(Entry.rank.desc(), Entry.id.desc())

    page = found.page(Window(orderings=(), limit=10))

    assert page.items == found.all().data
    assert [item["id"] for item in page.items] == [6, 3, 5, 2, 4, 1]


def test_a_page_cannot_have_an_order_that_no_position_is_compared_with(shelves):
    found = loading(EntryShown, Entry).order_by(func.random())

    with pytest.raises(ConfigurationError, match="A page cannot be ordered by random"):
        found.page(Window(orderings=(), limit=10))


def test_parameters_of_the_loading_hold_for_its_pages(shelves):
    fill([entry(rank=number % 3) for number in range(6)])
    found = loading(EntryShown, Entry).where(Entry.rank == bindparam("wanted"))

    page = found.bind(wanted=1).page(Window(orderings=(), limit=10, offset=0, count_limit=10))

    assert [item["id"] for item in page.items] == [2, 5]
    assert page.total == 2


def test_a_column_of_another_model_is_refused(shelves):
    with pytest.raises(ValueError, match=r"Book\.title is not a column of Entry"):
        loading(EntryShown, Entry).page(Window(orderings=(Ordering(Book.title),), limit=1))


def test_text_is_not_looked_for_in_numbers(shelves):
    window = Window(orderings=(), conditions=(Condition(Entry.rank, "contains"),), values=("1",), limit=1)

    with pytest.raises(ValueError, match=r"Entry\.rank is not a string column"):
        loading(EntryShown, Entry).page(window)


@pytest.mark.parametrize("key", [(), (1,), (1, 2, 3), (None, 1)])
def test_a_key_of_another_order_is_refused(shelves, key):
    told = f"A key of this sort order has 2 values; found {len(key)}."
    if len(key) == 2:
        told = "rank is never NULL; the key belongs to another sort order."

    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        loading(EntryShown, Entry).page(Window(orderings=(Ordering(Entry.rank),), limit=1, after=key))


@pytest.mark.parametrize("about", [{"offset": 1, "after": (1,)}, {"limit": 0}, {"values": (1,)}])
def test_a_window_that_contradicts_itself_is_refused(about):
    with pytest.raises(ValueError, match="found"):
        Window(**{"orderings": (), "limit": 1} | about)


def test_the_values_of_a_key_survive_json(shelves):
    seen = datetime(2026, 1, 1, 0, 0, 0, 5000, tzinfo=UTC)
    fill([entry(seen_at=seen, day=date(2026, 1, number)) for number in (1, 2, 3)])
    orderings = (Ordering(Entry.seen_at), Ordering(Entry.day))

    page = loading(EntryShown, Entry).page(
        Window(orderings=orderings, limit=5, after=(seen.isoformat(), "2026-01-01", 1))
    )

    assert [item["id"] for item in page.items] == [2, 3]


def test_statements_are_built_once_and_their_number_is_bounded(shelves, monkeypatch):
    monkeypatch.setattr("beastmode.query.lists.pages.KEPT", 3)
    found = loading(EntryShown, Entry)
    windows = [Window(orderings=(Ordering(getattr(Entry, name)),), limit=1) for name in COLUMNS]

    for window in (*windows, *windows):
        found.page(window)

    kept = found.query.pages._statements
    assert [kind.order[0].attribute for kind in kept] == list(COLUMNS[-3:])
    before = list(kept.values())
    found.page(windows[-1])
    assert list(kept.values()) == before


@pytest.mark.parametrize("order", [("id",), ("day", "id")])
@pytest.mark.parametrize("schema", [EntryShown, EntryWithAuthor])
def test_an_index_finds_the_place_to_go_on_from(shelves, order, schema):
    fill([entry(rank=number) for number in range(200)])
    orderings = tuple(Ordering(getattr(Entry, name)) for name in order)
    found = loading(schema, Entry)
    page = found.page(Window(orderings=orderings, limit=10))

    plan = plan_of(lambda: found.page(Window(orderings=orderings, limit=10, after=page.last_key)))

    assert "SCAN entries\n" not in plan
    assert "Seq Scan on entries" not in plan
    assert "ix_entries_day_id" in plan if order[0] == "day" else ("entries_pkey" in plan or "PRIMARY KEY" in plan)
    assert "Sort Key: entries" not in plan
    # The few rows of a page are sorted once more where others are joined to them.
    assert schema is EntryWithAuthor or "USE TEMP B-TREE FOR ORDER BY" not in plan


def plan_of(run) -> str:
    """How the database does what a function asks of it."""
    sent = []
    engine = library.reader

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    (statement, parameters) = sent[-1]
    with library.reader.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
            connection.execute(text("SET enable_bitmapscan = off"))
        word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{word} {statement}", parameters).all()
        if engine.dialect.name == "postgresql":
            connection.execute(text("RESET ALL"))
    return "\n".join(str(row[-1]) for row in rows) + "\n"


def entry(**about) -> dict:
    return {"rank": 0, "day": date(2026, 1, 1)} | about


def fill(rows) -> None:
    """Fill the table with numbered rows; the numbers that the database gives come after all of them."""
    library.execute(delete(Entry))
    if library.engine.dialect.name == "postgresql":
        library.execute(text("SELECT setval('entries_id_seq', 1000)"))
    if library.session.get(Author, 1) is None:
        library.execute(insert(Author), [{"id": 1, "first_name": "Ada", "last_name": "Moore"}])
    if rows:
        library.execute(insert(Entry), [{"id": number, **row} for number, row in enumerate(rows, 1)])


def ids_in_order(orderings) -> list[int]:
    """What the database itself says the order is, NULL last and the key among equals."""
    columns = []
    for ordering in orderings:
        directed = ordering.column.desc() if ordering.descending else ordering.column.asc()
        columns.append(directed.nulls_last())
    return list(library.execute(select(Entry.id).order_by(*columns, Entry.id)).scalars())


def walk(found, orderings, limit, before=None) -> list:
    """Every page in one direction: from the start forwards, or backwards from a key."""
    pages, key = [], before
    while True:
        where = {"after": key} if before is None else {"before": key}
        page = found.page(Window(orderings=orderings, limit=limit, **where))
        pages.append(page)
        if not page.has_more:
            return pages
        key = page.last_key if before is None else page.first_key
