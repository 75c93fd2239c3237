"""Code that is written in another way and does the same is SAFE; what only looks the same is not."""

import ast

import pytest

from beastmode_tools.guard.code.compare.normal import same_behaviour
from beastmode_tools.guard.migrations.compare.history import means_the_same
from guard_code.verdicts import told


def same(old, new):
    """Whether two bodies of one function do the same."""
    sides = (ast.parse(f"def f(a, b=None):\n{body}").body[0] for body in (old, new))
    return same_behaviour(*sides)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return 'a %s b' % a", "    return f'a {a} b'"),
        ("    return '%s and %s' % (a, b)", "    return '{} and {}'.format(a, b)"),
        ("    return '{x}!'.format(x=a)", "    return f'{a}!'"),
        ("    return f'{a!s}'", "    return '%s' % a"),
        ("    return dict(x=a, y=1)", "    return {'x': a, 'y': 1}"),
        ("    m = g(a)\n    if m:\n        return m\n    return None", "    if m := g(a):\n        return m"),
        ("    n = len(a)\n    if n > 3:\n        h(n)", "    if (n := len(a)) > 3:\n        h(n)"),
        ("    m = g(a)\n    if not m:\n        h(m)", "    if not (m := g(a)):\n        h(m)"),
        ("    if a:\n        return 1\n    else:\n        return 2", "    if a:\n        return 1\n    return 2"),
        (
            "    for x in a:\n        if x:\n            continue\n        else:\n            h(x)",
            "    for y in a:\n        if y:\n            continue\n        h(y)",
        ),
        ("    h(a)\n    return None", "    h(a)"),
    ],
)
def test_another_way_to_write_the_same_is_no_change(old, new):
    """Texts with values, dictionaries, names bound in a test, `else` behind a return, and a last `return None`."""
    assert same(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return '%d' % a", "    return f'{a}'"),
        ("    return '%r' % a", "    return f'{a}'"),
        ("    return '{:>5}'.format(a)", "    return f'{a}'"),
        ("    return '%s %s' % (a, b)", "    return f'{b} {a}'"),
        ("    if h(a) and (m := g(a)):\n        h(m)", "    m = g(a)\n    if h(a) and m:\n        h(m)"),
        ("    if a:\n        h(1)\n    else:\n        h(2)", "    if a:\n        h(1)\n    h(2)"),
        ("    if a:\n        return None\n    h(a)", "    h(a)"),
        ("    return dict(x=a)", "    return {'y': a}"),
    ],
)
def test_what_only_looks_the_same_is_a_change(old, new):
    """Other conversions, another order of evaluation, and an `else` behind a branch that goes on."""
    assert not same(old, new)


REVISION = """
revision = "7a07"
down_revision = None
import sqlalchemy as sa
from alembic import op
{imported}


def upgrade():
    op.add_column("items", sa.Column("tags", {kind}))
"""
WAYS = (
    ("from sqlalchemy.dialects import postgresql", "postgresql.ARRAY(sa.String())"),
    ("from sqlalchemy.dialects.postgresql import ARRAY", "ARRAY(sa.String())"),
    ("from sqlalchemy.dialects import postgresql as pg\nfrom sqlalchemy import String", "pg.ARRAY(String())"),
)


def revision(way):
    """A revision that imports its types in one of the ways."""
    return REVISION.format(imported=way[0], kind=way[1])


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_revision_that_imports_the_same_type_by_another_name_is_not_edited(way):
    """`postgresql.ARRAY` and `ARRAY` are one type."""
    assert means_the_same(revision(WAYS[0]), revision(way))


def test_a_revision_with_another_type_is_edited():
    """The same name from another module is another type."""
    other = ("from sqlalchemy import ARRAY", "ARRAY(sa.String())")

    assert not means_the_same(revision(WAYS[1]), revision(other))


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ("client.patch('/items/1', json={'value': 1})", "SAFE"),
        ("client.patch(url_for('item', id=1), json={'value': 1})", "SAFE"),
        ("api.patch(f'/items/{1}', json={'value': 1})", "SAFE"),
        ("mock.patch('shop.pay')", "CAUTIOUS"),
    ],
)
def test_a_patch_request_replaces_nothing(call, verdict):
    """`client.patch` sends a request; `mock.patch` puts something of its own in place of the real thing."""
    test = "def test_items(client, mock, api):\n    answer = {}\n    assert answer\n"
    files = ({"tests/test_items.py": test.format(each)} for each in ("client.get('/items')", call))

    assert {said for _, said in told(*files)} == {verdict}


def test_a_swapped_import_is_told_beside_other_changes():
    """The swap is not passed over where the file changes in other ways, too."""
    view = (
        "from {source} import login_required\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
        "@app.get('/bills')\n@login_required\ndef bills():\n    return [{count}]\n"
    )
    old, new = ({"bills.py": view.format(source=source, count=n)} for n, source in enumerate(("flask_login", "mine")))

    assert ("import-replaced", "CAUTIOUS") in told(old, new)


def test_a_test_with_another_name_and_bound_is_not_removed():
    """The test that replaces it asserts as much, in nearly the same words."""
    test = (
        "def test_jobs_more_than_{hours}_hours_ahead_are_refused(client):\n"
        "    at = now() + timedelta(hours={hours}, minutes=1)\n"
        "    answer = client.post('/jobs', json={{'at': at.isoformat()}})\n"
        "    assert answer.status_code == 400\n"
        "    assert answer.json['message'] == 'Too far ahead'\n"
    )
    old, new = ({"tests/test_jobs.py": test.format(hours=hours)} for hours in (96, 168))

    assert {verdict for _, verdict in told(old, new)} == {"SAFE"}


def test_a_test_that_is_gone_beside_another_one_is_told():
    """Two tests of one view share their set-up only."""
    old = {
        "tests/test_jobs.py": "def test_refused(client):\n    answer = client.post('/jobs')\n"
        "    assert answer.status_code == 400\n    assert answer.json['message'] == 'Too far ahead'\n"
    }
    new = {
        "tests/test_jobs.py": "def test_listed(client):\n    jobs = client.get('/all').json\n"
        "    assert sorted(each['id'] for each in jobs['items']) == [1, 2]\n    assert jobs['next'] is None\n"
    }

    assert ("test-weakened", "CAUTIOUS") in told(old, new)


def test_only_another_line_in_the_log_is_safe():
    """What the line says of a token does not make it authentication."""
    view = (
        "import logging\n\nlog = logging.getLogger(__name__)\n\n\n"
        "def f(token):\n    log.info(f'not {{{}}}')\n    return token\n"
    )
    old, new = ({"shop/tokens.py": view.format(each)} for each in ("token.serial", "token.tokentype"))

    assert told(old, new) == {("harmless-code-change", "SAFE")}


@pytest.mark.parametrize("path", ["shop/shop.cfg.example", "migrations/.current-alembic-head"])
def test_a_pattern_to_copy_and_the_name_of_the_last_revision_are_safe(path):
    """No application reads them."""
    assert {verdict for _, verdict in told({path: "a = 1\n"}, {path: "a = 2\n"})} == {"SAFE"}
