"""The page of a rule, read: what it finds, why it hurts, what to do instead, and the examples that are run as tests.

It stands beside the rules and not among them, so that a page is shown without loading a single rule.
"""

import difflib
import re
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.page import Head, aliases, page_of, parse_head, paths, quoted

__all__ = ["Block", "Example", "Explanation", "explain", "explained_rules", "parse_page"]

FENCED = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r"(?P<kind>SAFE|CAUTIOUS|DANGEROUS|not found): (?P<title>.+)")
MARK = re.compile(r"<!-- (\w+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A file of an example.

    Args:
        language: For colouring: "yaml", "python".
        path: Relative to the project's folder.
        side: "before", "after" or "both".
        text: What is in it.
    """

    language: str
    path: str
    side: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A change that the rule finds, or one that looks alike and is not found.

    Args:
        title: What happens in it.
        verdict: Of the finding; None where the rule has to be silent.
        marks: "boots" where the application has to start, "proofs" where a scratch database is needed.
        blocks: The files.
        messages: What the rule says about it, whole.
    """

    title: str
    verdict: Verdict | None
    marks: frozenset[str]
    blocks: tuple[Block, ...]
    messages: tuple[str, ...]

    def files(self, side: str) -> dict[str, str]:
        """Path and text of each file of one side, "before" or "after"."""
        return {block.path: block.text for block in self.blocks if block.side in (side, "both")}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule's page.

    Args:
        head: Verdict, summary and messages.
        why: Who is hurt, and how; Markdown.
        instead: What to do instead; Markdown.
        examples: In the page's order.
        page: The Markdown whole.
    """

    head: Head
    why: str
    instead: str
    examples: tuple[Example, ...]
    page: str

    @property
    def name(self) -> str:
        """The rule's."""
        return self.head.name

    @property
    def verdict(self) -> Verdict:
        """What the rule says where the finding says nothing else."""
        return self.head.verdict

    @property
    def summary(self) -> str:
        """One sentence: what the rule finds."""
        return self.head.summary


def explain(name: str) -> Explanation:
    """The page of the rule of this name, or of the rule that it has become part of.

    Raises:
        CouldNotRun: There is no such rule; the message names those that are spelt nearly so.
    """
    if name not in paths():
        name = aliases().get(name) or no_rule(name)
    return parse_page(page_of(name), name, paths()[name].parent.parent.name)


NEAR = 0.55
"""Of difflib's ratio: two words in the wrong order have more, and `nope` has 0.5 in common with `enum-dropped`."""


def no_rule(name: str) -> str:
    """Refuses a name that no rule has or had."""
    names = [*paths(), *aliases()]
    near = difflib.get_close_matches(name, names, 3, NEAR) or [each for each in names if name and name in each][:3]
    hint = (
        f"did you mean {' or '.join(near)}? `beast explain` lists all." if near else "`beast explain` lists them all."
    )
    raise CouldNotRun(f"there is no rule {name!r}; {hint}")


def explained_rules() -> list[str]:
    """The names of all rules that have a page, sorted."""
    return list(paths())


def parse_page(page: str, name: str, subject: str) -> Explanation:
    """What a page says.

    Args:
        page: Markdown in the form that `docs/guard/rules.md` gives.
        name: The file's name without its ending, which has to be the rule's.
        subject: The folder of the subject.

    Raises:
        ValueError: It does not have that form; the message says what is missing.
    """
    head = parse_head(page, name, subject)
    parts = sections(page, "## ")
    missing = [title for title in ("Why", "Examples") if title not in parts]
    if missing:
        raise ValueError(f"{name}.md has no section {' and no section '.join(missing)}")
    said = dict.fromkeys(each.instead for each in head.messages if each.instead)
    return Explanation(
        head=head,
        why=parts["Why"],
        instead=parts.get("Instead") or "\n\n".join(said),
        examples=tuple(example(name, *each) for each in sections(parts["Examples"], "### ").items()),
        page=page,
    )


def sections(text: str, mark: str) -> dict[str, str]:
    """Heading -> what stands under it; a heading-like line inside of a fenced block is none."""
    hidden = FENCED.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    starts = list(re.finditer(rf"^{re.escape(mark)}(.+)$", hidden, re.MULTILINE))
    ends = [*(start.start() for start in starts[1:]), len(text)]
    return {start[1].strip(): text[start.end() : end].strip("\n") for start, end in zip(starts, ends, strict=True)}


def example(rule: str, heading: str, text: str) -> Example:
    """One example of the page."""
    title = TITLE.fullmatch(heading)
    if title is None:
        raise ValueError(f"{rule}.md: '### {heading}' has to begin with SAFE:, CAUTIOUS:, DANGEROUS: or not found:")
    blocks = tuple(block(rule, each) for each in FENCED.finditer(text))
    if not blocks:
        raise ValueError(f"{rule}.md: '### {heading}' has no files")
    prose = FENCED.sub("", text)
    marks = frozenset(MARK.findall(prose))
    if marks - {"boots", "proofs"}:
        raise ValueError(f"{rule}.md: '### {heading}' may be marked with boots and proofs, not {sorted(marks)}")
    verdict = Verdict.__members__.get(title["kind"])
    return Example(title["title"].strip(), verdict, marks, blocks, tuple(quoted(prose)))


def block(rule: str, found: re.Match[str]) -> Block:
    """One file of an example."""
    words = found["info"].split()
    # LANGUAGE PATH SIDE
    if len(words) != 3 or words[2] not in ("before", "after", "both"):
        raise ValueError(f"{rule}.md: a block of an example begins with LANGUAGE PATH SIDE, not {found['info']!r}")
    return Block(words[0], words[1], words[2], found["text"])
