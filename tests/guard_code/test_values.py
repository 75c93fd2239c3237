"""What an expression stands for, as far as its text tells."""

import ast

import pytest

from beastmode_tools.source.values import text_value, text_with_gaps, value_of


def parsed(source):
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("16 * 1024 * 1024", 16777216),
        ("2 ** 20", 1048576),
        ("1 << 30", 1073741824),
        ("-5", -5),
        ("7 // 2 - 1", 2),
        ("'postgresql' + '://'", "postgresql://"),
        ("'?' * 3", "???"),
        ("[1, 2] + [3]", [1, 2, 3]),
        ("(BASE, 'b')", ("a", "b")),
        ("{'a', 'b'}", {"a", "b"}),
        ("{'days': 7 * 2}", {"days": 14}),
        ("None", None),
    ],
)
def test_what_is_written_out_has_its_value(source, value):
    """Literals, arithmetic on them, and a name that was given one."""
    assert value_of(parsed(source), {"BASE": "a"}) == value


@pytest.mark.parametrize(
    "source",
    ["name", "[name]", "{**name}", "{[1]: 2}", "{[1]}", "f'{name}'", "print()", "1 // 0", "'a' - 1", "-'a'", "1 % 2"],
)
def test_what_has_to_be_run_has_no_value(source):
    """Calls, names that nobody gave a value, and what Python itself refuses."""
    assert value_of(parsed(source)) is ...


@pytest.mark.parametrize("source", ["'x' * 10**9", "10**9 * 'x'", "9 ** 9 ** 9", "1 << 10**9", "[0] * 100_000"])
def test_nothing_is_made_that_takes_much_memory(source):
    """Reading a file must not do what running it would."""
    assert value_of(parsed(source)) is ...


def test_a_text_is_read_as_far_as_it_is_fixed():
    """Of an f-string the values are gaps; what is no text has none."""
    assert text_value(parsed("'users'")) == "users"
    assert text_value(parsed("3")) is None
    assert text_with_gaps(parsed("f'SELECT {name} FROM users'"), "?") == "SELECT ? FROM users"
    assert text_with_gaps(parsed("3"), "?") == ""
