"""A change of type is judged by what is lost and what is rewritten."""

import pytest

from beastmode_tools.guard.migrations.compare.column_types import change_of_type, same_type, spelled


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("VARCHAR(50)", "VARCHAR(100)", "wider"),
        ("VARCHAR(50)", "TEXT", "wider"),
        ("character varying(50)", "String(50)", "same"),
        ("VARCHAR(100)", "VARCHAR(50)", "lossy"),
        ("TEXT", "VARCHAR(255)", "lossy"),
        ("VARCHAR", "CHAR(10)", "lossy"),
        ("CHAR(10)", "VARCHAR(10)", "rewrite"),
        ("INTEGER", "BIGINT", "rewrite"),
        ("BIGINT", "INTEGER", "lossy"),
        ("SMALLINT", "INTEGER", "rewrite"),
        ("INTEGER", "NUMERIC", "rewrite"),
        ("INTEGER", "NUMERIC(5, 2)", "lossy"),
        ("NUMERIC(10, 2)", "INTEGER", "lossy"),
        ("NUMERIC(10, 2)", "NUMERIC(12, 2)", "wider"),
        ("NUMERIC(10, 2)", "NUMERIC(12, 4)", "rewrite"),
        ("NUMERIC(10, 2)", "NUMERIC(10, 4)", "lossy"),
        ("NUMERIC(10, 4)", "NUMERIC(12, 2)", "lossy"),
        ("NUMERIC(10, 2)", "DECIMAL", "wider"),
        ("REAL", "DOUBLE PRECISION", "rewrite"),
        ("DOUBLE PRECISION", "REAL", "lossy"),
        ("JSON", "JSONB", "rewrite"),
        ("TEXT", "JSONB", "lossy"),
        ("INTEGER", "TEXT", "rewrite"),
        ("DATE", "TIMESTAMP", "rewrite"),
        ("TIMESTAMP", "DATE", "lossy"),
        ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "lossy"),
        ("BOOLEAN", "INTEGER", "lossy"),
        ("VARCHAR(20)", "ENUM state", "lossy"),
        ("TEXT[]", "TEXT", "rewrite"),
        ("", "TEXT", "unknown"),
    ],
)
def test_a_change_of_type_has_an_effect(old, new, effect):
    assert change_of_type(old, new).effect == effect


def test_a_conversion_that_computes_may_lose_whatever_it_likes():
    assert change_of_type("INTEGER", "BIGINT", "id::bigint").effect == "rewrite"
    assert change_of_type("INTEGER", "BIGINT", "CAST(id AS BIGINT)").effect == "rewrite"
    assert change_of_type("INTEGER", "BIGINT", "id / 1000").effect == "lossy"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("timestamptz", "TIMESTAMP WITH TIME ZONE"),
        ("timestamp without time zone", "DATETIME"),
        ("decimal(10,2)", "NUMERIC(10, 2)"),
        ("int8", "BIGINT"),
        ("bool", "BOOLEAN"),
        ("double precision", "DOUBLE"),
    ],
)
def test_a_type_has_one_spelling(one, other):
    assert same_type(one, other)


def test_a_type_that_nobody_knows_keeps_its_name():
    assert spelled("geometry(Point, 4326)") == "GEOMETRY(POINT, 4326)"
