"""What reading doubts, and a run has shown to be right."""

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import DowngradeIncomplete, EnumLeftBehind
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Place
from beastmode_tools.guard.migrations.compare.proved.facts import Reversible, RowsChanged
from beastmode_tools.guard.migrations.compare.proved.settled import settled
from beastmode_tools.guard.migrations.rules import RULES
from beastmode_tools.guard.rule import judge

HERE = Place("b2", "b2.py", 3)
BACK = DowngradeIncomplete(HERE, ("create_index ix",))
CENTS = ExecuteSql(
    place=HERE, sql="UPDATE items SET price = price * 100", kind="update", tables=("items",), columns=("price",)
)
WROTE = RowsChanged(revision="b2", table="items", column="price", values=4)


def proved(*dialects):
    """That b2 was seen to lead up, down and up again."""
    return Reversible(revision="b2", dialects=dialects, rows=5)


def test_a_way_back_that_was_seen_to_lead_back_is_not_doubted():
    """An exact inverse may be written in words that reading does not know."""
    assert list(settled([BACK], [])) == [BACK]
    assert list(settled([BACK], [proved("sqlite")])) == []


def test_a_way_back_of_another_database_is_doubted():
    """What stands in a branch for MySQL did not run on SQLite."""
    elsewhere = DowngradeIncomplete(Place("b2", "b2.py", 3, dialects=("mysql",)), ("create_index ix",))

    assert list(settled([elsewhere], [proved("sqlite")])) == [elsewhere]


def test_an_enum_that_stays_is_settled_on_postgresql_only():
    """Other databases have no such types."""
    left = EnumLeftBehind("mood", HERE)

    assert list(settled([left], [proved("sqlite")])) == [left]
    assert list(settled([left], [proved("postgresql", "sqlite")])) == []


def test_values_that_come_back_are_no_loss():
    """An UPDATE of every row is DANGEROUS until its inverse was seen to work on rows that it had changed."""

    def verdict(*facts):
        return {one.message: one.verdict for one in judge(RULES, settled([CENTS], facts))}

    assert verdict() == {"rows-overwritten": Verdict.DANGEROUS}
    assert verdict(proved("sqlite")) == {"rows-overwritten": Verdict.DANGEROUS}
    assert verdict(proved("sqlite"), WROTE) == {"rows-restored": Verdict.CAUTIOUS}
