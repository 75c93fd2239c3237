"""A schema and a model, and how one is loaded for the other."""

from threading import Lock
from typing import Any

from marshmallow import Schema
from sqlalchemy.sql.base import ExecutableOption

from beastmode.query.plan.planner import Unplannable, make_plan
from beastmode.query.read.entities import Entities
from beastmode.query.read.rows import Rows
from beastmode.query.sources import Source


class Definition:
    """A schema and a model; how to load is decided on first use, when mappers are configured.

    Args:
        schema: The schema.
        model: The model.
        options: Loader options for what the schema's own code reads.
    """

    def __init__(self, schema: Schema, model: type[Any], options: tuple[ExecutableOption, ...] = ()) -> None:
        self.schema = schema
        self.model = model
        self.options = options
        self._found: tuple[Source, str | None] | None = None
        self._lock = Lock()

    @property
    def source(self) -> Source:
        """Rows if columns are enough for the schema, otherwise entities."""
        return self.find()[0]

    @property
    def reason(self) -> str | None:
        """Why it is entities; None for rows."""
        return self.find()[1]

    def find(self) -> tuple[Source, str | None]:
        """The source and the reason, determined once, by whichever thread comes first."""
        if self._found is None:
            with self._lock:
                if self._found is None:
                    self._found = self.choose()
        return self._found

    def choose(self) -> tuple[Source, str | None]:
        """Rows without a reason, or entities with the reason."""
        try:
            return Rows(make_plan(self.schema, self.model)), None
        except Unplannable as reason:
            return Entities(self.schema, self.model, self.options), str(reason)
