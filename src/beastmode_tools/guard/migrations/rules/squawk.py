"""What squawk knows besides."""

from collections.abc import Iterator

from beastmode_tools.guard.migrations.compare.squawk import SquawkWarning
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]


@rule("squawk-warning", SquawkWarning)
def warning(change: SquawkWarning) -> Iterator[Match]:
    """A warning of squawk that no rule of ours gives."""
    text = " ".join(change.statement.sql.split())
    help_text = change.help or "See the documentation of this rule on squawkhq.com."
    yield at(change.statement.place, f"{change.rule}: {text}", name=change.rule, help=help_text)


RULES = (warning,)
