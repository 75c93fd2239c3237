"""Edits write back what they read: of a file as long as it is, with its line ends, or not at all."""

import pytest
from playing import box, plan_of, play, project

from beastmode_tools.agent.run.outcome import Outcome

LONG = f"first = 1\n# {'long ' * 60_000}\n"
REPLACE = '{ replace = "data.py", old = "first = 1", new = "first = 2" }'


@pytest.mark.parametrize("content", [LONG.encode(), LONG[:40].replace("\n", "\r\n").encode(), b"first = 1"])
def test_an_edit_leaves_the_rest_of_the_file_as_it_is(tmp_path, content):
    """Three hundred thousand characters, Windows's line ends, no line end at all."""
    tree = project(tmp_path / "shop", {"data.py": content})

    ended, _, _ = play(tree.folder, plan_of(box("Change", [REPLACE], ["verdict CAUTIOUS"])))

    assert ended.outcome is Outcome.DONE, ended.said
    assert (tree.folder / "data.py").read_bytes() == content.replace(b"first = 1", b"first = 2")


def test_a_file_in_another_encoding_is_not_edited(tmp_path):
    """What cannot be read whole would be written back with other characters."""
    tree = project(tmp_path / "shop", {"data.py": b"first = 1  # caf\xe9\n"})

    ended, _, _ = play(tree.folder, plan_of(box("Change", [REPLACE], ["verdict CAUTIOUS"])))

    assert (ended.outcome, ended.said) == (Outcome.STUCK, "1. Change: data.py is not text in UTF-8.")
