"""The migration graph as rows and lanes, newest on top, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Graph", "Line", "Row", "drawn"]

ROW = 48
"""Pixels: the id of a revision, and its message below."""
LANE = 20
"""Pixels: a dot and the room beside it."""
MOST_ROWS = 40
"""A screen or two; of a longer history only what changed is drawn."""
NEVER_HIDDEN = {"new", "edited", "removed"}


@dataclass(frozen=True, slots=True)
class Row:
    """One revision, or a number of them that are not shown.

    Args:
        id: The revision.
        message: Its own sentence.
        status: "old", "new", "edited" or "removed".
        verdict: Of what was found in it; "" for nothing.
        x: Where its dot is, in pixels.
        y: Where its dot is, in pixels.
        hidden: How many older revisions stand between it and the next row.
        lost: Parents that the history does not have.
    """

    id: str
    message: str
    status: str
    verdict: str
    x: int
    y: int
    hidden: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """From a revision to one that it follows, as an SVG path; dashed where revisions between them are not shown."""

    path: str
    is_dashed: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """All that is to be drawn, and the room that it needs in pixels."""

    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    row_height: int = ROW


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge on its way: it leaves its child, runs down in a lane, and ends at its parent."""

    row: int
    start: int
    lane: int
    parent: str
    is_dashed: bool


def drawn(nodes: Sequence[dict[str, Any]]) -> Graph:
    """The graph of these nodes.

    Args:
        nodes: `{"id", "message", "down", "status", "verdict"}`, with `down` an id, several of them, or None.
    """
    by_id = {str(node["id"]): node for node in nodes}
    downs = {name: parents(node) for name, node in by_id.items()}
    order = newest_first(downs)
    kept = shown(order, by_id, downs)
    followed = {name: visible_parents(name, kept, downs) for name in order if name in kept}
    places, edges = laid_out(followed)
    rows = tuple(
        Row(
            id=name,
            message=str(by_id[name].get("message") or ""),
            status=str(by_id[name].get("status") or "old"),
            verdict=str(by_id[name].get("verdict") or ""),
            x=LANE // 2 + 2 + places[name] * LANE,
            y=ROW // 2 + number * ROW,
            hidden=sum(count for _, count in followed[name]),
            lost=tuple(parent for parent in downs[name] if parent not in by_id),
        )
        for number, name in enumerate(followed)
    )
    numbers = {name: number for number, name in enumerate(followed)}
    lines = tuple(line(edge, numbers[edge.parent], places[edge.parent]) for edge in edges)
    lanes = 1 + max([*places.values(), *(edge.lane for edge in edges)], default=0)
    return Graph(rows, lines, lanes * LANE + 4, max(len(rows), 1) * ROW)


def parents(node: dict[str, Any]) -> tuple[str, ...]:
    """What a revision follows."""
    down = node.get("down")
    if down is None:
        return ()
    return (down,) if isinstance(down, str) else tuple(map(str, down))


def newest_first(downs: dict[str, tuple[str, ...]]) -> list[str]:
    """Every child before its parents; what is in a cycle, which has no such order, at the end."""
    waiting = dict.fromkeys(downs, 0)
    for follows in downs.values():
        for parent in follows:
            if parent in waiting:
                waiting[parent] += 1
    ready = [name for name, children in waiting.items() if not children]
    order: list[str] = []
    while ready:
        name = ready.pop()
        order.append(name)
        for parent in downs[name]:
            if parent in waiting:
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)
    done = set(order)
    return [*order, *(name for name in downs if name not in done)]


def shown(order: Sequence[str], by_id: dict[str, dict[str, Any]], downs: dict[str, tuple[str, ...]]) -> set[str]:
    """The revisions to draw: all of a short history; of a long one what changed, what that follows, and the heads."""
    if len(order) <= MOST_ROWS:
        return set(order)
    changed = {name for name in order if by_id[name].get("status") in NEVER_HIDDEN or by_id[name].get("verdict")}
    followed = {parent for name in order for parent in downs[name]}
    heads = {name for name in order if name not in followed}
    near = {parent for name in changed for parent in downs[name] if parent in by_id}
    return changed | heads | near


def visible_parents(name: str, kept: set[str], downs: dict[str, tuple[str, ...]]) -> list[tuple[str | None, int]]:
    """The nearest drawn ancestors, each with how many are hidden before it; None for a hidden way to the beginning."""
    found: dict[str | None, int] = {}
    seen: set[str] = set()
    for parent in downs[name]:
        hidden, walk = 0, [parent]
        while walk:
            each = walk.pop()
            if each in kept:
                found[each] = max(found.get(each, 0), hidden)
            elif each in downs and each not in seen:
                seen.add(each)
                hidden += 1
                walk += downs[each]
                if not downs[each]:
                    found[None] = max(found.get(None, 0), hidden)
    return list(found.items())


def laid_out(followed: dict[str, list[tuple[str | None, int]]]) -> tuple[dict[str, int], list[Edge]]:
    """A lane for each revision, and the lane in which each edge runs down."""
    lanes: list[str | None] = []
    places: dict[str, int] = {}
    edges: list[Edge] = []
    for number, (name, follows) in enumerate(followed.items()):
        mine = [lane for lane, awaited in enumerate(lanes) if awaited == name]
        place = mine[0] if mine else free(lanes)
        places[name] = place
        for lane in [*mine, place]:
            lanes[lane] = None
        for parent, hidden in follows:
            if parent is None or parent in places:  # a way to the beginning has no end to draw, and a cycle no down
                continue
            lane = place if lanes[place] is None else awaiting(lanes, parent)
            lanes[lane] = parent
            edges.append(Edge(number, place, lane, parent, hidden > 0))
    return places, edges


def awaiting(lanes: list[str | None], parent: str) -> int:
    """The lane that leads to this parent already, or a free one."""
    return lanes.index(parent) if parent in lanes else free(lanes)


def free(lanes: list[str | None]) -> int:
    """The first lane in which nothing runs."""
    if None not in lanes:
        lanes.append(None)
    return lanes.index(None)


def line(edge: Edge, end_row: int, end: int) -> Line:
    """The path of an edge: over to its lane within a row, down, and over to the parent within the last row."""
    x = [LANE // 2 + 2 + lane * LANE for lane in (edge.start, edge.lane, end)]
    top, bottom = ROW // 2 + edge.row * ROW, ROW // 2 + end_row * ROW
    steps = [f"M{x[0]} {top}"]
    y = top
    if x[1] != x[0]:
        y = top + ROW // 2
        steps.append(curve(x[0], top, x[1], y))
    turn = bottom if x[2] == x[1] else bottom - ROW // 2
    if turn > y:
        steps.append(f"V{turn}")
    if x[2] != x[1]:
        steps.append(curve(x[1], max(turn, y), x[2], bottom))
    return Line(" ".join(steps), edge.is_dashed)


def curve(*points: int) -> str:
    """From one point to another below it, leaving and arriving upright."""
    x0, y0, x1, y1 = points
    middle = (y0 + y1) // 2
    return f"C{x0} {middle} {x1} {middle} {x1} {y1}"
