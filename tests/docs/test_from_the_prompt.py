"""docs/why/from-the-prompt.md answers for every name of the user's document."""

import importlib
import re
from pathlib import Path

import pytest
from names_of_the_document import EVERY_NAME

from beastmode.core.settings import settings_table

PAGE = Path(__file__).parent.parent.parent / "docs" / "why" / "from-the-prompt.md"
STATES = {"here", "differs", "planned"}


def rows():
    """Each row of the page's tables: the document's names, the state, what stands for it here, and the reason."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[1] in STATES:
            yield cells


def names_in(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def mapped():
    return {name for cells in rows() for name in names_in(cells[0])}


@pytest.mark.parametrize("name", EVERY_NAME)
def test_a_name_of_the_document_is_mapped_to_ours(mapped, name):
    assert name in mapped


def test_no_name_is_mapped_that_the_document_does_not_have(mapped):
    assert not mapped - set(EVERY_NAME)


def test_no_name_is_mapped_twice():
    names = [name for cells in rows() for name in names_in(cells[0])]

    assert sorted(names) == sorted(set(names))


def test_what_differs_says_why():
    silent = [cells[0] for cells in rows() if cells[1] == "differs" and len(cells[3]) < 15]

    assert not silent


def test_what_is_planned_says_what_it_will_come_with():
    silent = [cells[0] for cells in rows() if cells[1] == "planned" and len(cells[3]) < 5]

    assert not silent


def test_what_is_here_says_what_it_is_here():
    silent = [cells[0] for cells in rows() if cells[1] != "planned" and not cells[2]]

    assert not silent


def test_every_name_of_ours_on_the_page_can_be_imported():
    dotted = {name for cells in rows() for name in names_in(cells[2]) if name.startswith("beastmode.")}

    missing = [name for name in sorted(dotted) if not is_there(name)]

    assert dotted
    assert not missing


def test_every_setting_on_the_page_is_in_the_table():
    ours = {row.name for row in settings_table()}
    shown = {name for cells in rows() for name in names_in(cells[2]) if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", name)}

    assert not shown - ours


def is_there(dotted):
    """Whether a module, or an attribute of one however deep, has this name."""
    parts = dotted.removesuffix("()").split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found is not None
    return False
