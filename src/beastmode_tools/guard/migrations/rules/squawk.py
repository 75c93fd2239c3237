"""What squawk knows besides."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.squawk import SquawkWarning
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("squawk-warning", Verdict.CAUTIOUS, SquawkWarning)
def warning(change: SquawkWarning) -> Iterator[Found]:
    """A warning of squawk that no rule of ours gives."""
    text = " ".join(change.statement.sql.split())
    yield at(
        change.statement.place,
        f"squawk ({change.rule}): {change.message}",
        change.help or "Read squawk's page of the rule.",
        f"{change.rule}: {text}",
    )


RULES = (warning,)
