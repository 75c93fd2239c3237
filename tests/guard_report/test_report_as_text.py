import pytest
from reported import ACCEPTANCE, CAUTIOUS, DANGEROUS, SAFE, found, many, report

from beastmode_tools.guard.finding import Evidence
from beastmode_tools.guard.report.text import render
from beastmode_tools.guard.report.view import View


def test_the_worst_stands_first_whatever_order_the_findings_have():
    text = render(report(found("cautious thing", CAUTIOUS), found("dangerous thing", DANGEROUS)), View())

    assert text.index("dangerous thing") < text.index("cautious thing")


def test_a_finding_says_what_and_where_and_what_to_do_and_how_to_accept_it():
    finding = found(evidence=Evidence("proved", "no such column: total"))

    lines = [line.strip() for line in render(report(finding), View()).splitlines()]

    assert lines[0].startswith("DANGEROUS  GET /orders no longer returns 'total'")
    assert lines[0].endswith("response-field-removed")
    assert lines[1:5] == [
        "shop/orders.py:18",
        "proved: no such column: total",
        "Keep it until the next version.",
        f'beast accept {finding.fingerprint} --reason "..."',
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "shown"),
    [
        ("read", "x is gone", None),
        ("read", "", None),
        ("proved", "x is gone", "proved: by running it"),
        ("proved", "x is gone [sqlite]", "proved: [sqlite]"),
        ("read", "ALTER TABLE x", "read: ALTER TABLE x"),
    ],
)
def test_evidence_is_shown_where_it_says_more_than_the_problem(kind, detail, shown):
    finding = found("x is gone.", evidence=Evidence(kind, detail))

    lines = [line.strip() for line in render(report(finding), View()).splitlines()]

    assert [line for line in lines if line.startswith(("read:", "proved:"))] == ([shown] if shown else [])


def test_the_last_line_is_the_count_and_the_verdict():
    findings = [
        found(),
        found("b", CAUTIOUS),
        found("c", CAUTIOUS),
        found("d", SAFE),
        found("e", acceptance=ACCEPTANCE),
    ]

    text = render(report(*findings, not_proven=("No PostgreSQL.",)), View(width=200))

    assert text.splitlines()[-1] == (
        "3 findings against main (1a2b3c4): 1 dangerous, 2 cautious; 1 accepted; 1 safe one with --all; "
        "1 not proven. Verdict: DANGEROUS."
    )


def test_nothing_found_is_said_in_one_line():
    assert render(report(), View()) == "No findings against main (1a2b3c4). Verdict: SAFE."


def test_safe_findings_are_shown_only_when_all_are_asked_for():
    given = report(found("users gets a column", SAFE))

    assert "users gets a column" not in render(given, View())
    assert "users gets a column" in render(given, View(show_all=True))


def test_different_messages_of_one_rule_are_both_said():
    """What a rule says in other words is not "1 more" of the first."""
    text = render(report(*(found(f"{each} is removed", message=each) for each in ("field", "header"))), View())

    assert "field is removed" in text
    assert "header is removed" in text
    assert "more" not in text


def test_the_same_about_many_operations_is_said_once_with_how_many_more():
    text = render(report(*many(42)), View())

    assert text.count("asks for 'name' now") == 1
    assert "and 41 more operations: POST /things/1, POST /things/2, POST /things/3, ..." in text


def test_with_all_each_operation_has_its_own_fingerprint():
    findings = many(42)

    text = render(report(*findings), View(show_all=True))

    assert all(finding.fingerprint in text for finding in findings)


@pytest.mark.parametrize("count", [1, 5, 9, 25])
def test_an_ordinary_change_fits_on_a_screen_and_no_rule_is_left_out(count):
    findings = [each for n in range(count) for each in many(3, f"rule-{n}-of-many")]

    lines = render(report(*findings), View()).splitlines()

    assert len(lines) <= 40
    assert all(any(f"rule-{n}-of-many" in line for line in lines) for n in range(count))


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal(width):
    findings = [found("a sentence " * 12, evidence=Evidence("proved", "SELECT x FROM y " * 20)), *many(5)]

    lines = render(report(*findings, not_proven=("a long reason " * 10,)), View(width=width)).splitlines()

    assert max(len(line) for line in lines if "beast accept" not in line) <= width  # a command is copied whole


def test_an_accepted_finding_stays_listed_with_who_and_why():
    text = render(report(found(acceptance=ACCEPTANCE)), View(width=120))

    assert "accepted by Ada <ada@example.com> on 2026-11-01, until 2027-01-31: Nobody calls it." in text
    assert "Verdict: SAFE" in text


def test_without_a_project_there_is_nothing_to_accept():
    assert "beast accept" not in render(report(found()), View(can_accept=False))


def test_code_in_what_to_do_keeps_its_lines_and_its_indentation():
    text = render(report(found(instead="Write:\n    op.add_column(\n        'users')")), View())

    assert "           Write:\n               op.add_column(\n                   'users')" in text


def test_colour_is_there_only_if_it_is_asked_for():
    assert "\x1b[1;31m" in render(report(found()), View(colour=True))
    assert "\x1b" not in render(report(found()), View())


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "\x1b[2J", "\u202eevil", "a\rb", "\x9b31m", "\u2028"])
def test_words_of_the_project_cannot_steer_the_terminal(text):
    finding = found(text, where=text, instead=text, evidence=Evidence("read", f"line {text}"))

    shown = render(report(finding, base=text, not_proven=(text,)), View())

    assert not set(shown) & set("\x1b\x07\u202e\r\x9b\u2028")


@pytest.mark.parametrize("command", ["::set-env name=PATH::evil", "##[group]evil", "::add-mask::x"])
def test_words_of_the_project_are_no_commands_to_a_ci_server(command):
    finding = found(evidence=Evidence("read", f"x\n{command}"), instead=command)

    lines = render(report(finding), View()).splitlines()

    assert not [line for line in lines if line.lstrip().startswith(("::", "##["))]


def test_what_was_shortened_says_where_the_rest_is():
    several = [found(f"{n} differs", CAUTIOUS, rule=f"rule-{n}", subject=str(n)) for n in range(12)]

    shortened, whole = (render(report(*each), View()) for each in (several, several[:2]))

    assert "what to do about these: --all, or beast explain RULE" in shortened
    assert "beast explain" not in whole
