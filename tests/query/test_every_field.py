"""The JSON of a loading is the JSON that the schema's own dump gives, for every field over every column."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kinds import SHOWN_BY, VALUES, Drawer, Specimen
from marshmallow import Schema, fields
from shelves import library
from sqlalchemy import delete, insert, select

from beastmode.api.json import write_json
from beastmode.query import loading

pytestmark = pytest.mark.filterwarnings("ignore:Dialect sqlite.pysqlite does .not. support Decimal")

SHOWN = [(column, kind) for column, kinds in SHOWN_BY.items() for kind in kinds]

rows = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=3).map(
    lambda found: [dict.fromkeys(VALUES) | row for row in found]
)
shown = st.lists(
    st.tuples(st.sampled_from(SHOWN), st.none() | st.text(max_size=8), st.booleans(), st.booleans()),
    min_size=1,
    max_size=12,
)
others = st.fixed_dictionaries(
    {},
    optional={
        "always": st.sampled_from([None, 3, "x", [1, 2], {"a": None}]).map(fields.Constant),
        "absent": st.just(fields.String()),
        "filled_in": st.sampled_from([None, 5, list]).map(lambda default: fields.Raw(dump_default=default)),
        "written": st.just(fields.Integer(dump_default="12")),
        "secret": st.just(fields.String(load_only=True)),
    },
)
quiet = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(quiet, max_examples=150)
@given(rows=rows, shown=shown, others=others, data=st.data())
def test_a_loading_writes_what_the_schema_dumps(shelves, rows, shown, others, data):
    schema = schema_of(shown, others, data)
    fill(rows)

    found = loading(schema, Specimen)

    assert found.falls_back is None
    # What is asked for again and again takes a shorter way.
    assert {write_json(found.all().data) for _ in range(6)} == {write_json(schema.dump(entities(), many=True))}
    assert {write_json(found.get(1).data) for _ in range(6)} == {write_json(schema.dump(entities()[0]))}


@pytest.mark.parametrize("column", SHOWN_BY)
@settings(quiet, max_examples=20)
@given(data=st.data())
def test_every_field_over_a_column_writes_what_it_dumps(shelves, column, data):
    values = data.draw(st.lists(VALUES[column] | st.none(), min_size=1, max_size=20))
    fill([{column: value} for value in values])
    declared = {
        f"kind_{number}": kind(attribute=column, dump_only=True) for number, kind in enumerate(SHOWN_BY[column])
    }
    schema = Schema.from_dict(declared)()

    found = loading(schema, Specimen)

    assert {write_json(found.all().data) for _ in range(6)} == {write_json(schema.dump(entities(), many=True))}


@settings(quiet, max_examples=25)
@given(rows=rows)
def test_an_item_with_its_lists_writes_what_the_schema_dumps(shelves, rows):
    library.session.expunge_all()
    library.execute(delete(Specimen))
    library.execute(delete(Drawer))
    library.execute(insert(Drawer), [{"id": 1}, {"id": 2}])
    fill([{**row, "drawer_id": 1} for row in rows])
    every = {column: kinds[0](dump_only=True) for column, kinds in SHOWN_BY.items()}
    some = {"colour": fields.Raw(), "whole": fields.Integer()}
    schema = Schema.from_dict(
        {"specimens": fields.Nested(every, many=True), "same": fields.List(fields.Nested(some))}
    )()
    drawers = loading(schema, Drawer)

    expected = [schema.dump(library.session.get(Drawer, key)) for key in (1, 2)]

    assert drawers.falls_back is None
    for _ in range(4):
        assert write_json([drawers.get(key).data for key in (1, 2)]) == write_json(expected)
        assert write_json(drawers.all().data) == write_json(expected)


def schema_of(shown, others, data) -> Schema:
    """A schema of fields drawn at random, some renamed, some of other attributes, some left out."""
    declared, taken = dict(others), {*VALUES, *others}
    for index, ((column, kind), key, is_renamed, has_default) in enumerate(shown):
        about = {"data_key": None if key in taken else key, "dump_only": True}
        taken.add(key)
        about |= {"dump_default": None} if has_default else {}
        if is_renamed:
            declared[f"field_{index}"] = kind(attribute=column, **about)
        else:
            declared[column] = kind(**about)
    names = sorted(declared)
    picked = data.draw(st.sampled_from(["all", "only", "exclude"]))
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    made = Schema.from_dict(declared)
    if picked == "only":
        return made(only=chosen)
    return made(exclude=chosen) if picked == "exclude" and len(chosen) < len(names) else made()


def fill(rows) -> None:
    library.execute(delete(Specimen))
    library.execute(insert(Specimen), [{"id": number, **row} for number, row in enumerate(rows, 1)])


def entities() -> list[Specimen]:
    library.session.expunge_all()
    return library.session.scalars(select(Specimen).order_by(Specimen.id)).all()
