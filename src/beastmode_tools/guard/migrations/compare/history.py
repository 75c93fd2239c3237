"""The graph of revisions, and what a change does to it."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from beastmode_tools.guard.migrations.compare.spelling import spelled_out

__all__ = [
    "CyclicHistory",
    "DuplicateRevision",
    "History",
    "HistoryProblem",
    "MissingParent",
    "ParentMoved",
    "Revision",
    "RevisionAdded",
    "RevisionEdited",
    "RevisionRemoved",
    "SeveralHeads",
    "compare",
    "digest_of",
]


@dataclass(frozen=True)
class Revision:
    """One file of the history.

    Args:
        id: Its `revision`.
        down: Its parents: none for a base, two or more for a merge.
        path: Relative to the project's folder, with slashes.
        source: The file's text.
        branch_labels: Names of the branch that starts here.
        depends_on: Revisions of other branches that must run before.
    """

    id: str
    down: tuple[str, ...]
    path: str
    source: str = field(repr=False)
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()

    @property
    def difference(self) -> tuple[str, str]:
        """Which it is, and what its file means."""
        return (self.id, self.digest)

    @cached_property
    def digest(self) -> str:
        """A hash of what the file means: comments, docstrings and layout do not count."""
        return digest_of(self.source)


@dataclass(frozen=True, slots=True)
class HistoryProblem:
    """A file in the versions folder that is no revision: what was found, and where.

    Args:
        path: The file.
        what: What is wrong with it.
        stops_alembic: Alembic loads every file there, and fails on this one.
    """

    path: str
    what: str
    stops_alembic: bool = False


@dataclass(frozen=True)
class History:
    """All revisions of one side.

    Args:
        revisions: By id; of two files with the same id the first by path.
        duplicates: Further files that claim an id that is taken.
        problems: Files that could not be understood.
    """

    revisions: dict[str, Revision] = field(default_factory=dict)
    duplicates: tuple[Revision, ...] = ()
    problems: tuple[HistoryProblem, ...] = ()

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Revisions that no other one follows, sorted."""
        parents = {parent for revision in self.revisions.values() for parent in revision.down}
        return tuple(sorted(set(self.revisions) - parents))

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Revisions that follow no other one, sorted."""
        return tuple(sorted(name for name, revision in self.revisions.items() if not revision.down))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every id after its parents and what it depends on; ids on a cycle are left out."""
        waiting = {
            name: {other for other in (*each.down, *each.depends_on) if other in self.revisions}
            for name, each in self.revisions.items()
        }
        children: dict[str, list[str]] = {}
        for name, parents in waiting.items():
            for parent in parents:
                children.setdefault(parent, []).append(name)
        ready = sorted(name for name, parents in waiting.items() if not parents)
        done = []
        while ready:
            name = ready.pop()
            done.append(name)
            for child in children.get(name, ()):
                waiting[child].discard(name)
                if not waiting[child]:
                    ready.append(child)
        return tuple(done)

    @property
    def cyclic(self) -> tuple[str, ...]:
        """Ids that no order reaches, since they follow each other in a circle, or follow one that does."""
        return tuple(sorted(set(self.revisions) - set(self.order)))

    def ancestors(self, name: str) -> set[str]:
        """Every revision that runs before this one."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            revision = self.revisions.get(waiting.pop())
            for parent in revision.down if revision else ():
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found


@dataclass(frozen=True, slots=True)
class RevisionAdded:
    """A revision that the base does not have."""

    revision: Revision
    is_merge: bool


@dataclass(frozen=True, slots=True)
class RevisionEdited:
    """A revision of the base whose meaning is another one now."""

    old: Revision
    new: Revision


@dataclass(frozen=True, slots=True)
class RevisionRemoved:
    """A revision of the base that is gone."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class ParentMoved:
    """A revision of the base that follows another parent now; `inserted` are new revisions that now run before it."""

    old: Revision
    new: Revision
    inserted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeveralHeads:
    """More ends of the history than the base has; `labelled` where each new one has a branch label of its own."""

    heads: tuple[Revision, ...]
    labelled: bool = False

    @property
    def difference(self) -> tuple[str, ...]:
        """Which revisions are the ends."""
        return tuple(each.id for each in self.heads)


@dataclass(frozen=True, slots=True)
class CyclicHistory:
    """Revisions that follow each other in a circle."""

    revisions: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class MissingParent:
    """A revision that follows one that does not exist."""

    revision: Revision
    parent: str


@dataclass(frozen=True, slots=True)
class DuplicateRevision:
    """Two files with the same revision id."""

    first: Revision
    second: Revision


def compare(old: History, new: History) -> Iterator[object]:
    """What the change does to the graph: first to what both have, then to what one has, then to the whole."""
    for name, before in old.revisions.items():
        after = new.revisions.get(name)
        if after is None:
            yield RevisionRemoved(before)
        else:
            yield from edited(before, after, new, old)
    for name in new.order + new.cyclic:
        if name not in old.revisions:
            revision = new.revisions[name]
            yield RevisionAdded(revision, is_merge=len(revision.down) > 1)
    yield from graph_problems(old, new)
    yield from (problem for problem in new.problems if problem not in old.problems)


