"""A call in the code that changed: a fact that rules of several subjects judge."""

from dataclasses import dataclass

__all__ = ["CallChanged"]


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call that matters to security and that is new, gone, or made with other arguments.

    Args:
        path: Its file.
        line: Its line.
        scope: The function that it stands in; "" for none.
        name: What is called, imports resolved.
        old: The call's text before; None for a new one.
        new: Its text now; None for one that is gone.
        old_keywords: Literal keyword arguments before; Ellipsis for values that are no literals.
        new_keywords: The same now.
        is_fixed: Whether every argument is a literal or a constant.
        from_request: Whether an argument comes from the caller's request.
        first: The first argument's text.
        first_is_fixed: Whether it is a literal or a constant.
    """

    path: str
    line: int
    scope: str
    name: str
    old: str | None
    new: str | None
    old_keywords: tuple[tuple[str, object], ...] = ()
    new_keywords: tuple[tuple[str, object], ...] = ()
    is_fixed: bool = False
    from_request: bool = False
    first: str = ""
    first_is_fixed: bool = False
