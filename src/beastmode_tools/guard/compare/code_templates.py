"""Templates that no longer escape what they show, and forms that lost their token."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.guard.compare.code_delta import Delta
from beastmode_tools.guard.compare.code_files import kind_of

__all__ = ["TemplateRisk", "compare_templates"]

UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(|v-html|innerHTML")


@dataclass(frozen=True, slots=True)
class TemplateRisk:
    """A line of a template that shows a value without escaping it, or a form that lost its CSRF token."""

    path: str
    line: int
    what: str
    text: str


def compare_templates(delta: Delta) -> Iterator[TemplateRisk]:
    """Lines of templates that no longer escape, and forms that lost their token."""
    for change in delta.changes:
        if kind_of(change.path) != "template" or change.new is None:
            continue
        old_lines = {line.strip() for line in (change.old or "").splitlines()}
        for number, line in enumerate(change.new.splitlines(), 1):
            if line.strip() not in old_lines and UNESCAPED.search(line):
                yield TemplateRisk(change.path, number, "unescaped", line.strip()[:160])
        if change.old is not None and count_tokens(change.new) < count_tokens(change.old) and "<form" in change.new:
            yield TemplateRisk(change.path, 1, "csrf token removed", "csrf_token")


def count_tokens(text: str) -> int:
    """How often a template puts a CSRF token into a form."""
    return len(re.findall(r"csrf_token|hidden_tag\(", text))
