"""Findings and reports as the guard gives them, for tests of how they are shown."""

from beastmode_tools.guard.finding import Acceptance, Evidence, Finding, Report, Verdict

DANGEROUS, CAUTIOUS, SAFE = Verdict.DANGEROUS, Verdict.CAUTIOUS, Verdict.SAFE
ACCEPTANCE = Acceptance("Nobody calls it.", "Ada <ada@example.com>", "2026-11-01", "2027-01-31")


def found(problem="GET /orders no longer returns 'total'", verdict=DANGEROUS, **other):
    given = {
        "rule": "response-field-removed",
        "where": "shop/orders.py:18",
        "evidence": Evidence("read", problem),
        "instead": "Keep it until the next version.",
        "subject": problem,
    }
    return Finding(verdict=verdict, problem=problem, **given | other)


def report(*findings, **other):
    given = {"base": "main (1a2b3c4)", "not_proven": (), "seconds": 1.25, "pictures": {}}
    return Report(findings=findings, **given | other)


def many(count, rule="required-input-added", verdict=DANGEROUS):
    """The same about many operations, as a component that they share gives it."""
    return [
        found(f"POST /things/{n} asks for 'name' now", verdict, rule=rule, where=f"POST /things/{n} → body → name")
        for n in range(count)
    ]


PICTURES = {
    "migrations": {
        "nodes": [
            {"id": "e5", "message": "drop nick", "down": "d4", "status": "new", "verdict": "DANGEROUS"},
            {"id": "d4", "message": "merge", "down": ["b2", "c3"], "status": "old", "verdict": ""},
            {"id": "c3", "message": "add orders", "down": "a1", "status": "edited", "verdict": "DANGEROUS"},
            {"id": "b2", "message": "add profiles", "down": "a1", "status": "old", "verdict": ""},
            {"id": "a1", "message": "begin", "down": None, "status": "old", "verdict": ""},
        ]
    },
    "mixed_versions": {
        "dialect": "sqlite",
        "cells": [
            {"code": "old", "schema": "old", "ok": True, "failures": []},
            {"code": "old", "schema": "new", "ok": False, "failures": ["POST /users: no column nick"]},
            {"code": "new", "schema": "old", "ok": True, "failures": []},
            {"code": "new", "schema": "new", "ok": True, "failures": []},
        ],
    },
    "contract": [
        {
            "operation": "GET /orders",
            "where": "200 → items.total",
            "old": {"type": "number"},
            "new": None,
            "verdict": "DANGEROUS",
        },
        {
            "operation": "GET /users",
            "verdict": "DANGEROUS",
            "rows": [
                ("skipped", "12", "12"),
                ("same", "200:", "200:"),
                ("gone", "  nick: string", ""),
                ("changed", "  age: number", "  age: integer"),
                ("added", "", "  bio: string"),
            ],
        },
    ],
}
