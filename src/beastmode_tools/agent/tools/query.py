"""`query`: rows of the development database."""

import json
from typing import Any

from beastmode_tools.agent.gate.effect import QueryDatabase
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import QueryArguments
from beastmode_tools.agent.tools.performing import performed

__all__ = ["answer"]


def answer(performer: Performer, arguments: QueryArguments) -> dict[str, Any]:
    """Columns and rows."""
    found: dict[str, Any] = json.loads(performed(performer, QueryDatabase(arguments.sql)))
    rows = found["rows"]
    is_complete = found["is_complete"] and len(rows) <= arguments.rows
    return {"columns": found["columns"], "rows": rows[: arguments.rows], "is_complete": is_complete}
