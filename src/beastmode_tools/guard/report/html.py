"""A report as one page that needs nothing else: no script, no font, no picture from anywhere.

Its content security policy allows its own style sheet and nothing besides, so that even a text which got past the
escaping could do nothing.
"""

import base64
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.report.graph import drawn
from beastmode_tools.guard.report.news import evidence_news
from beastmode_tools.guard.report.view import View
from beastmode_tools.terminal import plain

__all__ = ["render"]

TEMPLATES = Path(__file__).parent / "templates"
OPEN_AT_FIRST = 20
"""Findings whose details are unfolded; with more, the list itself is no longer seen."""
FOLD_FROM = 5
"""Up to so many findings of one rule stand one below the other."""
FOLD_TO = 3
"""Of more, so many are shown: a line that says "2 more" takes the room of one."""
CONTRACT_ROWS = 200
"""Rows of a table that a browser draws without a pause."""
LONGEST_VALUE = 4000
"""Characters: a screen of evidence."""
SENTENCES = {
    Verdict.SAFE: "Nothing was found that speaks against shipping this change.",
    Verdict.CAUTIOUS: "It may ship, if somebody has looked at what is listed here.",
    Verdict.DANGEROUS: "It hurts somebody if it ships as it is.",
}
KINDS = ("dangerous", "cautious", "safe", "accepted")


def render(report: Report, view: View) -> str:
    """The page."""
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        style=Markup(style),  # noqa: S704 - our own file, and no word of the project
        style_digest=digest,
        **clean(facts(report, view)),
    )


def facts(report: Report, view: View) -> dict[str, Any]:
    """All that the page shows."""
    findings = sorted(report.findings, key=lambda finding: (not finding.counts, -finding.verdict))
    count = Counter(map(kind, findings))
    pictures = report.pictures
    contract = list(pictures.get("contract") or [])
    return {
        "verdict": report.verdict.name,
        "sentence": SENTENCES[report.verdict],
        "base": report.base,
        "seconds": f"{report.seconds:.1f}",
        "counts": {name: count[name] for name in KINDS},
        "groups": groups([shown(finding, number, view) for number, finding in enumerate(findings)]),
        "not_proven": list(report.not_proven),
        "graph": drawn(clean(nodes(pictures))) if nodes(pictures) else None,
        "matrices": [matrix(each) for each in matrices(pictures.get("mixed_versions"))],
        "contract": [pair(each) for each in contract[:CONTRACT_ROWS]],
        "contract_more": max(0, len(contract) - CONTRACT_ROWS),
    }


def kind(finding: Finding) -> str:
    """By what the reader filters."""
    return finding.verdict.name.lower() if finding.counts else "accepted"


def shown(finding: Finding, number: int, view: View) -> dict[str, Any]:
    """One finding as the page shows it."""
    facts = finding.as_json()
    return facts | {
        "kind": kind(finding),
        "is_open": finding.counts and finding.verdict > Verdict.SAFE and number < OPEN_AT_FIRST,
        "evidence": {"kind": finding.evidence.kind, "detail": evidence_news(finding)},
        "can_accept": view.can_accept and finding.counts and finding.verdict > Verdict.SAFE,
        "acceptance": facts.get("acceptance"),
    }


def groups(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards of one kind and rule together, in the order of their first ones; of many, most are folded away."""
    together: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for card in cards:
        together.setdefault((card["kind"], card["rule"]), []).append(card)
    return [{"kind": kind, "rule": rule, **folded(each)} for (kind, rule), each in together.items()]


def folded(cards: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The first cards of a rule, and the rest; a rest of one would cost as much room as it saves."""
    cut = len(cards) if len(cards) <= FOLD_FROM else FOLD_TO
    return {"first": cards[:cut], "rest": [card | {"is_open": False} for card in cards[cut:]]}


def nodes(pictures: dict[str, Any]) -> list[dict[str, Any]]:
    """The revisions to draw."""
    return list((pictures.get("migrations") or {}).get("nodes") or [])


def matrices(picture: Any) -> list[dict[str, Any]]:
    """One picture of mixed versions, or one for each dialect."""
    if not picture:
        return []
    return picture if isinstance(picture, list) else [picture]


def matrix(picture: dict[str, Any]) -> dict[str, Any]:
    """The four cells by code and schema."""
    cells = {(cell["code"], cell["schema"]): cell for cell in picture.get("cells", [])}
    rows = [(code, [cells.get((code, schema)) for schema in ("old", "new")]) for code in ("old", "new")]
    return {"dialect": picture.get("dialect", ""), "rows": rows}


def pair(change: dict[str, Any]) -> dict[str, Any]:
    """One operation, or one place in it, as it was and as it is; what the picture does not say stays empty."""
    known = {"operation": "", "where": "", "verdict": "", "problem": "", "rows": []} | change
    return known | {"old": value(change.get("old")), "new": value(change.get("new"))}


def value(what: Any) -> str:
    """A part of a document as text; "" for one that is not there."""
    if what is None:
        return ""
    text = what if isinstance(what, str) else json.dumps(what, indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}\n..."


def clean(what: Any) -> Any:
    """The same, every text without what would change how the words around it are read."""
    if isinstance(what, str):
        return plain(what, keep="\n\t")
    if isinstance(what, dict):
        return {name: clean(each) for name, each in what.items()}
    if isinstance(what, list | tuple):
        return [clean(each) for each in what]
    return what
