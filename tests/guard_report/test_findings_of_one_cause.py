"""What one revision does to one table is one cause, with everything that follows from it below it."""

from beastmode_tools.guard.finding import Evidence, Finding, Report, Verdict
from beastmode_tools.guard.report.causes import by_cause, with_causes
from beastmode_tools.guard.report.text import render
from beastmode_tools.guard.report.view import View

REVISION = "migrations/versions/7a07_drop.py"
CAUSE = f"{REVISION} orders"


def finding(rule, subject, where=f"{REVISION}:9", verdict=Verdict.CAUTIOUS, problem="it changed"):
    return Finding(rule, verdict, where, problem, Evidence("read", problem), "look", subject)


DROP = finding(
    "dropped-in-use",
    "drop_column orders.total",
    verdict=Verdict.DANGEROUS,
    problem="the column orders.total is dropped",
)
DOWN = finding(
    "downgrade-incomplete", "drop_column orders.total", problem="the downgrade does not restore orders.total"
)
OLD = finding(
    "old-code-fails-on-new-schema",
    "old code, new schema: column orders.total",
    "GET /orders",
    Verdict.DANGEROUS,
    "GET /orders fails in the old code",
)
FIELD = finding("response-field-removed", "GET /orders 200 total", "GET /orders", problem="total is removed")
OTHER = finding("index-locks-writes", "create_index items.ix_items_name", problem="an index blocks writes of items")


def test_what_follows_from_a_dropped_column_has_its_cause():
    findings = with_causes([FIELD, DROP, OLD, DOWN, OTHER])

    assert [each.cause for each in findings] == [CAUSE, CAUSE, CAUSE, CAUSE, f"{REVISION} items"]


def test_a_field_of_another_name_and_code_of_another_table_are_their_own():
    other = finding("response-field-removed", "GET /orders 200 name", "GET /orders")
    users = finding("old-code-fails-on-new-schema", "old code, new schema: column users.name", "GET /users")

    assert [each.cause for each in with_causes([DROP, other, users])] == [CAUSE, "", ""]


def test_causes_stand_worst_first_with_their_worst_finding_on_top():
    groups = by_cause(with_causes([OTHER, FIELD, DROP, DOWN]))

    assert [[each.rule for each in group] for group in groups] == [
        ["dropped-in-use", "response-field-removed", "downgrade-incomplete"],
        ["index-locks-writes"],
    ]


def test_a_report_shows_what_follows_below_its_cause():
    report = Report("main", tuple(with_causes([DROP, OLD, DOWN, OTHER])), (), 1.0, {})

    text = render(report, View(can_accept=False))

    assert text.split("\n\n")[0].splitlines()[3:] == [
        "           also: GET /orders fails in the old code [old-code-fails-on-new-schema]",
        "           also: the downgrade does not restore orders.total [downgrade-incomplete]",
    ]
    assert "an index blocks writes of items" in text
    assert text.endswith("4 findings against main: 2 dangerous, 2 cautious. Verdict: DANGEROUS.")


def test_an_answer_without_the_dropped_column_follows_from_it():
    """What the code says, what a request shows and what the rows lose is one thing to decide."""
    lost = finding("rows-not-restored", "b2 loses orders.total", REVISION)
    said = finding("response-changed", "app.py list", "app.py:7", Verdict.DANGEROUS, "list returns less, without total")
    seen = finding("behavior-changed", "app.py list", "app.py:7")
    other = finding("behavior-changed", "app.py show", "app.py:9")

    assert [each.cause for each in with_causes([DROP, lost, said, seen, other])] == [CAUSE, CAUSE, CAUSE, CAUSE, ""]


def test_a_revision_that_was_not_proved_is_about_no_table():
    """Its subject begins with the revision's id."""
    whole = finding("migration-not-proved", "b2 not proved", REVISION)

    assert [each.cause for each in with_causes([DROP, whole])] == [CAUSE, ""]
