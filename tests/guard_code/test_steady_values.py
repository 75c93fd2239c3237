"""Values that two starts of one side give otherwise are marked, and all others stay."""

import pytest

from beastmode_tools.guard.compare.steady import UNSTEADY, steadied


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 1, "b": UNSTEADY}),
        ({"a": {"deep": [1, 2]}}, {"a": {"deep": [1, 3]}}, {"a": {"deep": [1, UNSTEADY]}}),
        ({"k1": 1, "same": 2}, {"k2": 1, "same": 2}, {"same": 2}),
        (["b", "a"], ["a", "b"], ["a", "b"]),
        ([1], [1, 2], UNSTEADY),
        (True, 1, UNSTEADY),
        (None, {}, UNSTEADY),
        ([{"n": 2}, {"n": 1}], [{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}]),
        ({"same": [1, {"x": None}]}, {"same": [1, {"x": None}]}, {"same": [1, {"x": None}]}),
    ],
)
def test_what_another_start_gives_otherwise_is_marked(first, second, told):
    assert steadied(first, second) == told
