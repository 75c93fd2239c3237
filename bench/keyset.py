#!/usr/bin/env python3
"""Does a page deep in a long list cost more than the first one?

Times page 1 and page 50,000 of 1,000,000 rows through the library's own windows, newest first by a column that is not
unique, by key (what a cursor does) and by offset (what `?page=` does), on a scratch database of its own. By key once
with the ties in the same direction, which an index serves as one range, and once as `?sort=-created_at` asks for it,
with the ties by ascending id. The figures are medians, the rounds interleaved.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import postgres
from flask import Flask
from marshmallow import fields
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Beastmode
from beastmode.api import Schema
from beastmode.db import Base, Database
from beastmode.query import Ordering, Window, loading

DATABASE = "beastmode_bench_keyset"
ROWS = 1_000_000
PER_PAGE = 20
DEEP = 50_000
ROWS_A_SECOND = 3
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
ROUNDS = 300
ROUNDS_BY_OFFSET = 20
SQL = f"""
    create table entries (id serial primary key, created_at timestamptz not null, title varchar(80) not null);
    insert into entries (created_at, title)
        select timestamptz '{EPOCH.isoformat()}' + make_interval(secs => i / {ROWS_A_SECOND}), 'Entry ' || i
        from generate_series(1, {ROWS}) i;
    create index on entries (created_at, id);
"""


class Entry(Base):
    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    title: Mapped[str]


class EntryLine(Schema):
    id = fields.Int()
    created_at = fields.DateTime()
    title = fields.Str()


lines = loading(EntryLine, Entry)
NEWEST = Ordering(Entry.created_at, descending=True)


def first_row(page: int) -> int:
    """The largest id on a page, newest first."""
    return ROWS - (page - 1) * PER_PAGE


def by_key(page: int) -> Window:
    """The page that follows a key."""
    last = first_row(page) + 1
    key = (EPOCH + timedelta(seconds=last // ROWS_A_SECOND), last)
    same_direction = (NEWEST, Ordering(Entry.id, descending=True))
    return Window(orderings=same_direction, limit=PER_PAGE, after=None if page == 1 else key)


def by_key_and_id(page: int) -> Window:
    """The page that follows a key, equal times by ascending id."""
    key = (EPOCH + timedelta(seconds=first_row(page) // ROWS_A_SECOND + 1), ROWS)
    return Window(orderings=(NEWEST,), limit=PER_PAGE, after=None if page == 1 else key)


def by_offset(page: int) -> Window:
    """The page at an offset, nothing counted."""
    return Window(orderings=(NEWEST,), limit=PER_PAGE, offset=(page - 1) * PER_PAGE)


def medians(window: Callable[[int], Window], rounds: int) -> tuple[float, float]:
    """The median microseconds of page 1 and of the deep page."""
    times: dict[int, list[float]] = {1: [], DEEP: []}
    for page in times:
        found = {item["id"] for item in lines.page(window(page)).items}
        # Up to one second's rows may lie on the other side of the page's end, by the order of the ties.
        expected = range(first_row(page) - PER_PAGE - ROWS_A_SECOND, first_row(page) + ROWS_A_SECOND)
        if len(found) != PER_PAGE or not found <= set(expected):
            raise SystemExit(f"page {page} is wrong: {sorted(found)}")
    for _ in range(rounds):
        for page, taken in times.items():
            begun = time.perf_counter()
            lines.page(window(page))
            taken.append(time.perf_counter() - begun)
    return statistics.median(times[1]) * 1e6, statistics.median(times[DEEP]) * 1e6


QUESTIONS = (
    ("cursor, one direction", by_key, ROUNDS),
    ("cursor, `?sort=-created_at`", by_key_and_id, ROUNDS),
    ("offset", by_offset, ROUNDS_BY_OFFSET),
)


def main() -> None:
    """Fill a scratch database, time the pages, print the table, remove the database."""
    postgres.drop(DATABASE)
    postgres.create(DATABASE)
    try:
        with postgres.connect(DATABASE) as connection:
            connection.execute(SQL)
            connection.execute("vacuum (analyze)")
        app = Flask(__name__)
        app.config.update(ENVIRONMENT="testing", DATABASE_URL=postgres.written(postgres.at(DATABASE)))
        Beastmode(app, database=Database())
        print(f"| page of {ROWS:,} rows, in us | page 1 | page {DEEP:,} | ratio |\n| --- | --- | --- | --- |")
        with app.app_context():
            for name, window, rounds in QUESTIONS:
                first, deep = medians(window, rounds)
                print(f"| {name} | {first:,.0f} | {deep:,.0f} | {deep / first:.2f} |")
    finally:
        postgres.drop(DATABASE)


if __name__ == "__main__":
    main()
