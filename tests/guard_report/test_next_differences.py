"""What was accepted of one difference says nothing of the next one of the same thing, whichever rule finds it."""

import textwrap
from datetime import date

import pytest

from beastmode_tools.guard.acceptances.accepted import acceptances, apply
from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Verdict, worst
from beastmode_tools.settings_file import parse_settings_file

TODAY = date(2026, 11, 25)
DOCKERFILE = "FROM python:3.12\nRUN apt-get install -y curl git\nUSER app\n"
VIEW = """
from flask import Flask, abort, request
app = Flask(__name__)
LIMIT = 10

@app.post("/orders")
def order():
    {body}
    return {{"ok": True}}
"""
LONG = (
    "total = sum(line.price * line.count for line in lines if line.price > 0 and line.count > 0 and line.kind in "
    "('book', 'film', 'game', 'song', 'tool', 'lamp', 'desk', 'chair') and line.active and line.tax == {rate})"
)
SCHEMA = """
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths:
  /orders:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [{asked}]
              properties:
                name: {{type: string}}
                {field}
      responses:
        "200": {{description: made}}
components:
  schemas:
    Address: {address}
"""
CONFIG = "class Config:\n    SESSION_COOKIE_SECURE = True\n    SECRET_KEY = '{secret}'\n    POOL_TIMEOUT = {wait}\n"
REVISION = """
revision = "b2"
down_revision = "a1"
from alembic import op
import sqlalchemy as sa
def upgrade():
    {up}
def downgrade():
    pass
"""
NEXT = {
    "a container file": {
        "Dockerfile": (
            DOCKERFILE,
            DOCKERFILE.replace("3.12", "3.13"),
            DOCKERFILE.replace("3.12", "3.13").replace("app", "root"),
        )
    },
    "the order of a container file's lines": {
        "Dockerfile": (
            DOCKERFILE,
            "USER app\n" + DOCKERFILE.replace("USER app\n", ""),
            "FROM python:3.12\nUSER app\nRUN apt-get install -y curl git\n",
        )
    },
    "a function's body": {
        "app.py": tuple(
            VIEW.format(body=body)
            for body in ("count = 1", "count = request.json['count']", "count = request.json['count'] * -1")
        )
    },
    "the end of a long statement": {
        "app.py": tuple(VIEW.format(body=LONG.format(rate=rate)) for rate in ("1", "2", "3"))
    },
    "a new function": {
        "app.py": tuple(
            VIEW.format(body="pass") + text
            for text in (
                "",
                "\ndef pay(card):\n    stripe.Charge.create(amount=1)\n",
                "\ndef pay(card):\n    stripe.Charge.create(amount=10000)\n",
            )
        )
    },
    "a constant": {"app.py": tuple(VIEW.format(body="return LIMIT").replace("10", each) for each in ("10", "20", "0"))},
    "a secret": {
        "config.py": tuple(CONFIG.format(secret=each, wait=3) for each in ("0aa1bb2cc3", "4dd5ee6ff7", "8gg9hh0ii1"))
    },
    "a setting": {"config.py": tuple(CONFIG.format(secret="0aa1bb2cc3", wait=each) for each in (3, 30, 300))},
    "a variable of an env file": {
        ".env": ("STRIPE_TOKEN=aaaa1111bbbb\n", "STRIPE_TOKEN=cccc2222dddd\n", "STRIPE_TOKEN=eeee3333ffff\n")
    },
    "a field that is required": {
        "openapi.yaml": tuple(
            SCHEMA.format(field=f"to: {rest}", address="{}", asked=asked)
            for asked, rest in (
                ("", "{type: string}"),
                ("other", "{type: string}\n                other: {type: string}"),
                ("other", "{type: string}\n                other: {type: string, maxLength: 3}"),
            )
        )
    },
    "what a reference of a new field leads to": {
        "openapi.yaml": tuple(
            SCHEMA.format(field=field, address=address, asked=asked)
            for field, address, asked in (
                ("", "{type: object}", ""),
                ("to: {$ref: '#/components/schemas/Address'}", "{type: object}", "to"),
                ("to: {$ref: '#/components/schemas/Address'}", "{type: object, required: [street]}", "to"),
            )
        )
    },
    "a condition": {
        "openapi.yaml": tuple(
            SCHEMA.format(field=f"to: {{type: string, not: {{enum: [{each}]}}}}", address="{}", asked="")
            for each in ("a", "b", "c")
        )
    },
    "rows that a revision writes": {
        "migrations/versions/b2_x.py": (
            None,
            REVISION.format(up='op.execute("DELETE FROM orders WHERE id = 1")'),
            REVISION.format(up='op.execute("DELETE FROM orders WHERE id > 1")'),
        )
    },
    "one more revision of the same kind": {
        "migrations/versions/b2_x.py": (None, *[REVISION.format(up='op.execute("DELETE FROM orders")')] * 2),
        "migrations/versions/c3_y.py": (
            None,
            None,
            REVISION.format(up='op.execute("DELETE FROM orders")')
            .replace('"a1"', '"b2"')
            .replace('= "b2"', '= "c3"', 1),
        ),
    },
    "a file that cannot be parsed": {
        "app.py": (VIEW.format(body="pass"), "def (", "def (\nimport os\nos.remove('x')\n")
    },
    "a file that nobody reads": {"model.xyz": ("one", "two", "three")},
    "an integration file": {
        ".github/workflows/ci.yml": tuple(
            f"jobs:\n  test:\n    runs-on: x\n    steps: [{{run: {each}}}]\n"
            for each in ("pytest", "pytest || true", "exit 0")
        )
    },
    "a call that is watched": {
        "app.py": tuple(
            VIEW.format(body=body)
            for body in ("pass", "eval(request.args['a'])", "eval(request.args['a']); eval(request.args['b'])")
        )
    },
    "a dependency": {"requirements.txt": ("flask==3.0\nrich==13.0\n", "flask==3.0\n", "flask==3.0\nrich==14.0\n")},
    "a form": {
        "templates/a.html": (
            "<form>{{ csrf_token() }}</form><form>{{ csrf_token() }}</form>",
            "<form>{{ csrf_token() }}</form><form></form>",
            "<form></form><form></form>",
        )
    },
    "a template": {
        "templates/a.html": (
            "<p>{{ name }}</p>",
            "<p>{{ name|safe }}</p>",
            "<p>{{ name|safe }}</p>\n<p>{{ bio|safe }}</p>",
        )
    },
}  # fmt: skip - a table


def sides(files):
    """The base, the change that is accepted, and the one after it."""
    return [
        {path: textwrap.dedent(texts[number]) for path, texts in files.items() if texts[number] is not None}
        for number in range(3)
    ]


def after_accepting(first, second):
    """The second findings, with everything accepted that was found first."""
    entries = "".join(
        f'[[guard.accepted]]\nfingerprint = "{each.fingerprint}"\nreason = "It may."\n'
        for each in first
        if each.verdict > Verdict.SAFE
    )
    marked, _ = apply(second, acceptances(parse_settings_file(""), parse_settings_file(entries)), TODAY)
    return marked


@pytest.mark.parametrize("files", NEXT.values(), ids=NEXT)
def test_the_next_change_of_the_same_thing_counts(files):
    base, first, second = sides(files)
    accepted = judge_files(base, first, today=TODAY)
    assert worst(accepted) > Verdict.SAFE, "the first change has something to accept"
    assert worst(after_accepting(accepted, judge_files(base, first, today=TODAY))) is Verdict.SAFE

    found = after_accepting(accepted, judge_files(base, second, today=TODAY))

    assert worst(found) >= worst(accepted)
