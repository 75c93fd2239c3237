"""Adds a keyword to the call that declares an attribute of a class: a column of a model, a field of a schema."""

import libcst as cst
from libcst.helpers import get_full_name_for_node

from beastmode_tools.recipes.code.calls import keyword_of, spread, with_keyword

__all__ = ["COLUMNS", "WithAttributeKeyword"]

COLUMNS = ("mapped_column", "Column")
"""What declares a column; an annotation without one becomes a `mapped_column`."""
INDENT = 4
"""Columns before a statement of a class."""


class WithAttributeKeyword(cst.CSTTransformer):
    """Adds a keyword to the call of one attribute of one class.

    Args:
        class_name: The class.
        attribute: Its attribute.
        keyword: The keyword.
        value: Its value.
        calls: What may declare the attribute; anything if there is none.
    """

    def __init__(self, class_name: str, attribute: str, keyword: str, value: str, calls: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.is_changed = False
        self._told = f"is not declared with {' or '.join(f'{each}(...)' for each in calls) or 'a call'}"
        self._class_name = class_name
        self._attribute = attribute
        self._keyword = keyword
        self._value = value
        self._calls = calls
        self._classes: list[str] = []

    @property
    def problem(self) -> str:
        """Why the keyword could not be added, with what to do by hand; "" if it could."""
        by_hand = f"Add it by hand: {self._keyword}={self._value}"
        return f"{self._class_name}.{self._attribute} {self._told}. {by_hand}" if self._told else ""

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802 - libcst's name
        """Remember which class this is."""
        self._classes.append(node.name.value)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: ARG002, N802 - libcst's
        """Leave it."""
        self._classes.pop()
        return updated_node

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: ARG002, N802 - libcst's
        """Add it, if this is the attribute, declared without an annotation."""
        target = updated_node.targets[0].target
        if len(updated_node.targets) != 1 or not self._is_attribute(target):
            return updated_node
        return updated_node.with_changes(value=self._added(updated_node.value, f"{self._attribute} = "))

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.AnnAssign:  # noqa: ARG002, N802 - libcst's
        """Add it, if this is the attribute."""
        if not self._is_attribute(updated_node.target):
            return updated_node
        annotation = cst.Module([]).code_for_node(updated_node.annotation.annotation)
        if updated_node.value is None:
            if "Mapped[" not in annotation:
                return updated_node
            self.is_changed, self._told = True, ""
            call = cst.parse_expression(f"mapped_column({self._keyword}={self._value})")
            equal = cst.AssignEqual(cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" "))
            return updated_node.with_changes(value=call, equal=equal)
        head = f"{self._attribute}: {annotation} = "
        return updated_node.with_changes(value=self._added(updated_node.value, head))

    def _is_attribute(self, target: cst.BaseExpression) -> bool:
        is_here = self._classes == [self._class_name]
        return is_here and isinstance(target, cst.Name) and target.value == self._attribute

    def _added(self, value: cst.BaseExpression, head: str) -> cst.BaseExpression:
        """The call with the keyword; the value as it is if it is no such call, or has the keyword."""
        name = (get_full_name_for_node(value.func) or "").rpartition(".")[2] if isinstance(value, cst.Call) else ""
        if not isinstance(value, cst.Call) or (self._calls and name not in self._calls):
            return value
        if (given := keyword_of(value, self._keyword)) is not None:
            is_same = cst.Module([]).code_for_node(given.value) == self._value
            self._told = "" if is_same else f"has another {self._keyword}"
            return value
        self.is_changed, self._told = True, ""
        call = with_keyword(value, self._keyword, cst.parse_expression(self._value))
        return spread(call, before=INDENT + len(head))
