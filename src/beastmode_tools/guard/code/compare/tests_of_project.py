"""The project's own tests and gates, old beside new."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from beastmode_tools.guard.code.compare.gates import gate_changes
from beastmode_tools.guard.code.compare.normal import body_key, same_behaviour
from beastmode_tools.source.delta import Delta, Pair
from beastmode_tools.source.digest import digest
from beastmode_tools.source.files import is_test, kind_of
from beastmode_tools.source.lines import first_difference, how_changed
from beastmode_tools.source.syntax import Definition, FunctionNode, Module, dotted, last_name, text_of
from beastmode_tools.source.values import value_of

__all__ = ["TestChanged", "TestSetupChanged", "compare_tests"]

ALIKE = 0.7  # of two texts: two tests of one view share their set-up, which is about half of what they say
SKIPS = re.compile(r"(?:^|\.)(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure|importorskip)$")
PATCHES = re.compile(r"(?:^|\.)(?:patch|patch\.object|patch\.dict|setattr|setitem)$")
ASSERTS = re.compile(r"(?:^|\.)(?:\w*assert\w+|raises|fail|warns|approx|called_once\w*)$")


@dataclass(frozen=True, slots=True)
class TestChanged:
    """A test that was added, removed, switched off or rewritten.

    Args:
        path: Its file.
        line: Its line.
        name: Qualified.
        how: "added", "removed", "skipped", "unskipped", "weakened", "emptied", "expectation", "rewritten", "same".
        detail: What differs.
        content: A digest of the whole test on both sides.
    """

    __test__ = False

    path: str
    line: int
    name: str
    how: str
    detail: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class TestSetupChanged:
    """A fixture, a helper or the settings of the tests: `how` is "added", "changed" or "removed"."""

    __test__ = False

    path: str
    line: int
    name: str
    how: str
    content: str = ""


def compare_tests(delta: Delta, compared: list[Pair]) -> Iterator[Any]:
    """What became of the tests, of what they stand on, and of the gates."""
    ours = [pair for pair in compared if is_test(pair.path) and not pair.old_problem and not pair.new_problem]
    come = {each.node.name for pair in ours if pair.new for each in tests_of(pair.new).values()}
    for pair in ours:
        found = list(compare_file(pair, come))
        yield from found
        if not found:
            yield TestChanged(
                pair.path, first_difference(pair.change.old or "", pair.change.new or ""), pair.path, "same"
            )
    for change in delta.changes:
        if is_test(change.path) and not change.path.endswith(".py"):
            if change.old == change.new and change.old_path != change.path:
                continue  # it only moved, with the tests that read it
            yield TestSetupChanged(change.path, 1, change.path, how_changed(change), change.content)
        elif kind_of(change.path) == "gate" or change.path.endswith(("pyproject.toml", "setup.cfg")):
            yield from gate_changes(change)


def compare_file(pair: Pair, come: set[str]) -> Iterator[TestChanged | TestSetupChanged]:
    """The tests and the rest of one file."""
    old, new = (tests_of(side) if side else {} for side in (pair.old, pair.new))
    bodies = {body_key(each.node) for each in new.values()}
    others = [each for name, each in new.items() if name not in old]
    for name, before in old.items():
        if name in new:
            yield from compare_test(pair, name, (before, new[name]))
        elif before.node.name not in come and body_key(before.node) not in bodies and not is_renamed(before, others):
            told = f"{asserts(before.node)} assertions"
            yield TestChanged(pair.path, before.node.lineno, name, "removed", told, content(before.node))
    for name, after in new.items():
        if name not in old:
            how = "skipped" if skips(after.node) else "added"
            told = "; ".join(skips(after.node))
            yield TestChanged(pair.path, after.node.lineno, name, how, told, content(after.node))
    if pair.old and pair.new and (reasons := set(module_skips(pair.new)) - set(module_skips(pair.old))):
        yield TestChanged(pair.path, 1, "every test of the file", "skipped", "; ".join(sorted(reasons)))
    yield from compare_setup(pair, set(old) | set(new))


def is_renamed(before: Definition, others: list[Definition]) -> bool:
    """Whether a new test of the file asserts as much in nearly the same words: the test has another name now."""
    return any(
        asserts(each.node) >= asserts(before.node)
        and SequenceMatcher(None, body_key(before.node), body_key(each.node)).quick_ratio() >= ALIKE
        and SequenceMatcher(None, body_key(before.node), body_key(each.node)).ratio() >= ALIKE
        for each in others
    )


def tests_of(module: Module) -> dict[str, Definition]:
    """The tests of a file by qualified name."""
    return {
        name: each
        for name, each in module.functions.items()
        if each.node.name.startswith("test")
        and not each.is_nested
        and not any(is_fixture(one) for one in each.node.decorator_list)
    }


def is_fixture(node: ast.expr) -> bool:
    """Whether a decorator makes a fixture."""
    return dotted(node).endswith("fixture")


def content(*sides: FunctionNode) -> str:
    """A digest of a test or a fixture, decorators included."""
    return digest(*((body_key(each), decorators(each)) for each in sides))


def compare_test(pair: Pair, name: str, sides: tuple[Definition, Definition]) -> Iterator[TestChanged]:
    """One test of both sides."""
    whole = content(*(each.node for each in sides))
    yield from (replace(each, content=whole) for each in test_changes(pair, name, sides))


def test_changes(pair: Pair, name: str, sides: tuple[Definition, Definition]) -> Iterator[TestChanged]:
    """What differs in one test."""
    before, after = sides[0].node, sides[1].node
    old_skips, new_skips = skips(before), skips(after)
    if new_skips and new_skips != old_skips:
        yield TestChanged(pair.path, after.lineno, name, "skipped", "; ".join(new_skips))
    elif old_skips and not new_skips:
        yield TestChanged(pair.path, after.lineno, name, "unskipped")
    lost, more = parameters(before) - parameters(after), parameters(after) - parameters(before)
    if lost and len(more) >= len(lost):
        detail = f"it is tried with {min(more)[:60]} instead of {min(lost)[:60]}"
        yield TestChanged(pair.path, after.lineno, name, "expectation", detail)
    elif lost:
        yield TestChanged(
            pair.path, after.lineno, name, "weakened", f"no longer tried with {', '.join(sorted(lost))[:100]}"
        )
    if same_behaviour(before, after):
        return
    yield rewritten(pair, name, before, after)


def rewritten(pair: Pair, name: str, before: FunctionNode, after: FunctionNode) -> TestChanged:
    """What a test that does something else now holds."""
    old, new = assertions(before), assertions(after)
    line = after.lineno
    if old and (not new or all(is_trivial(each) for each in new)):
        return TestChanged(pair.path, line, name, "emptied", f"{len(old)} assertions, now none that can fail")
    if swallowed(after) > swallowed(before):
        return TestChanged(pair.path, line, name, "weakened", "an assertion that fails is caught")
    if patches := sorted(set(patched(after)) - set(patched(before))):
        return TestChanged(pair.path, line, name, "weakened", f"it no longer uses the real thing: {patches[0]}")
    lost, gained = list((Counter(old) - Counter(new)).elements()), list((Counter(new) - Counter(old)).elements())
    looser = [one for one in gained if any(is_looser(one, other) for other in lost)]
    if (len(new) < len(old) and not gained) or any(is_trivial(each) for each in gained) or looser:
        detail = f"without `{lost[0]}`" if lost else f"`{gained[0]}` cannot fail"
        return TestChanged(pair.path, line, name, "weakened", f"{detail}, now `{looser[0]}`" if looser else detail)
    if lost and gained:
        return TestChanged(pair.path, line, name, "expectation", f"`{lost[0]}` became `{gained[0]}`")
    return TestChanged(pair.path, line, name, "rewritten", "")


def swallowed(node: FunctionNode) -> int:
    """How many assertions stand where their failure is caught."""
    caught = {"AssertionError", "Exception", "BaseException", ""}
    return sum(
        isinstance(inner, ast.Assert)
        for each in ast.walk(node)
        if isinstance(each, ast.Try) and any(dotted(handler.type) in caught for handler in each.handlers)
        for statement in each.body
        for inner in ast.walk(statement)
    )


def patched(node: FunctionNode) -> list[str]:
    """What a test replaces by something of its own."""
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and PATCHES.search(dotted(each.func))]
    return [text_of(each, 100) for each in calls if not is_request(each)]


def is_request(call: ast.Call) -> bool:
    """Whether `client.patch("/items/1", ...)` sends a request: what it names first is a path or an address."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    if isinstance(first, ast.Call) and last_name(first.func) == "url_for":
        return True
    text = first.value if isinstance(first, ast.Constant) else None
    is_client = "client" in dotted(call.func).lower().rpartition(".")[0]
    return (isinstance(text, str) and text.startswith(("/", "http"))) or is_client


