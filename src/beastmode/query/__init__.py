"""From a schema to SQL and JSON: loadings read and write what a schema shows of a model."""

from beastmode.query.lists.page import Condition, Ordering, Slice, Window
from beastmode.query.loading import Loading, loading
from beastmode.query.show.shown import Dumped

__all__ = ["Condition", "Dumped", "Loading", "Ordering", "Slice", "Window", "loading"]
