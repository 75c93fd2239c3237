"""A number that bounds something, or decides between two cases, has its reason beside it."""

import ast
import io
import re
import tokenize
from itertools import pairwise

import pytest

PLAIN = 2
"""0, 1 and 2 count what stands in the code itself: nothing, one, a pair."""
NO_REASON = re.compile(r"#\s*(?:noqa|type:|fmt:)")


def test_every_number_of_the_tools_has_its_reason_beside_it(root, ours):
    """A docstring below a constant, or a comment on the line or above it, so that whoever changes it knows what for."""
    tools = [path for path in ours if path.as_posix().startswith("src/beastmode_tools/")]

    bare = [f"{path}:{line}" for path in tools for line in lines_without_reason((root / path).read_text())]

    assert not bare, "say why it is this number, in a comment or a docstring: " + ", ".join(bare)


@pytest.mark.parametrize(
    "text",
    [
        "MOST = 400\n",
        "SECONDS: float = 2.5\n",
        "MOST = 4 * 1024  # noqa: ERA001 - silenced\n",
        "def few(items):\n    return len(items) < 3\n",
        "def late(seconds):\n    return seconds > 60 * 60\n",
        "def few(items):\n    # It has a reason.\n    items.sort()\n    return 3 > len(items)\n",
    ],
)
def test_a_number_without_a_reason_is_seen(text):
    """A constant, a product of numbers, and a comparison; a comment on another line is about something else."""
    assert len(lines_without_reason(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        'MOST = 400\n"""A screen."""\n',
        "MOST = 400  # a screen\n",
        "# A screen.\nMOST = 400\n",
        "def few(items):\n    # The fingers of a hand.\n    return len(items) < 5\n",
        "def few(items):\n    return len(items) < 2\n",
        "def failed(answer):\n    return answer.status >= 500\n",
        'NAME = "a"\n',
    ],
)
def test_a_number_with_a_reason_is_fine(text):
    """Statuses of HTTP have theirs in its specification."""
    assert lines_without_reason(text) == []


def lines_without_reason(text):
    """The lines on which a number stands that nothing beside it explains."""
    tree, reasons = ast.parse(text), commented(text)
    bare = [*bare_constants(tree), *bare_comparisons(tree)]
    return sorted({line for line in bare if line not in reasons and line - 1 not in reasons - on_code(text)})


def commented(text):
    """The lines with a comment that says something to people."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {each.start[0] for each in tokens if each.type == tokenize.COMMENT and not NO_REASON.match(each.string)}


def on_code(text):
    """The lines that begin with code: a comment on one of them is about that line alone."""
    return {number for number, line in enumerate(text.splitlines(), 1) if not line.lstrip().startswith("#")}


def bare_constants(tree):
    """The lines of numbers that a module names, without a docstring below."""
    for each, below in pairwise([*tree.body, None]):
        value = each.value if isinstance(each, ast.Assign | ast.AnnAssign) else None
        if value is not None and is_number(value) and not is_text(below):
            yield each.lineno


def bare_comparisons(tree):
    """The lines of comparisons with a number that stands for itself alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and "status" not in ast.unparse(node):
            for each in (node.left, *node.comparators):
                if is_number(each) and not is_plain(each):
                    yield each.lineno


def is_number(node):
    """Whether an expression is made of nothing but numbers."""
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_plain(node):
    """Whether a number needs no reason."""
    return isinstance(node, ast.Constant) and node.value <= PLAIN


def is_text(node):
    """Whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
