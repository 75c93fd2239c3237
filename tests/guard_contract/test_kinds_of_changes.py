"""The changes of schemas are one list, which rules about all of them take."""

import inspect

from beastmode_tools.guard.contract.compare import schema_changes
from beastmode_tools.guard.contract.compare.schema_changes import KINDS


def test_every_class_of_a_change_is_in_the_list_once():
    """A change that is forgotten there would have no rule for fields that nobody sends."""
    made_here = [
        each
        for _, each in inspect.getmembers(schema_changes, inspect.isclass)
        if each.__module__ == schema_changes.__name__
    ]

    assert sorted(made_here, key=str) == sorted(KINDS, key=str)


def test_every_change_begins_with_its_site_and_tells_its_effect():
    """What carries differences up to their operations asks for both."""
    fields = [list(inspect.signature(each).parameters) for each in KINDS]

    assert all(names[0] == "site" and names[-1] == "effect" for names in fields)
