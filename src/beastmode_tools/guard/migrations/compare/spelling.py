"""Revisions with imported names as what they stand for, so that another way to import the same is no edit."""

import ast
from collections.abc import Mapping

__all__ = ["spelled_out"]


def spelled_out(tree: ast.Module) -> ast.Module:
    """The tree with imported names as what they stand for: `postgresql.ARRAY` and `ARRAY` are one."""
    known: dict[str, str] = {}
    kept: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and not node.level and all(name.name != "*" for name in node.names):
            known |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import) and all(name.asname or "." not in name.name for name in node.names):
            known |= {name.asname or name.name: name.name for name in node.names}
        else:
            kept.append(node)
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    taken = stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    if taken & set(known):
        return tree  # a name that is imported and bound again stands for two things
    return ast.Module(body=[Spelling(known).visit(each) for each in kept], type_ignores=[])


class Spelling(ast.NodeTransformer):
    """Replaces names by what was imported under them.

    Args:
        known: Name -> dotted name.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`postgresql.ARRAY` as one name."""
        value = self.visit(node.value)
        if isinstance(value, ast.Name) and "." in value.id:
            return ast.Name(f"{value.id}.{node.attr}", ast.Load())
        if isinstance(node.value, ast.Name) and node.value.id in self.known:
            return ast.Name(f"{self.known[node.value.id]}.{node.attr}", ast.Load())
        return ast.Attribute(value, node.attr, node.ctx)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """`ARRAY` with where it comes from."""
        return ast.Name(self.known.get(node.id, node.id), node.ctx)
