"""The list of defences fits the source; `make mutants` switches each of them off."""

import pytest
from defence import SOURCE

import mutants
from mutants import DEFENCES


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda each: each.name)
def test_a_defence_can_be_switched_off_and_has_tests(defence):
    """The change applies exactly once and leaves Python, and the tests that must fail exist."""
    source = (SOURCE / defence.file).read_text(encoding="utf-8")

    assert defence.switched_off(source) != source
    assert defence.missing_tests() == []


def test_no_two_defences_have_one_name():
    """A name chooses a defence, and says in the table which one survives."""
    names = [each.name for each in DEFENCES]

    assert len(set(names)) == len(names)


def test_a_few_defences_are_switched_off_in_every_run(capsys):
    """The whole takes minutes; this notices when the command itself tests nothing."""
    assert mutants.main(["schemes of links", "text that is no token"]) == 0
    assert "2 defences, 0 without a test that fails: none" in capsys.readouterr().out
