"""Values that the starts of one side give otherwise are marked, all others stay, and luck is told from a change."""

import pytest

from beastmode_tools.guard.application.compare.steady import FEW, MANY, steadied
from beastmode_tools.probes.messages.application import UNSTEADY

HIDDEN = {"secret": UNSTEADY, "length": 4, "literal": False}


def secret(digest):
    return {"secret": digest, "length": 4, "literal": False}


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
    both = steadied([first, second], [first, second])

    assert (both.old, both.new, both.needed) == (told, told, 0)


@pytest.mark.parametrize(
    ("old", "new", "told", "needed"),
    [
        (["a", "b"], ["b", "a"], (UNSTEADY, UNSTEADY), 0),
        (["a", "a"], ["b", "b"], ("a", "b"), FEW),
        (["a", "b"], ["a", "a"], (UNSTEADY, "a"), MANY),
        (["a", "b"], ["c", "c"], (UNSTEADY, "c"), FEW),
        ([[2, 1], [1, 2]], [[2, 1], [2, 1]], ([1, 2], [2, 1]), MANY),
        ([[2, 1], [1, 2]], [[1, 2], [1, 2]], ([1, 2], [1, 2]), 0),
        ([[2, 1], [1, 2]], [[3, 1], [1, 3]], ([1, 2], [1, 3]), FEW),
        ([[1], [1, 2]], [[2], [1, 2]], (UNSTEADY, UNSTEADY), 0),
        ([{"k": 1}, {}], [{"k": 1}, {"k": 1}], ({}, {"k": 1}), MANY),
        ([{}, {}], [{"k": 1}, {"k": 1}], ({}, {"k": 1}), FEW),
        (
            [{"k": 1, "n": "x"}, {"k": 2, "n": "x"}],
            [{"k": 3}, {"k": 4}],
            ({"k": UNSTEADY, "n": "x"}, {"k": UNSTEADY}),
            FEW,
        ),
        ([secret("1"), secret("2")], [secret("3"), secret("4")], (HIDDEN, HIDDEN), 0),
        ([secret("1"), secret("1")], [secret("3"), secret("4")], (secret("1"), HIDDEN), FEW),
    ],
)
def test_a_difference_says_how_many_starts_make_it_sure(old, new, told, needed):
    both = steadied(old, new)

    assert (both.old, both.new, both.needed) == (*told, needed)


@pytest.mark.parametrize("starts", [["text", secret("2")], ["text", "word"], [secret("2"), "text"]])
def test_random_texts_that_look_like_secrets_at_some_starts_only_are_no_difference(starts):
    others = [secret("3"), secret("4")]

    for old, new in ((starts, others), (others, starts)):
        both = steadied(old, new)
        assert (both.old, both.new, both.needed) == (HIDDEN, HIDDEN, 0)


def test_a_text_that_stays_is_not_hidden_because_the_other_side_hides_its_own():
    both = steadied(["text", "text"], [secret("3"), secret("3")])

    assert (both.old, both.new, both.needed) == ("text", secret("3"), FEW)


def test_a_minute_that_ends_between_two_starts_is_no_change():
    old = ["08:59"] + ["09:00"] * (MANY - 1)
    new = ["09:00"] * MANY

    assert steadied(old[:2], new[:2]).needed == MANY
    both = steadied(old, new)
    assert (both.old, both.new, both.needed) == (UNSTEADY, UNSTEADY, 0)


def test_one_of_two_values_that_is_fixed_now_is_a_change():
    both = steadied(["a", "b", "b", "a"] * (MANY // 4), ["a"] * MANY)

    assert (both.old, both.new) == (UNSTEADY, "a")
