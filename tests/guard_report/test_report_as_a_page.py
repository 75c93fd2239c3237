import re

import pytest
from reported import ACCEPTANCE, CAUTIOUS, PICTURES, SAFE, found, many, report

from beastmode_tools.guard.finding import Evidence
from beastmode_tools.guard.report.graph import MOST_ROWS, drawn
from beastmode_tools.guard.report.html import render
from beastmode_tools.guard.report.view import View

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</style>"


def node(name, down=None, status="old", verdict=""):
    return {"id": name, "message": f"message of {name}", "down": down, "status": status, "verdict": verdict}


def test_the_page_needs_nothing_from_anywhere():
    page = render(report(found(), pictures=PICTURES), View())

    assert not re.findall(r"(?:src|href|action)\s*=|url\(|@import|<script|<link|<iframe", page)


def test_every_text_of_the_project_is_escaped():
    evidence = Evidence("proved", EVIL)
    finding = found(EVIL, where=EVIL, rule=EVIL, instead=EVIL, evidence=evidence, acceptance=ACCEPTANCE)
    pictures = {
        "migrations": {"nodes": [{"id": EVIL, "message": EVIL, "down": EVIL + "x", "status": EVIL, "verdict": EVIL}]},
        "mixed_versions": {
            "dialect": EVIL,
            "cells": [{"code": "old", "schema": "new", "ok": False, "failures": [EVIL]}],
        },
        "contract": [{"operation": EVIL, "where": EVIL, "old": {EVIL: EVIL}, "new": EVIL, "verdict": EVIL}],
    }

    page = render(report(finding, base=EVIL, not_proven=(EVIL,), pictures=pictures), View())

    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1


def test_a_change_of_direction_is_spelt_out():
    page = render(report(found("shop/\u202egnp.py")), View())

    assert "\u202e" not in page
    assert "\\u202e" in page


def test_the_page_shows_findings_pictures_and_what_is_not_proven():
    given = report(found(), not_proven=("No PostgreSQL here.",), pictures=PICTURES)

    page = render(given, View())

    for text in ("Dangerous", "no longer returns", "drop nick", "no column nick", "items.total", "No PostgreSQL here."):
        assert text in page


def test_a_page_about_nothing_says_so_and_has_no_empty_section():
    page = render(report(), View())

    assert "Nothing was found." in page
    assert "<h2>Migrations" not in page
    assert "<h2>Contract" not in page


def test_pictures_of_two_dialects_are_both_shown():
    cells = PICTURES["mixed_versions"]["cells"]
    pictures = {"mixed_versions": [{"dialect": name, "cells": cells} for name in ("sqlite", "postgresql")]}

    page = render(report(pictures=pictures), View())

    assert page.count("Mixed versions") == 2


def test_a_cell_that_did_not_run_says_so():
    pictures = {"mixed_versions": {"cells": PICTURES["mixed_versions"]["cells"][:2]}}

    assert render(report(pictures=pictures), View()).count("not run") == 2


def test_many_findings_of_a_rule_are_folded_but_all_there():
    page = render(report(*many(50), found("x", SAFE), found("y", CAUTIOUS, acceptance=ACCEPTANCE)), View())

    assert "and 47 more of" in page
    assert all(f"POST /things/{n} asks for" in page for n in range(50))


@pytest.mark.parametrize("cycle", [False, True])
def test_every_child_stands_above_its_parents(cycle):
    nodes = [node("a", "c" if cycle else None), node("b", "a"), node("c", "a"), node("d", ["b", "c"]), node("e", "d")]

    rows = drawn(nodes).rows

    assert {row.id for row in rows} == set("abcde")
    if not cycle:
        place = {row.id: row.y for row in rows}
        assert place["e"] < place["d"] < min(place["b"], place["c"]) < place["a"]


def test_branches_run_beside_each_other_and_meet_in_a_merge():
    graph = drawn([node("a"), node("b", "a"), node("c", "a"), node("d", ["b", "c"])])

    x = {row.id: row.x for row in graph.rows}
    assert x["b"] != x["c"]
    assert x["a"] == x["d"]
    assert len(graph.lines) == 4


def test_two_heads_are_drawn_in_two_lanes():
    graph = drawn([node("a"), node("b", "a", "new"), node("c", "a", "new")])

    assert len({row.x for row in graph.rows if row.id in "bc"}) == 2


def test_of_a_long_history_only_what_changed_is_drawn_and_the_rest_is_counted():
    history = [node("r0"), *(node(f"r{n}", f"r{n - 1}") for n in range(1, 1000))]
    history[500] = node("r500", "r499", "edited", "DANGEROUS")

    graph = drawn([*history, node("new", "r999", "new")])

    shown = {row.id: row.hidden for row in graph.rows}
    assert shown == {"new": 0, "r999": 498, "r500": 0, "r499": 499}
    assert [line.is_dashed for line in graph.lines] == [False, True, False]


def test_a_short_history_is_drawn_whole():
    nodes = [node("r0"), *(node(f"r{n}", f"r{n - 1}") for n in range(1, MOST_ROWS))]

    assert len(drawn(nodes).rows) == MOST_ROWS


def test_a_parent_that_is_not_there_is_named():
    graph = drawn([node("b", "gone")])

    assert graph.rows[0].lost == ("gone",)
    assert graph.lines == ()
