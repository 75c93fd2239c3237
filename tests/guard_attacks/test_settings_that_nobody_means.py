"""A `beastmode.toml` that nobody means is refused in one line."""

import os

import pytest


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "[guard]\ntimeout = 1e400\n", b"\xff\xfe\0"])
def test_settings_that_cannot_be_meant_are_refused_in_one_line(shop, text):
    shop.write({"beastmode.toml": text})

    answer = shop.check()

    assert answer.status == 2
    assert answer.errors.startswith("beast: beastmode.toml")
    assert answer.errors.count("\n") == 1


def test_a_pipe_in_the_place_of_the_settings_is_not_waited_for(shop):
    os.mkfifo(shop.folder / "beastmode.toml")

    answer = shop.check()

    assert answer.status == 2
    assert "beastmode.toml is no file" in answer.errors