def skips(node: FunctionNode) -> list[str]:
    """Why a test does not run: marks, and calls without condition in its body."""
    found = [text_of(each, 100) for each in node.decorator_list if SKIPS.search(dotted(each))]
    for statement in node.body:
        if (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and SKIPS.search(dotted(statement.value.func))
        ):
            found.append(text_of(statement, 100))
        if isinstance(statement, ast.Return) and statement is not node.body[-1]:
            found.append("return before the end")
    return found


def module_skips(module: Module) -> Iterator[str]:
    """What switches off every test of a file."""
    mark = module.constants.get("pytestmark")
    for node in ast.walk(mark) if mark is not None else []:
        if isinstance(node, ast.Attribute) and SKIPS.search(node.attr):
            yield text_of(node)
    for statement in module.loose:
        if isinstance(statement, ast.Expr) and SKIPS.search(dotted(statement.value)):
            yield text_of(statement, 100)
    if value_of(module.constants.get("__test__")) is False:
        yield "__test__ = False"


def parameters(node: FunctionNode) -> set[str]:
    """The cases of `parametrize`."""
    found: set[str] = set()
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and dotted(each.func).endswith("parametrize") and len(each.args) > 1:
            items = each.args[1]
            found |= {text_of(item, 100) for item in items.elts} if isinstance(items, ast.List | ast.Tuple) else set()
    return found


