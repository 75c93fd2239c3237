"""Adds to calls and decorators that exist, laid out as ruff leaves them."""

from collections.abc import Callable

import libcst as cst
from libcst.helpers import get_full_name_for_node

from beastmode_tools.recipes.code.text import ROOM

__all__ = [
    "EQUAL",
    "WithDecorator",
    "WithDecoratorKeyword",
    "WithElement",
    "WithKeywordArgument",
    "keyword_of",
    "spread",
    "with_keyword",
]

EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def spread(call: cst.Call, *, before: int = 0) -> cst.Call:
    """The call over several lines if it does not fit on one, an argument each.

    Args:
        call: Without line ends, or it stays as it is.
        before: Columns of its line before it.
    """
    text = cst.Module([]).code_for_node(call)
    if "\n" in text or len(text) + before <= ROOM:
        return call
    return over_lines(call)


def over_lines(call: cst.Call) -> cst.Call:
    """The call with an argument on each line."""
    inside = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    outside = cst.ParenthesizedWhitespace(indent=True)
    commas = [cst.Comma(whitespace_after=inside)] * (len(call.args) - 1) + [cst.Comma(whitespace_after=outside)]
    args = [
        each.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace(""))
        for each, comma in zip(call.args, commas, strict=True)
    ]
    return call.with_changes(args=args, whitespace_before_args=inside)


def with_keyword(call: cst.Call, keyword: str, value: cst.BaseExpression) -> cst.Call:
    """The call with one more keyword argument, laid out as the others."""
    added = cst.Arg(value, keyword=cst.Name(keyword), equal=EQUAL)
    if not call.args:
        return call.with_changes(args=[added])
    between = next(
        (each.comma for each in call.args[:-1] if isinstance(each.comma, cst.Comma)),
        cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
    )
    last = call.args[-1].comma
    args = [*call.args[:-1], call.args[-1].with_changes(comma=between), added.with_changes(comma=last)]
    return call.with_changes(args=args)


def keyword_of(call: cst.Call, name: str) -> cst.Arg | None:
    """The keyword argument of this name."""
    return next((each for each in call.args if each.keyword is not None and each.keyword.value == name), None)


def whole(call: cst.Call) -> cst.Call:
    """The call with an argument on each line, if one of them needs several and the call is on one so far."""
    is_open = isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace)
    return call if is_open or "\n" not in cst.Module([]).code_for_node(call) else over_lines(call)


class WithKeywordArgument(cst.CSTTransformer):
    """Sets a keyword argument of the first call of a function.

    Args:
        function: The last part of its name.
        keyword: The argument.
        value: From the value that is there, or None, to the new one; None leaves it.
    """

    def __init__(
        self, function: str, keyword: str, value: Callable[[cst.BaseExpression | None], cst.BaseExpression | None]
    ) -> None:
        super().__init__()
        self.is_found = False
        self._function = function
        self._keyword = keyword
        self._value = value

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802 - libcst's name
        """Set it, if this is the call."""
        name = get_full_name_for_node(original_node.func) or ""
        if self.is_found or name.rpartition(".")[2] != self._function:
            return updated_node
        self.is_found = True
        given = keyword_of(updated_node, self._keyword)
        value = self._value(given.value if given else None)
        if value is None:
            return updated_node
        if given is None:
            return whole(with_keyword(updated_node, self._keyword, value))
        args = [each.with_changes(value=value) if each is given else each for each in updated_node.args]
        return updated_node.with_changes(args=args)


class WithElement(WithKeywordArgument):
    """Adds an element to a list that is a keyword argument of the first call of a function.

    Args:
        function: The last part of its name.
        keyword: The argument.
        element: What to add.
        first: What else the list has if the argument is missing.
    """

    def __init__(self, function: str, keyword: str, element: str, first: tuple[str, ...] = ()) -> None:
        self.is_list = True

        def longer(given: cst.BaseExpression | None) -> cst.BaseExpression | None:
            if given is None:
                return cst.parse_expression(f"[{', '.join([*first, element])}]")
            if not isinstance(given, cst.List):
                self.is_list = False
                return None
            elements = [cst.Module([]).code_for_node(each.value) for each in given.elements]
            return None if element in elements else cst.parse_expression(f"[{', '.join([*elements, element])}]")

        super().__init__(function, keyword, longer)


class WithDecorator(cst.CSTTransformer):
    """Adds a decorator to a function, below the one that declares its route.

    Args:
        function: Its name.
        route: The name of the decorator above, such as "posts.get".
        decorator: What to add, without the @.
    """

    def __init__(self, function: str, route: str, decorator: str) -> None:
        super().__init__()
        self.is_found = False
        self._function = function
        self._route = route
        self._decorator = cst.Decorator(cst.parse_expression(decorator))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:  # noqa: N802 - libcst's name
        """Add it, if this is the function."""
        if original_node.name.value != self._function:
            return updated_node
        found = [index for index, each in enumerate(updated_node.decorators) if name_of(each) == self._route]
        if not found:
            return updated_node
        self.is_found = True
        place = found[0] + 1
        decorators = [*updated_node.decorators[:place], self._decorator, *updated_node.decorators[place:]]
        return updated_node.with_changes(decorators=decorators)


class WithDecoratorKeyword(cst.CSTTransformer):
    """Adds a keyword to the decorator that declares a route.

    Args:
        function: The name of the view.
        route: The name of the decorator, such as "posts.get".
        keyword: The argument.
        value: Its value.
    """

    def __init__(self, function: str, route: str, keyword: str, value: str) -> None:
        super().__init__()
        self.is_found = False
        self._function = function
        self._route = route
        self._keyword = keyword
        self._value = cst.parse_expression(value)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:  # noqa: N802 - libcst's name
        """Add it, if this is the function."""
        if original_node.name.value != self._function:
            return updated_node
        decorators = []
        for each in updated_node.decorators:
            call = each.decorator
            if name_of(each) == self._route and isinstance(call, cst.Call):
                self.is_found = True
                call = with_keyword(call, self._keyword, self._value)
                decorators.append(each.with_changes(decorator=spread(call, before=1)))
            else:
                decorators.append(each)
        return updated_node.with_changes(decorators=decorators)


def name_of(decorator: cst.Decorator) -> str:
    """The name of a decorator with its dots."""
    node = decorator.decorator
    return get_full_name_for_node(node.func if isinstance(node, cst.Call) else node) or ""
