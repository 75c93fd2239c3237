"""How good the comparison is on labelled pairs of another project."""

import os
from pathlib import Path

import pytest
from contract_cases import score

FOLDER = os.environ.get("CONTRACT_CASES")


@pytest.fixture(scope="module")
def result():
    if not FOLDER:
        pytest.skip("CONTRACT_CASES names no folder with labelled pairs")
    return score(Path(FOLDER))


def test_what_breaks_is_noticed(result):
    missed = [(each.case, each.id, each.found) for each in result.missed]

    assert result.recall >= 0.98, missed


def test_what_was_labelled_at_all_is_noticed(result):
    assert [(each.case, each.id) for each in result.expectations if each.found is None] == []


def test_what_breaks_nothing_is_called_safe(result):
    assert all(result.harmless), result.pairs
    assert len(result.harmless) > 5