def edited(before: Revision, after: Revision, new: History, old: History) -> Iterator[object]:
    """Whether a revision that the base has means something else now."""
    if before.source == after.source:
        return
    if set(before.down) != set(after.down):
        before_it = (new.ancestors(after.id) if after.down else set()) - set(old.revisions)
        yield ParentMoved(before, after, tuple(sorted(before_it)))
    if not means_the_same(before.source, after.source):
        yield RevisionEdited(before, after)


def graph_problems(old: History, new: History) -> Iterator[object]:
    """What is wrong with the graph now and was not before."""
    if len(new.heads) > max(1, len(old.heads)):
        fresh = [new.revisions[name] for name in new.heads if name not in old.heads]
        labels = [line_labels(new, head.id) - line_labels(old, head.id) for head in fresh]
        heads = tuple(new.revisions[name] for name in new.heads)
        yield SeveralHeads(heads, labelled=bool(labels) and all(labels))
    circle = set(new.cyclic) - set(old.cyclic)
    if circle:
        yield CyclicHistory(tuple(new.revisions[name] for name in sorted(circle)))
    known = {(twin.id, twin.path) for twin in old.duplicates}
    for twin in new.duplicates:
        if (twin.id, twin.path) not in known:
            yield DuplicateRevision(new.revisions[twin.id], twin)
    for revision in new.revisions.values():
        for parent in revision.down:
            if parent not in new.revisions and not lacks_already(old, revision.id, parent):
                yield MissingParent(revision, parent)


def lacks_already(old: History, name: str, parent: str) -> bool:
    """Whether the base has the same gap."""
    revision = old.revisions.get(name)
    return revision is not None and parent in revision.down and parent not in old.revisions


def line_labels(history: History, name: str) -> set[str]:
    """Branch labels on the way to a revision."""
    line = history.ancestors(name) | {name}
    return {label for each in line if each in history.revisions for label in history.revisions[each].branch_labels}


IDENTIFIERS = {"revision", "down_revision", "branch_labels", "depends_on"}


def digest_of(source: str, *, body_only: bool = False) -> str:
    """A hash of the syntax tree without docstrings; of the text itself where it is no Python.

    Args:
        source: The file's text.
        body_only: Leave the four identifiers of the graph out, so that a new parent is no edit, and the order of the
            imports, and those that nothing uses.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = without_docstring(node.body)
    number_locals(tree)
    if body_only:
        tree.body = [node for node in tree.body if not names_graph(node)]
        return digest_of_parts(tree)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def number_locals(tree: ast.Module) -> None:
    """Gives the names that a function binds itself numbers in place of them; parameters keep theirs."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        inside = list(ast.walk(function))
        kept = {name for node in inside if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
        kept.update(node.arg for node in inside if isinstance(node, ast.arg))
        bound = [node for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        in_order = dict.fromkeys(node.id for node in sorted(bound, key=lambda node: (node.lineno, node.col_offset)))
        numbers = {name: f"local {number}" for number, name in enumerate(in_order) if name not in kept}
        for node in inside:
            if isinstance(node, ast.Name):
                node.id = numbers.get(node.id, node.id)


def means_the_same(old: str, new: str) -> bool:
    """Whether two versions of a revision do the same, wherever they import what they use from by which name."""
    if digest_of(old, body_only=True) == digest_of(new, body_only=True):
        return True
    try:
        sides = [spelled_out(ast.parse(source)) for source in (old, new)]
    except (SyntaxError, ValueError, RecursionError):
        return False
    before, after = (digest_of(ast.unparse(each), body_only=True) for each in sides)
    return before == after


def digest_of_parts(tree: ast.Module) -> str:
    """A hash of the imports that are used, sorted, and of the rest as it stands."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports, rest = [], []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = f"{'.' * node.level}{node.module}" if isinstance(node, ast.ImportFrom) else ""
            imports += [
                f"{origin} {name.name} {name.asname}"
                for name in node.names
                if name.name == "*" or (name.asname or name.name.partition(".")[0]) in used
            ]
        else:
            rest.append(ast.dump(node))
    return hashlib.sha256("\n".join([*sorted(set(imports)), *rest]).encode()).hexdigest()


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements that do something: a string that stands alone does not, nor does a `pass` beside others."""
    return [
        node
        for node in body
        if not isinstance(node, ast.Pass)
        and not (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
    ]


def names_graph(node: ast.stmt) -> bool:
    """Whether a statement gives one of the identifiers of the graph."""
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and node.target.id in IDENTIFIERS
    return isinstance(node, ast.Assign) and all(
        isinstance(target, ast.Name) and target.id in IDENTIFIERS for target in node.targets
    )
