"""A probe's answer, read again as the class that the probe made it of."""

import pytest

from beastmode_tools.probe_process import read_message
from beastmode_tools.probes.messages.application import Application, Function, Route
from beastmode_tools.probes.messages.replay import Replay, SqlError, Used

VIEW = {"module": "shop", "name": "show", "path": "shop.py", "line": 3, "decorators": ["login_required"]}
ROUTE = {"path": "/<int:id>", "methods": ["GET"], "endpoint": "show", "blueprint": None, "view": VIEW}


def test_messages_within_a_message_are_read_too_and_lists_become_tuples():
    """What a field does not say has its default."""
    found = read_message(Application, {"routes": [{**ROUTE, "handlers": {"GET": VIEW}}], "notes": ["one"]})

    view = Function("shop", "show", "shop.py", 3, ("login_required",))
    assert found == Application(
        routes=(Route("/<int:id>", ("GET",), "show", None, view, {"GET": view}),), notes=("one",)
    )


def test_values_of_the_project_stay_as_they_are():
    """A list in a setting is a list, whatever lists are elsewhere."""
    assert read_message(Application, {"settings": {"A": [1, {"b": [2]}]}}).settings == {"A": [1, {"b": [2]}]}


@pytest.mark.parametrize("facts", [{"paths": []}, {"routes": [{"path": "/"}]}])
def test_a_message_of_another_shape_is_refused(facts):
    """A field that nobody knows, and one that is missing."""
    with pytest.raises((KeyError, TypeError)):
        read_message(Application, facts)


def test_a_message_that_may_be_missing_is_none_or_read():
    """What may be None is read where it is something."""
    facts = {"used": [{"what": "User", "table": "users", "action": "select", "error": {"error": "gone", "sql": "?"}}]}

    assert read_message(Replay, facts).used == (Used("User", "users", "select", SqlError("gone", "?")),)
    assert read_message(Used, {"what": "User", "table": "users", "action": "select", "error": None}).error is None
