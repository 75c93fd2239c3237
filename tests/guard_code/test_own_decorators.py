"""Decorators of a project's own are known by what they do, whatever they are called."""

import pytest

from guard_code.verdicts import told

CHECKS = """
from functools import wraps
from flask import abort, g


def record_types(view):
    @wraps(view)
    def checked(*args, **kwargs):
        if g.key.role == "admin":
            return view(*args, **kwargs)
        for record in g.records:
            if record not in g.allowed:
                {refuse}
        return view(*args, **kwargs)

    return checked
"""
VIEW = """
from flask import Flask
from checks import record_types

app = Flask(__name__)


@app.post("/records")
{decorator}def records():
    return []
"""


def change(refuse, old="", new="@record_types\n"):
    """What is said where the view gets, or loses, the decorator."""
    checks = {"checks.py": CHECKS.format(refuse=refuse)}
    return told({**checks, "views.py": VIEW.format(decorator=old)}, {**checks, "views.py": VIEW.format(decorator=new)})


@pytest.mark.parametrize("refuse", ["raise ValueError(record)", "abort(400)"])
def test_a_decorator_that_lets_some_pass_and_refuses_others_is_a_permission(refuse):
    """Neither its name nor its error says so: it asks for the caller's role, and raises."""
    assert change(refuse) == {("permission-changed", "CAUTIOUS")}
    assert change(refuse, "@record_types\n", "") == {("permission-changed", "DANGEROUS")}


def test_a_decorator_that_only_notes_is_none():
    """It asks who calls, and lets everybody pass."""
    assert change("g.note = record") == {("decorator-changed", "SAFE")}
