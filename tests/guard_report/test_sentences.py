"""What was not proved is told in sentences that end once, whatever the error in them ends with."""

import pytest

from beastmode_tools.guard.wording import sentence


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("OSError: no vault", "Not proved: OSError: no vault."),
        ("OSError: no vault.", "Not proved: OSError: no vault."),
        ("OSError: no vault!", "Not proved: OSError: no vault!"),
        ("is it there?", "Not proved: is it there?"),
        ("No module named 'x...'", "Not proved: No module named 'x...'."),
    ],
)
def test_a_sentence_ends_once(error, told):
    assert sentence(f"Not proved: {error}") == told