def asserts(node: FunctionNode) -> int:
    """How many assertions a test makes."""
    return len(assertions(node))


def assertions(node: FunctionNode) -> list[str]:
    """Each assertion as text."""
    found = []
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            tests = (
                each.test.values
                if isinstance(each.test, ast.BoolOp) and isinstance(each.test.op, ast.And)
                else [each.test]
            )
            found += [f"assert {text_of(test)}" for test in tests]
        elif isinstance(each, ast.Call) and ASSERTS.search(dotted(each.func)):
            found.append(text_of(each))
    return found


def is_trivial(text: str) -> bool:
    """Whether an assertion cannot fail."""
    match = re.fullmatch(r"assert (.*)", text)
    if match is None:
        return bool(re.fullmatch(r"\w*\.?assert(?:True\(True\)|Equal\((\w+), \1\))", text))
    condition = match[1]
    sides = re.fullmatch(r"(.+) (?:==|is|<=|>=) (.+)", condition)
    return (
        condition in {"True", "1", "not False", "'ok'"}
        or bool(re.search(r"\bor True\b", condition))
        or (sides is not None and sides[1] == sides[2])
    )


def is_looser(new: str, old: str) -> bool:
    """Whether an assertion on the same thing now lets more through."""
    if "assertEqual(" in old and re.search(r"assert(?:True|In|IsNotNone|IsInstance|NotEqual|Greater|Less)\w*\(", new):
        return True
    subject = re.match(r"assert (?:not )?(\w+)", old)
    if subject is None or not re.search(rf"\b{subject[1]}\b", new):
        return False
    strict, loose = re.search(r" == ", old), re.search(r" (?:in|!=|<|>|<=|>=|is not) ", new)
    return bool(strict and (loose or new == f"assert {subject[1]}" or " or " in new)) or (
        " is not None" in new and " is not None" not in old
    )


def compare_setup(pair: Pair, tests: set[str]) -> Iterator[TestSetupChanged]:
    """Fixtures, helpers and top-level code of the tests."""
    old = {
        name: each
        for name, each in (pair.old.functions if pair.old else {}).items()
        if name not in tests and not each.is_nested
    }
    new = {
        name: each
        for name, each in (pair.new.functions if pair.new else {}).items()
        if name not in tests and not each.is_nested
    }
    for name, each in new.items():
        if name not in old:
            yield TestSetupChanged(pair.path, each.node.lineno, name, "added", content(each.node))
        elif not same_behaviour(old[name].node, each.node) or decorators(old[name].node) != decorators(each.node):
            both = content(old[name].node, each.node)
            yield TestSetupChanged(pair.path, each.node.lineno, name, "changed", both)
    for name, each in old.items():
        if name not in new:
            yield TestSetupChanged(pair.path, each.node.lineno, name, "removed", content(each.node))
    if pair.old and pair.new:
        for name in {*pair.old.constants, *pair.new.constants} - {"pytestmark", "__test__"}:
            before, after = pair.old.constants.get(name), pair.new.constants.get(name)
            if before is not None and (after is None or ast.dump(before) != ast.dump(after)):
                yield TestSetupChanged(
                    pair.path,
                    after.lineno if after is not None else 1,
                    name,
                    "changed" if after is not None else "removed",
                    digest(ast.dump(before), after is not None and ast.dump(after)),
                )


def decorators(node: FunctionNode) -> list[str]:
    """As text, to compare."""
    return [ast.dump(each) for each in node.decorator_list]
