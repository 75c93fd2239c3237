from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from beastmode.core.steps import declare

__all__ = ["StreamedBody"]

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class StreamedBody:
    """The declaration of a route whose body is read while it arrives: nothing may read it into memory."""

    def __call__(self, view: View) -> View:
        """Declare it for a view.

        Args:
            view: The view.
        """
        return declare(view, self)
