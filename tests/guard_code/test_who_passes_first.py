"""Checks of callers are compared by whom they refuse, also where some pass before them."""

import pytest

from beastmode_tools.guard.files import judge_files

VIEW = """
from flask import abort
from flask_login import current_user
from app import app


@app.get("/posts/<int:id>")
def post(id):
    found = load(id)
{check}
    return found.text
"""
OWNER = "    if found.author_id != current_user.id:\n        abort(403)"


@pytest.mark.parametrize(
    "check",
    [
        "    if not current_user.is_admin:\n        if found.author_id != current_user.id:\n            abort(403)",
        "    if current_user.is_admin:\n        return found.text\n" + OWNER,
        "    if current_user.is_admin:\n        pass\n    elif found.author_id != current_user.id:\n        abort(403)",
        "    if not current_user.is_admin and found.author_id != current_user.id:\n        abort(403)",
    ],
)
def test_a_check_that_administrators_pass_first_is_another_check_and_not_one_more(check):
    old, new = ({"views.py": VIEW.format(check=each)} for each in (OWNER, check))

    rules = {each.rule for each in judge_files(old, new)}

    assert "authentication-replaced" in rules
    assert not {"authentication-gained", "authentication-lost"} & rules


def test_a_variable_named_like_a_removed_function_does_not_use_it():
    old = {"a.py": "def total(xs):\n    return sum(xs)\n\n\ndef show(xs):\n    return total(xs)\n"}
    new = {"a.py": "def show(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n"}

    assert "used-code-removed" not in {each.rule for each in judge_files(old, new)}
    assert "used-code-removed" in {
        each.rule for each in judge_files(old, {"a.py": "def show(xs):\n    return total(xs)\n"})
    }


TOKEN = """
import hmac
from flask import abort, request
from app import app, token


@app.get("/posts")
def posts():
    sent = request.headers.get("Authorization")
{check}
    return []
"""
TWO = """    if " " in sent and not hmac.compare_digest(sent, "Bearer " + token):
        abort(403)
    elif " " not in sent and not hmac.compare_digest(sent, token):
        abort(403)"""
ONE = "    if not hmac.compare_digest(sent.removeprefix('Bearer '), token):\n        abort(403)"
LESS = "    if token is None:\n        abort(403)"


def rules_for(old, new):
    """The rules that find something between two checks of one view."""
    sides = ({"views.py": TOKEN.format(check=each)} for each in (old, new))
    return {each.rule for each in judge_files(*sides)}


def test_two_branches_of_a_check_that_become_one_are_another_check_and_none_less():
    assert "authentication-lost" not in rules_for(TWO, ONE)
    assert "authentication-replaced" in rules_for(TWO, ONE)


def test_a_branch_that_is_gone_or_asks_for_less_is_a_lost_check():
    assert "authentication-lost" in rules_for(TWO, TWO.partition("\n    elif")[0])
    assert "authentication-lost" in rules_for(TWO, LESS)
