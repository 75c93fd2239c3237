"""What `beastmode.db` had before `beastmode.query` stood beside it."""

import importlib

import pytest

import beastmode.db
import beastmode.query


@pytest.mark.parametrize("name", ["Dumped", "Loading", "loading"])
def test_a_name_that_has_moved_is_still_there_with_a_warning(name):
    "Code that imports from `beastmode.db` goes on working, and says what to write."
    message = rf"^beastmode\.db\.{name} is deprecated; import {name} from beastmode\.query\.$"
    with pytest.warns(DeprecationWarning, match=message):
        assert getattr(beastmode.db, name) is getattr(beastmode.query, name)


def test_the_parts_of_lists_are_still_there_with_a_warning():
    "`beastmode.db.windows` was documented."
    windows = importlib.import_module("beastmode.db.windows")

    message = r"^beastmode\.db\.windows is deprecated; import Window from beastmode\.query\.$"
    with pytest.warns(DeprecationWarning, match=message):
        assert windows.Window is beastmode.query.Window


@pytest.mark.parametrize("module", ["beastmode.db", "beastmode.db.windows"])
def test_other_names_are_missing_as_anywhere(module):
    "A typo gets Python's own message."
    with pytest.raises(AttributeError, match=rf"^module '{module}' has no attribute 'lodaing'$"):
        importlib.import_module(module).lodaing  # noqa: B018 - looked up, and not there
