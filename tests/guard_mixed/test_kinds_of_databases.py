"""On which kind of database code runs whose change has no revision."""

from types import SimpleNamespace

import pytest

from beastmode_tools.guard.read import Reading
from beastmode_tools.guard.run import by_strictness
from beastmode_tools.probes.messages.application import Application

SQLITE, POSTGRES = (SimpleNamespace(dialect=name) for name in ("sqlite", "postgresql"))


@pytest.mark.parametrize(
    ("kind", "first"),
    [("JSON()", POSTGRES), ("Enum('a', name='e')", POSTGRES), ("JSONB()", SQLITE), ("String()", SQLITE)],
)
def test_code_with_types_of_postgresql_runs_there_first(kind, first):
    """SQLite takes DISTINCT on JSON and every value of an enum."""
    app = Application(tables={"items": {"columns": {"tags": {"type": kind}}}})
    work = SimpleNamespace(reading=Reading(old_app=app, new_app=app))

    assert by_strictness(work, [SQLITE, POSTGRES])[0] is first
