import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode.observability.lines import json_line, text_line, timestamp

anything = st.text(st.characters(codec=None), max_size=40)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), anything, st.binary(max_size=5), st.decimals()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(anything, inner, max_size=3)),
    max_leaves=5,
)


def described(**more):
    return {"time": "2026-01-02T03:04:05.678Z", "level": "info", "logger": "shop", "event": "Sold", **more}


def test_the_time_is_written_in_utc_with_milliseconds():
    before = datetime.now(UTC)

    text = timestamp()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert before - timedelta(milliseconds=1) <= datetime.fromisoformat(text) <= datetime.now(UTC)


@given(st.dictionaries(st.one_of(anything, st.integers(), st.none()), values, max_size=5))
def test_whatever_is_logged_is_one_json_object_on_one_line(fields):
    line = json_line(fields)

    assert line.isprintable()
    assert isinstance(json.loads(line), dict)


def test_json_keeps_text_and_numbers_as_they_are():
    line = json_line({"text": "Straße\n漢字\u2028\x7f\x9b", "number": 7, "flag": True, "nothing": None})

    assert json.loads(line) == {"text": "Straße\n漢字\u2028\x7f\x9b", "number": 7, "flag": True, "nothing": None}


@pytest.mark.parametrize("value", [Decimal("1.5"), 2**70, "a\ud800b", object, {"a": {1, 2}}])
def test_what_json_cannot_hold_is_shown_some_other_way(value):
    line = json_line({"value": value, "event": "Sold"})

    assert json.loads(line)["event"] == "Sold"
    assert json.loads(line)["value"] is not None


def test_an_object_that_holds_itself_is_shown_too():
    circle = []
    circle.append(circle)

    assert json.loads(json_line({"value": circle}))["value"] == "[[...]]"


def test_a_text_line_begins_with_what_no_message_can_change():
    line = text_line(described(request_id="abcdefgh", order=7, who="Ann Lee"))

    assert line == "2026-01-02T03:04:05.678Z INFO shop request_id=abcdefgh Sold order=7 who='Ann Lee'"


def test_a_trace_follows_on_lines_that_are_all_indented():
    line = text_line(described(exception="Traceback:\n  File x\nError: a\u2028b\n2026-01-01T00:00:00.000Z INFO forged"))

    head, *rows = line.splitlines()
    assert head.endswith("Sold")
    assert rows == [
        "    Traceback:",
        "      File x",
        "    Error: a",
        "    b",
        "    2026-01-01T00:00:00.000Z INFO forged",
    ]


@given(event=anything, name=anything, value=values, trace=anything)
def test_no_field_of_a_text_line_can_begin_a_line_of_its_own(event, name, value, trace):
    line = text_line({**described(event=event, exception=trace), f"x{name}": value})

    head, *rows = line.splitlines()
    assert head.startswith("2026-01-02T03:04:05.678Z INFO shop ")
    assert all(row.startswith("    ") for row in rows)
    assert line.replace("\n", "").isprintable()
