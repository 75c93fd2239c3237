"""What one run, one session of an assistant or one hook may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Grants"]


@dataclass(frozen=True, slots=True)
class Grants:
    """What may be done in a project.

    Args:
        root: The project's folder, resolved.
        run: The run's ID, or the name of who asks ("mcp", "hook").
        hosts: Hosts whose pages may be fetched: those of URLs in the person's own request, and `[agent] hosts`.
        may_write: False for a client that only reads.
        approved: Approval ID -> hash of the diff that a person approved.
        instructed: Paths that are protected, and that the person named in their own request.
    """

    root: Path
    run: str
    hosts: frozenset[str] = frozenset()
    may_write: bool = True
    approved: Mapping[str, str] = field(default_factory=dict)
    instructed: frozenset[str] = frozenset()
