"""Templates that no longer escape what they show, and forms that lost their token."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.source.delta import Delta
from beastmode_tools.source.digest import digest, shortened
from beastmode_tools.source.files import kind_of

__all__ = ["TemplateRisk", "compare_templates"]

UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(|v-html|(?:inner|outer)HTML\s*\+?=(?!=)")
HARMLESS = re.compile(
    r"\|\s*(?:tojson|to_json|urlencode|e|escape|forceescape|int|float|length|count)(?:\([^)]*\))?\s*\|\s*safe\b"
    r"""|(?:inner|outer)HTML\s*\+?=\s*(?:"[^"{]*"|'[^'{]*'|`[^`${]*`)\s*(?:;|$)"""
    r"|(?:^|\s)//[^{]*$|\{#.*?#\}|<!--[^{]*?-->"
)
"""What looks so and is none: numbers and what is escaped already, fixed texts, comments."""
FORM = re.compile(r"<form\b.*?(?:</form>|\Z)", re.DOTALL | re.IGNORECASE)
CHAIN = re.compile(r"\|\s*(\w+)(?:\([^)]*\))?\s*\|\s*safe\b")


@dataclass(frozen=True, slots=True)
class TemplateRisk:
    """A line of a template that shows a value without escaping it, or a form that lost its CSRF token.

    `filter` is the project's own filter that made the markup, where templates of the base let it do so already;
    `content` is a digest of the forms as they are now.
    """

    path: str
    line: int
    what: str
    text: str
    filter: str = ""
    content: str = ""


def compare_templates(delta: Delta) -> Iterator[TemplateRisk]:
    """Lines of templates that no longer escape, and forms that lost their token."""
    for change in delta.changes:
        if kind_of(change.path) != "template" or change.new is None:
            continue
        old_lines = {line.strip() for line in (change.old or "").splitlines()}
        for number, line in enumerate(change.new.splitlines(), 1):
            if line.strip() not in old_lines and UNESCAPED.search(HARMLESS.sub("", line)):
                trusted = trusted_filter(HARMLESS.sub("", line), delta)
                yield TemplateRisk(change.path, number, "unescaped", shortened(line.strip(), 160), trusted)
        if change.old is not None and count_tokens(change.new) < count_tokens(change.old) and "<form" in change.new:
            forms = digest(count_tokens(change.old), [" ".join(form.split()) for form in FORM.findall(change.new)])
            yield TemplateRisk(change.path, 1, "csrf token removed", "csrf_token", content=forms)


def trusted_filter(line: str, delta: Delta) -> str:
    """The filter whose markup the line shows, if that is all that it shows and the base shows the same so elsewhere."""
    names = CHAIN.findall(line)
    if len(set(names)) != 1 or UNESCAPED.search(CHAIN.sub("", line)):
        return ""
    known = re.compile(rf"\|\s*{names[0]}(?:\([^)]*\))?\s*\|\s*safe\b")
    olds = (change.old for change in delta.changes if kind_of(change.path) == "template" and change.old)
    return names[0] if any(known.search(text) for text in olds) else ""


def count_tokens(text: str) -> int:
    """How often a template puts a CSRF token into a form."""
    return len(re.findall(r"csrf_token|hidden_tag\(", text))
